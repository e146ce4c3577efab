"""Which of the ready texts a source's event asks for, by its words."""

from broadcasts.wording import plain

WORDS = {
    "wind": ("wiatr", "wichur", "trab"),
    "storm": ("burz", "grad"),
    "flood": ("wezbran", "powodz", "alarmow", "wody", "podtopien"),
    "rain": ("deszcz", "opad", "ulew"),
    "snow": ("snieg", "zawiej", "zamiec"),
    "ice": ("oblodz", "gololedz", "marznac"),
    "frost": ("mroz", "przymroz"),
    "heat": ("upal",),
    "smog": ("smog", "pyl", "jakosc powietrza"),
}
OTHER = "other"


def guessed_hazard(event: str) -> str:
    """The code of the hazard that *event* names; «other» for none."""
    said = plain(event)
    return next((code for code, words in WORDS.items() if any(word in said for word in words)), OTHER)
