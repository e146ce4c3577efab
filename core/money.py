"""Złoty: read, round, show, split. Amounts are Decimal with two places; grosze are whole numbers."""

import re
from decimal import ROUND_HALF_UP, Decimal

from core.errors import Refused

GROSZ = Decimal("0.01")
NBSP = "\u00a0"
MINUS = "\u2212"
UNITS = ("zł", "zl", "PLN")
PLAIN = re.compile(r"-?[0-9]{1,10}([.,][0-9]{1,2})?")
SPACED_THOUSANDS = re.compile(r"-?[0-9]{1,3}([\s'][0-9]{3})+([.,][0-9]+)?")
DOTTED_THOUSANDS = re.compile(r"-?[0-9]{1,3}((\.[0-9]{3})+,[0-9]{1,2}|(\.[0-9]{3}){2,})")
TOO_LARGE = re.compile(r"-?[0-9]{11,}([.,][0-9]{1,2})?")
TOO_FINE = re.compile(r"-?[0-9]+[.,][0-9]{3,}")
MEND = "Podaj kwotę w złotych, na przykład 123,45."


def parse_pln(text: str) -> Decimal:
    """The amount in złoty that *text* says: «1 234,56», «1234.56», «1.234,56», «1 234,56 zł».

    Spaces and dots count as thousands only where they part groups of three: «10 50» might mean 10,50 and is refused.
    Raises Refused `amount_empty`, `amount_unreadable`, `amount_too_fine` (more than two places) or `amount_too_large`
    (above 9 999 999 999,99).
    """
    bare = text.strip().replace(MINUS, "-")
    for unit in UNITS:
        bare = bare.removesuffix(unit)
    bare = bare.rstrip()
    if not bare:
        raise Refused("amount_empty", "Brakuje kwoty.", mend=MEND)
    if SPACED_THOUSANDS.fullmatch(bare):
        bare = re.sub(r"[\s']", "", bare)
    elif DOTTED_THOUSANDS.fullmatch(bare):
        bare = bare.replace(".", "")
    if not PLAIN.fullmatch(bare):
        if TOO_FINE.fullmatch(bare):
            raise Refused("amount_too_fine", "Kwota ma więcej niż dwa miejsca po przecinku.", mend=MEND)
        if TOO_LARGE.fullmatch(bare):
            raise Refused("amount_too_large", "Kwota jest za duża (najwięcej 9 999 999 999,99).", mend="Popraw kwotę.")
        raise Refused("amount_unreadable", "To nie jest kwota.", mend=MEND)
    return Decimal(bare.replace(",", ".")).quantize(GROSZ) + 0  # no negative zero


def grosz(amount: Decimal) -> Decimal:
    """*amount* rounded to the grosz, half up."""
    return amount.quantize(GROSZ, ROUND_HALF_UP)


def whole_zloty(amount: Decimal) -> Decimal:
    """*amount* rounded to full złoty: below 50 gr down, from 50 gr up (Ordynacja podatkowa art. 63 § 1)."""
    return amount.quantize(Decimal(1), ROUND_HALF_UP).quantize(GROSZ)


def format_pln(amount: Decimal) -> str:
    """«1 234,56 zł», with no-break spaces; a sum below zero has a true minus («−5,20 zł»), which no line parts."""
    return f"{grosz(amount):,.2f}".replace(",", NBSP).replace(".", ",").replace("-", MINUS) + f"{NBSP}zł"


def to_grosze(amount: Decimal) -> int:
    """Whole grosze. Raises Refused `amount_too_fine` when *amount* has a part of a grosz."""
    if amount != grosz(amount):
        raise Refused("amount_too_fine", "Kwota ma więcej niż dwa miejsca po przecinku.", mend=MEND)
    return int(amount.scaleb(2))


def from_grosze(value: int | str) -> Decimal:
    """Złoty from whole grosze, as gateways send them. Raises Refused `amount_unreadable` for anything else."""
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,15}", str(value)):
        raise Refused("amount_unreadable", "To nie jest kwota w groszach.")
    return Decimal(int(value)).scaleb(-2).quantize(GROSZ)


def split_evenly(amount: Decimal, parts: int) -> list[Decimal]:
    """*amount* in *parts* shares that differ by at most a grosz and add up exactly; the first ones are the larger."""
    whole, rest = divmod(to_grosze(amount), parts)
    return [from_grosze(whole + (1 if place < rest else 0)) for place in range(parts)]
