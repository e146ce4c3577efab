"""Whether a statement follows what is known of its account: no gap, no overlap."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payments.entry_states import Chain


@dataclass(frozen=True)
class Span:
    """One statement: balances in its currency and the days that they are of; a report has no balances."""

    number: str
    opened_on: date
    closed_on: date
    opening: Decimal | None
    closing: Decimal | None


@dataclass(frozen=True)
class Place:
    """Where a statement stands, and the words for it when it must wait."""

    chain: Chain
    words: str = ""


FOLLOWS = Place(Chain.CHAINED)


def place_statement(new: Span, *, first: Span | None, last: Span | None) -> Place:
    """The place of *new* beside the *first* and the *last* accepted statement of its account (None: there is none).

    It follows the last one when it opens with that one's closing balance, and goes before the first one when it closes
    with that one's opening balance. What lies between them overlaps; what leaves money between is a gap.
    """
    if first is None or last is None or new.opening is None or last.closing is None or first.opening is None:
        return FOLLOWS
    if new.opening == last.closing and new.closed_on >= last.closed_on and new.opened_on >= last.opened_on:
        return FOLLOWS
    if new.closing == first.opening and new.closed_on <= first.closed_on and new.opened_on <= first.opened_on:
        return FOLLOWS
    if new.opened_on >= last.closed_on or (new.closed_on > last.closed_on and new.opened_on > last.opened_on):
        return Place(
            Chain.GAP,
            f"Przed tym wyciągiem brakuje innego: ostatni, {last.number}, kończy się saldem {last.closing},"
            f" a ten zaczyna się od {new.opening}.",
        )
    if new.closed_on <= first.opened_on:
        return Place(
            Chain.GAP,
            f"Po tym wyciągu brakuje innego: kończy się saldem {new.closing}, a pierwszy wczytany, {first.number},"
            f" zaczyna się od {first.opening}.",
        )
    return Place(
        Chain.OVERLAP,
        f"Wyciąg zachodzi na już wczytane, z okresu {first.opened_on:%d.%m.%Y}–{last.closed_on:%d.%m.%Y}.",
    )
