"""Hints on a text for residents: long sentences, office words, shouting, links that nobody trusts. Never a refusal.

Rules of plain Polish: «Jak pisać o Funduszach Europejskich?» and the guides of Pracownia Prostej Polszczyzny: sentences
of up to 20 words, active verbs, everyday words, whom the text is for first.
"""

import re

MOST_WORDS = 20
SENTENCE_END = re.compile(r"[.!?…](?=\s|$)|\n")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
PLACEHOLDER = re.compile(r"\(\([^()]*\)\)")
# What offices write → what people say.
SIMPLER = {
    "niniejszym": "pomiń to słowo",
    "w związku z powyższym": "„dlatego”",
    "w przypadku gdy": "„gdy”, „jeśli”",
    "w terminie do dnia": "„do”",
    "celem": "„żeby”",
    "dokonać wpłaty": "„zapłacić”",
    "dokonać zapłaty": "„zapłacić”",
    "dokonania wpłaty": "„zapłacić”",
    "dokonania zapłaty": "„zapłacić”",
    "uiścić": "„zapłacić”",
    "uiszczenie": "„zapłata”",
    "uiszczenia": "„zapłaty”",
    "zobowiązany jest": "„musi”",
    "zobowiązana jest": "„musi”",
    "jest pan zobowiązany": "„proszę”",
    "winien": "„powinien”",
    "należy": "napisz wprost, co zrobić: „zapłać”, „zadzwoń”",
    "posiada": "„ma”",
    "ulec": "napisz, co się stanie",
    "przedmiotowy": "„ten”",
    "przedmiotowej": "„tej”",
    "albowiem": "„bo”",
    "iż": "„że”",
    "odnośnie": "„o”, „w sprawie”",
    "uprzejmie informujemy": "pomiń: od razu napisz, o co chodzi",
    "poinformować": "pomiń: od razu napisz, o co chodzi",
}
SHORTENERS = re.compile(
    r"https?://(?:bit\.ly|tinyurl\.com|t\.co|goo\.gl|is\.gd|cutt\.ly|rb\.gy|smsapi\.eu|idz\.do)/", re.IGNORECASE
)
SHOUTED = re.compile(r"\b[A-ZĄĆĘŁŃÓŚŹŻ]{4,}(?:\s+[A-ZĄĆĘŁŃÓŚŹŻ]{3,}){2,}\b")


def hints(text: str) -> list[str]:
    """What would make *text* easier to read, in Polish; nothing when it reads well."""
    bare = PLACEHOLDER.sub("dane", text)
    found = []
    longest = max((len(WORD.findall(sentence)) for sentence in SENTENCE_END.split(bare)), default=0)
    if longest > MOST_WORDS:
        found.append(f"Najdłuższe zdanie ma {longest} słów. Podziel je: do {MOST_WORDS} słów czyta się łatwo.")
    lowered = bare.lower()
    for words, better in SIMPLER.items():
        if re.search(rf"\b{re.escape(words)}\b", lowered):
            found.append(f"Zamiast „{words}”: {better}.")
    if SHOUTED.search(bare):
        found.append("Wielkie litery czyta się jak krzyk. Pisz zwykłymi.")
    if "!!" in bare or bare.count("!") > 1:
        found.append("Najwyżej jeden wykrzyknik: kilka wygląda jak oszustwo.")
    if SHORTENERS.search(bare):
        found.append(
            "Skrócony odnośnik budzi podejrzenia, a bramka przyjmuje z nim mniej wiadomości. Podaj pełny adres."
        )
    return found
