"""The sixteen voivodeships: TERYT code by name, as IMGW and RSO write them."""

import unicodedata

CODES = {
    "dolnoslaskie": "02",
    "kujawsko-pomorskie": "04",
    "lubelskie": "06",
    "lubuskie": "08",
    "lodzkie": "10",
    "malopolskie": "12",
    "mazowieckie": "14",
    "opolskie": "16",
    "podkarpackie": "18",
    "podlaskie": "20",
    "pomorskie": "22",
    "slaskie": "24",
    "swietokrzyskie": "26",
    "warminsko-mazurskie": "28",
    "wielkopolskie": "30",
    "zachodniopomorskie": "32",
}


def find_code(name: str) -> str:
    """The code of the voivodeship called *name*, in any case, with or without Polish letters; '' for none."""
    plain = unicodedata.normalize("NFD", name.strip().lower().replace("ł", "l"))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return CODES.get("-".join(bare.replace("-", " ").split()), "")


def find_slug(code: str) -> str:
    """The name without Polish letters of the voivodeship in which the TERYT *code* lies, as RSO's addresses have it."""
    return next((slug for slug, known in CODES.items() if known == code[:2]), "")
