"""What a payer wants to pay: instalments, and of each all of it or a part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict
from django.utils.http import urlencode

from core.errors import Refused
from core.money import parse_pln


@dataclass(frozen=True)
class Wish:
    """One instalment to pay: all of it, or *amount* złoty; `problem` says why a typed amount could not be read."""

    instalment_id: int
    amount: Decimal | None = None
    problem: str = ""


def chosen_ids(values: Iterable[str]) -> list[int]:
    """The instalment ids among posted *values*; what is no number is dropped, repeats count once."""
    return sorted({int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 18})


def read_wishes(data: QueryDict) -> list[Wish]:
    """The wishes of a form or an address: `instalment` once for each, `kwota-ID` where somebody typed an amount."""
    return [_wish(key, data.get(f"kwota-{key}", "")) for key in chosen_ids(data.getlist("instalment"))]


def _wish(key: int, typed: str) -> Wish:
    if not typed.strip():
        return Wish(key)
    try:
        return Wish(key, parse_pln(typed[:40]))
    except Refused as refusal:
        return Wish(key, problem=str(refusal))


def as_query(wishes: Sequence[Wish]) -> str:
    """The wishes as the query of an address, which `read_wishes` reads back."""
    pairs: list[tuple[str, str]] = [("instalment", str(wish.instalment_id)) for wish in wishes]
    pairs += [(f"kwota-{wish.instalment_id}", f"{wish.amount}") for wish in wishes if wish.amount is not None]
    return urlencode(pairs)


def kept(wishes: Sequence[Wish]) -> list[list[str]]:
    """The wishes as JSON keeps them."""
    return [[str(wish.instalment_id), "" if wish.amount is None else str(wish.amount)] for wish in wishes]


def unkept(rows: Sequence[Sequence[str]]) -> list[Wish]:
    """The wishes that `kept` wrote."""
    return [Wish(int(key), Decimal(amount) if amount else None) for key, amount in rows]
