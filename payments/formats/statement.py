"""What a bank's file says, whatever its format: events that come one after another, so that a file of any size needs
little memory.

A reader yields for each statement `Opened`, its `Entry` rows and `Closed`; or, where something is wrong, `Broken`
instead of the rest: what came of that statement before must then be thrown away, and the next `Opened` is another one.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from core.errors import Refused

NOTHING = Decimal("0.00")
AGAIN = "Pobierz wyciąg z banku jeszcze raz."


class Mark(StrEnum):
    """Which way money went, as MT940 says it."""

    CREDIT = "C"
    DEBIT = "D"
    CREDIT_REVERSED = "RC"  # money out: the bank took a credit back
    DEBIT_REVERSED = "RD"  # money in: a debit of ours came back


INCOMING = frozenset({Mark.CREDIT, Mark.DEBIT_REVERSED})


class Opened(NamedTuple):
    """A statement begins. `opening` is None where the format tells no balances (a report of mass payments)."""

    at: int  # line of the file
    account: str  # 26 digits, or another country's IBAN
    number: str
    currency: str
    opening: Decimal | None
    opened_on: date | None


class Entry(NamedTuple):
    """One transaction. `line` is its place in the statement from 1 on: with account and statement it is its identity.

    `amount` is above zero, in the statement's currency; `mark` says the direction. `debited_on` is the day on which the
    payer's account was debited, where the bank tells it. `credited` is a virtual account (26 digits, or «XX» and the
    payer's digits) to which it came.
    """

    line: int
    at: int
    mark: Mark
    amount: Decimal
    booked_on: date
    value_on: date
    debited_on: date | None
    code: str
    title: str
    name: str
    sender: str
    credited: str
    reference: str
    text: str
    is_lump: bool = False  # several payments whose single sums the bank does not tell


class Closed(NamedTuple):
    """A statement ends, as the bank says; of a report `closing` is None."""

    at: int
    closing: Decimal | None
    closed_on: date


class Broken(NamedTuple):
    """A statement cannot be used: why, and in which line (or element) of the file."""

    at: int
    problem: Refused


Event = Opened | Entry | Closed | Broken


def signed(entry: Entry) -> Decimal:
    """What the entry adds to the balance."""
    return entry.amount if entry.mark in INCOMING else -entry.amount


def proved(events: Iterable[Event]) -> Iterator[Event]:
    """*events*, with `Broken` instead of `Closed` where opening + entries = closing does not hold."""
    opened: Opened | None = None
    total = NOTHING
    for event in events:
        if isinstance(event, Entry):
            total = total + event.amount if event.mark in INCOMING else total - event.amount
        elif isinstance(event, Opened):
            opened, total = event, NOTHING
        elif isinstance(event, Closed) and opened and opened.opening is not None and event.closing is not None:
            found = opened.opening + total
            if found != event.closing:
                yield Broken(event.at, _wrong_balance(opened, found, event.closing))
                continue
        yield event


def _wrong_balance(opened: Opened, found: Decimal, closing: Decimal) -> Refused:
    return Refused(
        "balance_wrong",
        f"Wyciąg {opened.number}: saldo początkowe {opened.opening} i pozycje dają {found},"
        f" a saldo końcowe to {closing}.",
        where="62F",
        mend=f"Plik jest niepełny albo zmieniony. {AGAIN}",
    )
