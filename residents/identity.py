"""PESEL, NIP, REGON, KRS and the town's own number: what a number says, and when it is false.

python-stdnum checks lengths and digits; this file adds what it does not: births in the future, numbers of one digit,
a REGON of 14 digits whose first nine fail, numbers of the court register (KRS), which carry no check digit.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

import stdnum.pl.nip
import stdnum.pl.pesel
import stdnum.pl.regon
from stdnum.exceptions import InvalidChecksum, ValidationError

from core.errors import Refused

SEPARATORS = re.compile(r"[\s\u00a0.\-–]")
REGISTER = re.compile(r"^(?:PL|NIP|KRS|REGON|PESEL):?")
CENTURIES = {80: 1800, 0: 1900, 20: 2000, 40: 2100, 60: 2200}
PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
REGON_WEIGHTS = (8, 9, 2, 3, 4, 5, 6, 7)
PLAIN_PESEL = re.compile(r"[0-9]{11}")
# The court register counts up from 0000000001 and has passed a million; no NIP begins with a zero.
KRS = re.compile(r"000[0-9]{7}")
# «P-000123» is a record's public number (Payer.number), never an identity.
TOWN_NUMBER = re.compile(r"(?!P[0-9])([A-ZĄĆĘŁŃÓŚŹŻ]{1,4})([0-9]{1,12})")
MEND = "Sprawdź cyfry w dokumencie."


class NumberKind(StrEnum):
    """Which register a number comes from."""

    PESEL = "pesel"
    NIP = "nip"
    REGON = "regon"
    KRS = "krs"
    TOWN = "town"


@dataclass(frozen=True)
class IdentityNumber:
    """A number that passed every check: digits only, the town's own as «OB-000123»."""

    kind: NumberKind
    value: str


def pesel_birth_date(pesel: str) -> date:
    """The birth date in a PESEL. Raises ValueError when there is no such day."""
    month = int(pesel[2:4])
    century = month // 20 * 20
    return date(CENTURIES[century] + int(pesel[:2]), month - century, int(pesel[4:6]))


def _is_sound_pesel(text: str, on: date) -> bool:
    """Whether *text* is plainly a PESEL: what is not is judged, and told why, by `_check_pesel`."""
    if not PLAIN_PESEL.fullmatch(text):
        return False
    a, b, c, d, e, f, g, h, i, j, check = map(int, text)
    if (a + e + i + 3 * (b + f + j) + 7 * (c + g) + 9 * (d + h) + check) % 10:
        return False
    try:
        return pesel_birth_date(text) <= on and len(set(text)) > 1
    except (ValueError, KeyError):
        return False


def _check_pesel(digits: str, on: date) -> None:
    try:
        stdnum.pl.pesel.validate(digits)
        born = pesel_birth_date(digits)
    except InvalidChecksum as error:
        raise Refused("pesel_checksum", "Cyfra kontrolna numeru PESEL się nie zgadza.", mend=MEND) from error
    except (ValidationError, ValueError, KeyError) as error:
        raise Refused("pesel_date", "Numer PESEL zawiera datę urodzenia, której nie ma.", mend=MEND) from error
    if born > on:
        raise Refused("pesel_future", "Data urodzenia w numerze PESEL jest w przyszłości.", mend=MEND)


def _check_nip(digits: str) -> None:
    try:
        stdnum.pl.nip.validate(digits)
    except ValidationError as error:
        raise Refused("nip_checksum", "Cyfra kontrolna numeru NIP się nie zgadza.", mend=MEND) from error


def _check_regon(digits: str) -> None:
    try:
        stdnum.pl.regon.validate(digits)
        stdnum.pl.regon.validate(digits[:9])
    except ValidationError as error:
        raise Refused("regon_checksum", "Cyfra kontrolna numeru REGON się nie zgadza.", mend=MEND) from error


@lru_cache(maxsize=65_536)
def read_identity(text: str, *, on: date) -> IdentityNumber:
    """The PESEL (11 digits), NIP or KRS (10), REGON (9 or 14) or number of the town's own («OB-000123») in *text*.

    *on* is the day against which births count. Raises Refused: `number_empty`, `number_length`, `number_repeated`,
    `pesel_checksum`, `pesel_date`, `pesel_future`, `nip_checksum`, `regon_checksum`. No message repeats the number.
    """
    if _is_sound_pesel(text, on):
        return IdentityNumber(NumberKind.PESEL, text)
    digits = REGISTER.sub("", SEPARATORS.sub("", text).upper())
    if not digits:
        raise Refused("number_empty", "Brakuje numeru PESEL, NIP lub REGON.", mend="Wpisz go z dokumentu.")
    if len(digits) <= 20 and (own := TOWN_NUMBER.fullmatch(digits)):
        return IdentityNumber(NumberKind.TOWN, f"{own[1]}-{own[2]}")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in {9, 10, 11, 14}:
        raise Refused(
            "number_length",
            "To nie jest PESEL, NIP, REGON ani KRS.",
            mend="PESEL ma 11 cyfr, NIP i KRS 10, REGON 9 albo 14.",
        )
    if len(set(digits)) == 1:
        raise Refused("number_repeated", "Numer złożony z jednej cyfry nie istnieje.", mend=MEND)
    if len(digits) == 11:
        _check_pesel(digits, on)
        return IdentityNumber(NumberKind.PESEL, digits)
    if KRS.fullmatch(digits):
        return IdentityNumber(NumberKind.KRS, digits)
    if len(digits) == 10:
        _check_nip(digits)
        return IdentityNumber(NumberKind.NIP, digits)
    _check_regon(digits)
    return IdentityNumber(NumberKind.REGON, digits)


def mask_number(value: str) -> str:
    """Only the last three characters, the rest as stars: enough for the owner to recognise, too little to use."""
    return "*" * max(0, len(value) - 3) + value[-3:] if len(value) > 5 else "*" * len(value)


def make_pesel(birth: date, serial: int, woman: bool) -> str:  # noqa: FBT001  the sex is a value here
    """A valid PESEL for tests and the demo town: *serial* 0–999 tells people of one day apart; the sex is a digit."""
    shift = next(shift for shift, first in CENTURIES.items() if first <= birth.year < first + 100)
    sex = (serial * 2) % 10 + (0 if woman else 1)
    digits = f"{birth.year % 100:02d}{birth.month + shift:02d}{birth.day:02d}{serial:03d}{sex}"
    total = sum(weight * int(digit) for weight, digit in zip(PESEL_WEIGHTS, digits, strict=True))
    return f"{digits}{(10 - total % 10) % 10}"


def make_nip(first9: str) -> str:
    """A valid NIP. Raises ValueError when these nine digits have none (remainder 10 is never issued)."""
    check = sum(weight * int(digit) for weight, digit in zip(NIP_WEIGHTS, first9, strict=True)) % 11
    if check == 10:
        raise ValueError(first9)
    return f"{first9}{check}"


def make_regon(first8: str) -> str:
    """A valid REGON of nine digits."""
    check = sum(weight * int(digit) for weight, digit in zip(REGON_WEIGHTS, first8, strict=True)) % 11
    return f"{first8}{check % 10}"
