"""What is wrong with a warning's words: nothing to do, no place, no time, links, somebody else's name.

The order that is understood fastest: who warns, of what, where, when, what to do, where to learn more. Alert RCB's own
limits (Dz.U. 2020 poz. 1527 § 3) are the measure of length: 306 signs of GSM-7, two parts of an SMS.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MOST_SIGNS = 306
ACTIONS = (
    *(
        "nie wychodz",
        "nie wchodz",
        "nie zblizaj",
        "nie pij",
        "nie otwieraj",
        "nie parkuj",
        "nie podchodz",
        "nie dotykaj",
    ),
    *(
        "nie uzywaj",
        "nie przejezdzaj",
        "nie jedz",
        "nie gas",
        "nie ruszaj",
        "nie korzystaj",
        "nie dzwon",
        "nie oddalaj",
    ),
    *(
        "zostan",
        "pozostan",
        "zamknij",
        "unikaj",
        "opusc",
        "wyjdz",
        "schron",
        "ukryj",
        "przygotuj",
        "sprawdz",
        "zabezpiecz",
    ),
    *("usun", "schowaj", "odlacz", "wylacz", "zakrec", "gotuj", "przegotuj", "sluchaj", "sledz", "zachowaj", "omijaj"),
    *("przenies", "ewakuuj", "udaj sie", "idz", "dzwon", "zadzwon", "wezwij", "pomoz", "zgas", "wietrz", "przewietrz"),
    *(
        "ogranicz",
        "korzystaj",
        "zaopatrz",
        "zabierz",
        "czekaj",
        "ostrzez",
        "wroc",
        "mozesz",
        "mozna",
        "oslon",
        "ubierz",
    ),
    *("prosimy", "kieruj sie", "stosuj", "uwazaj", "powiadom", "zglos", "nabierz", "pij", "przejdz", "odsun"),
)
# «godz. 18», «18:00», «22.11», «dziś», «do odwołania».
TIME = re.compile(
    r"\b(\d{1,2}[:.]\d{2}|godz\.? ?\d{1,2}|\d{1,2} (stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|wrzesnia"
    r"|pazdziernika|listopada|grudnia)|dzis|dzisiaj|jutro|teraz|natychmiast|noc[ay]?|do odwolania|rano|wieczorem"
    r"|w poludnie|od rana|do rana|najblizsz\w+ (godzin\w*|dni|dob\w*)|odwolan\w+|zakonczen\w+)\b"
)
LINK = re.compile(r"(?i)\b(https?:|www\.)|\b[a-z0-9-]+\.(pl|eu|com|org|net|info|ly|gg|me|to|gl|link)(/|\b)")


# «cała gmina», «na terenie całego miasta», «the whole town», «вся громада».
WHOLE = re.compile(
    r"\bcal\w{1,3} (gmin|miast|miejscow)|\b(whole|entire) (town|municipality|commune|city)|\bвс\w{1,3} громад"
)


@dataclass(frozen=True)
class WordingFault:
    """One fault: a code for programs, words for the officer. A `grave` one stops the warning, others only warn."""

    code: str
    words: str
    is_grave: bool = False


def plain(text: str) -> str:
    """*text* in small letters without Polish signs, one space between words."""
    parts = unicodedata.normalize("NFD", text.lower().replace("ł", "l"))
    return " ".join("".join(one for one in parts if not unicodedata.combining(one)).split())


def wording_faults(sms: str, *, places: Sequence[str], sender: str = "") -> list[WordingFault]:
    """What is wrong with *sms*. *places* are names of which one at least must stand in it (the town, its districts and
    streets that are warned), without endings that change with grammar; *sender* is the name under which it goes.
    """
    said = plain(sms)
    found = []
    if plain(sender).replace(" ", "") in {"alertrcb", "rcb"} or said.startswith(("alert rcb", "rcb")):
        words = "Nie wolno podszywać się pod ALERT RCB. Zacznij od nazwy gminy."
        found.append(WordingFault("imitates_rcb", words, is_grave=True))
    if not said:
        return [*found, WordingFault("empty", "Treść SMS-a jest pusta.", is_grave=True)]
    if not any(re.search(rf"\b{re.escape(action)}", said) for action in ACTIONS):
        found.append(WordingFault("no_action", "Nie widać, co robić. Dodaj polecenie, na przykład: zostań w domu."))
    if not any(_is_named(place, said) for place in places):
        found.append(WordingFault("no_place", "Nie widać, gdzie. Dodaj nazwę gminy, dzielnicy lub ulicy."))
    if not TIME.search(said):
        found.append(WordingFault("no_time", "Nie widać, kiedy. Dodaj godzinę, dzień albo: do odwołania."))
    if LINK.search(sms):
        words = "SMS zawiera odnośnik. Wielu odbiorców uzna go za oszustwo: podaj numer telefonu albo nic."
        found.append(WordingFault("link", words))
    if len(sms) > MOST_SIGNS:
        words = f"SMS ma {len(sms)} znaków. Powyżej {MOST_SIGNS} mało kto czyta do końca, a wysyłka trwa dłużej."
        found.append(WordingFault("long", words))
    return found


def area_faults(texts: Sequence[str], *, parts: Sequence[str]) -> list[WordingFault]:
    """What is wrong with the *texts* (the Polish SMS first) of a warning for a part of the town. *parts* are the names
    of districts and streets that were chosen; none when the part was chosen by postal codes or on the map.
    """
    if any(WHOLE.search(plain(text)) for text in texts):
        words = "Treść mówi o całej gminie, a ostrzegasz jej część. Wstaw gotowe teksty jeszcze raz albo popraw treść."
        return [WordingFault("wider_than_area", words)]
    if parts and not any(_is_named(part, plain(texts[0])) for part in parts):
        words = "Treść nie mówi, której części gminy dotyczy. Dodaj nazwę dzielnicy lub ulicy."
        return [WordingFault("no_part", words)]
    return []


def _is_named(place: str, said: str) -> bool:
    """Whether the name stands in the text, in any case: «Dolina» is found in «w Dolinie», «Bielsko» in «Bielsku»."""
    words = [word for word in re.split(r"[^\w]+", plain(place)) if len(word) > 2]
    stems = [word[: max(3, len(word) - 2)] for word in words]
    return bool(stems) and all(re.search(rf"\b{re.escape(stem)}", said) for stem in stems)
