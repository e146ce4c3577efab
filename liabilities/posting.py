"""How a sum enters the ledger on one due: shared by payments and by set-offs of credits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from core.money import grosz
from liabilities.accrual import Circumstances, fee_of, interest_amount
from liabilities.allocation import split
from liabilities.figures import Figures
from liabilities.models import EntryKind, Instalment, LedgerAccount, LedgerEntry
from liabilities.regimes import Regime

NOTHING = Decimal("0.00")


class Shares(NamedTuple):
    """What a sum pays of one due, in złoty; `booked` is the part of `interest` that was charged before."""

    costs: Decimal
    interest: Decimal
    booked: Decimal
    fee: Decimal
    principal: Decimal
    excess: Decimal


@dataclass(frozen=True)
class Event:
    """What the entries of one event share."""

    kind: EntryKind
    value_on: date
    reference: str
    at: datetime


@dataclass(frozen=True)
class Posting:
    """What came of a payment or a set-off, in złoty; `closed` are the instalments of which nothing is left.

    `interest` counts the surcharge of an alcohol licence fee and the prolongation fee too.
    """

    costs: Decimal
    interest: Decimal
    principal: Decimal
    credit: Decimal
    closed: tuple[int, ...]


def shares_of(amount: Decimal, due: Instalment, *, law: Figures, about: Circumstances, on: date) -> Shares:
    """Split *amount* over a due as of a day; the prolongation fee shares with interest (OP art. 57 § 4, 55 § 2)."""
    interest, fee = interest_amount(due, law=law, about=about, on=on), fee_of(due, on=on)
    regime = Regime(due.liability.kind.regime)
    found = split(amount, principal=due.outstanding, interest=interest + fee, costs=due.costs, regime=regime)
    to_fee = grosz(found.interest * fee / (interest + fee)) if fee else NOTHING
    to_interest = found.interest - to_fee
    return Shares(
        found.costs, to_interest, min(to_interest, due.booked_interest), to_fee, found.principal, found.excess
    )


def changes_of(shares: Shares, *, regime: str, kind: EntryKind) -> list[tuple[str, str, Decimal]]:
    """What is entered on one due of a *regime*: kind, account and amount of each entry.

    Interest not charged yet is charged and paid in one go, so that its account ends at nothing. So is the surcharge of
    an alcohol licence fee, on an account of its own.
    """
    is_licence = regime == Regime.ALCOHOL
    charge, account = (
        (EntryKind.SURCHARGE, LedgerAccount.SURCHARGE) if is_licence else (EntryKind.INTEREST, LedgerAccount.INTEREST)
    )
    wanted = [
        (charge, account, shares.interest - shares.booked),
        (kind, account, -shares.interest),
        (kind, LedgerAccount.FEE, -shares.fee),
        (kind, LedgerAccount.COSTS, -shares.costs),
        (kind, LedgerAccount.PRINCIPAL, -shares.principal),
    ]
    return [change for change in wanted if change[2]]


def entries_on(due: Instalment, shares: Shares, event: Event) -> list[LedgerEntry]:
    """The entries of one due (`changes_of`)."""
    changes = changes_of(shares, regime=due.liability.kind.regime, kind=event.kind)
    return [entry_on(due, kind, where, amount, event) for kind, where, amount in changes]


def entry_on(due: Instalment, kind: str, account: str, amount: Decimal, event: Event) -> LedgerEntry:
    """One entry on a due, not saved yet; it stands with the payer whom the due names first."""
    return LedgerEntry(
        payer_id=due.liability.payer_id,
        instalment=due,
        kind=kind,
        account=account,
        amount=amount,
        value_on=event.value_on,
        booked_at=event.at,
        reference=event.reference,
    )


def credit_entry(payer_id: int, due_kind: str | None, amount: Decimal, event: Event) -> LedgerEntry:
    """One entry on a payer's credit that came from a *due_kind*: below zero it grows; not saved yet."""
    return LedgerEntry(
        payer_id=payer_id,
        kind=event.kind,
        account=LedgerAccount.CREDIT,
        amount=amount,
        value_on=event.value_on,
        booked_at=event.at,
        reference=event.reference,
        due_kind_id=due_kind,
    )


def closed_among(instalment_ids: Sequence[int]) -> tuple[int, ...]:
    """Those of which nothing is left."""
    left = Instalment.objects.filter(pk__in=instalment_ids, outstanding=0, costs=0)
    return tuple(left.order_by("pk").values_list("pk", flat=True))


def posting_of(entries: Sequence[LedgerEntry], kind: EntryKind, closed: tuple[int, ...]) -> Posting:
    """What the entries of an event come to."""

    def paid(*accounts: str) -> Decimal:
        amounts = (entry.amount for entry in entries if entry.account in accounts and entry.kind == kind)
        return -sum(amounts, NOTHING)

    return Posting(
        costs=paid(LedgerAccount.COSTS),
        interest=paid(LedgerAccount.INTEREST, LedgerAccount.SURCHARGE, LedgerAccount.FEE),
        principal=paid(LedgerAccount.PRINCIPAL),
        credit=paid(LedgerAccount.CREDIT),
        closed=closed,
    )
