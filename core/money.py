"""Złoty: read, round, show, split. Amounts are Decimal with two places; grosze are whole numbers."""

import re
from decimal import ROUND_HALF_UP, Decimal

from core.errors import Refused

GROSZ = Decimal("0.01")
NBSP = "\u00a0"
SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")
PLAIN = re.compile(r"-?\d{1,10}([.,]\d{1,2})?")
DOTTED_THOUSANDS = re.compile(r"-?\d{1,3}(\.\d{3})+,\d{1,2}")
MEND = "Podaj kwotę w złotych, na przykład 123,45."


def parse_pln(text: str) -> Decimal:
    """The amount in złoty that *text* says: «1 234,56», «1234.56», «1.234,56», «1 234,56 zł».

    Raises Refused `amount_empty`, `amount_unreadable` or `amount_too_fine` (more than two places).
    """
    bare = SPACES.sub("", text).removesuffix("zł").removesuffix("PLN").removesuffix("zl")
    if not bare:
        raise Refused("amount_empty", "Brakuje kwoty.", mend=MEND)
    if DOTTED_THOUSANDS.fullmatch(bare):
        bare = bare.replace(".", "")
    if not PLAIN.fullmatch(bare):
        if re.fullmatch(r"-?\d{1,10}[.,]\d{3,}", bare):
            raise Refused("amount_too_fine", "Kwota ma więcej niż dwa miejsca po przecinku.", mend=MEND)
        raise Refused("amount_unreadable", "To nie jest kwota.", mend=MEND)
    return Decimal(bare.replace(",", ".")).quantize(GROSZ)


def grosz(amount: Decimal) -> Decimal:
    """*amount* rounded to the grosz, half up."""
    return amount.quantize(GROSZ, ROUND_HALF_UP)


def whole_zloty(amount: Decimal) -> Decimal:
    """*amount* rounded to full złoty: below 50 gr down, from 50 gr up (Ordynacja podatkowa art. 63 § 1)."""
    return amount.quantize(Decimal(1), ROUND_HALF_UP).quantize(GROSZ)


def format_pln(amount: Decimal) -> str:
    """«1 234,56 zł», with no-break spaces."""
    return f"{grosz(amount):,.2f}".replace(",", NBSP).replace(".", ",") + f"{NBSP}zł"


def to_grosze(amount: Decimal) -> int:
    """Whole grosze. Raises Refused `amount_too_fine` when *amount* has a part of a grosz."""
    if amount != grosz(amount):
        raise Refused("amount_too_fine", "Kwota ma więcej niż dwa miejsca po przecinku.", mend=MEND)
    return int(amount.scaleb(2))


def from_grosze(value: int | str) -> Decimal:
    """Złoty from whole grosze, as gateways send them. Raises Refused `amount_unreadable` for anything else."""
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,15}", str(value)):
        raise Refused("amount_unreadable", "To nie jest kwota w groszach.")
    return Decimal(int(value)).scaleb(-2).quantize(GROSZ)


def split_evenly(amount: Decimal, parts: int) -> list[Decimal]:
    """*amount* in *parts* shares that differ by at most a grosz and add up exactly; the first ones are the larger."""
    whole, rest = divmod(to_grosze(amount), parts)
    return [from_grosze(whole + (1 if place < rest else 0)) for place in range(parts)]
