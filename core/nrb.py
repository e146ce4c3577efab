"""NRB: the Polish account number, its check digits and its bank's own digit."""

import re
from functools import lru_cache

from core.errors import Refused

POLAND = "2521"  # P = 25, L = 21
PLAIN = re.compile(r"[0-9]{26}")
WEIGHTS = (3, 9, 7, 1, 3, 9, 7)


@lru_cache(maxsize=1_024)
def sort_code_check_digit(first7: str) -> str:
    """The eighth digit of a bank's sort code (numer rozliczeniowy) from its first seven."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first7, strict=True))
    return str((10 - total % 10) % 10)


def make_nrb(sort_code: str, number16: str) -> str:
    """The 26 digits of the account *number16* at the bank *sort_code*, with check digits (mod 97)."""
    body = f"{sort_code}{number16}"
    check = 98 - int(f"{body}{POLAND}00") % 97
    return f"{check:02d}{body}"


@lru_cache(maxsize=65_536)
def parse_nrb(text: str) -> str:
    """The 26 digits of an NRB, written with or without PL and spaces.

    Raises Refused `nrb_empty`, `nrb_length`, `nrb_checksum` (mod 97) or `nrb_bank` (the sort code's own digit).
    """
    bare = text if PLAIN.fullmatch(text) else re.sub(r"[\s\u00a0-]", "", text).upper().removeprefix("PL")
    if not bare:
        raise Refused("nrb_empty", "Brakuje numeru rachunku.", mend="Podaj 26 cyfr rachunku (NRB).")
    if not PLAIN.fullmatch(bare):
        raise Refused("nrb_length", "Numer rachunku musi mieć 26 cyfr.", mend="Przepisz go z umowy z bankiem.")
    if make_nrb(bare[2:10], bare[10:]) != bare:  # stricter than mod 97 = 1, which 00, 01 and 99 pass too
        raise Refused(
            "nrb_checksum", "Cyfry kontrolne rachunku się nie zgadzają.", mend="Sprawdź, czy nie ma literówki."
        )
    if sort_code_check_digit(bare[2:9]) != bare[9]:
        raise Refused(
            "nrb_bank", "Takiego banku nie ma: błędny numer rozliczeniowy.", mend="Sprawdź cyfry od 3. do 10."
        )
    return bare


def format_nrb(nrb: str) -> str:
    """«12 3456 7890 …», with no-break spaces."""
    return "\u00a0".join([nrb[:2], *(nrb[place : place + 4] for place in range(2, len(nrb), 4))])
