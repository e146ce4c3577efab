"""Many payments posted at once: what a bank statement brings. The set-based sibling of `actions.post_payment`.

The same law, the same locks, the same «once for its reference»; but one statement reads all dues, one COPY writes all
entries (so that the trigger that keeps the sums runs once), and one call withdraws the messages.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from core import audit
from core.actor import Actor
from core.bulk import copy_rows
from core.errors import Refused
from liabilities.actions import about_instalment, reverse_entry
from liabilities.allocation import Split, split
from liabilities.figures import Figures, LicenceFee, figures, licence_fees
from liabilities.interest import Interest
from liabilities.locking import lock_open
from liabilities.models import EntryKind, Instalment, LedgerAccount, LedgerEntry
from liabilities.queries import NOTHING, credit
from liabilities.regimes import Regime
from notifications.actions import withdraw_messages

COLUMNS = ("payer_id", "instalment_id", "kind", "account", "amount", "value_on", "booked_at", "reference")
DUE_PAID = "należność opłacona"


@dataclass(frozen=True)
class Incoming:
    """Money that came for one payer, in złoty.

    `value_on` is the day that the law counts (OP art. 60). `instalments` are those that the payer named (OP art. 62
    § 1, k.c. art. 451 § 1): they are paid in this order, and what exceeds them is credit. Where none is named, all open
    dues – of `kind_code` only, unless it is '' – are paid by their terms, the earliest first (OP art. 62 § 1, k.c.
    art. 451 § 3). What is left is the payer's credit.
    """

    payer_id: int
    amount: Decimal
    value_on: date
    reference: str
    instalments: tuple[int, ...] = ()
    kind_code: str = ""


@dataclass(frozen=True)
class Landed:
    """What came of one payment: the instalments that it paid or paid a part of, and the credit, in złoty.

    `is_new` is false when its reference had been posted before.
    """

    reference: str
    instalments: tuple[int, ...]
    credit: Decimal
    is_new: bool = True


@dataclass
class _Due:
    """An instalment while the payments of a batch take from it."""

    pk: int
    owner_id: int
    kind_code: str
    regime: Regime
    payable_by: date
    outstanding: Decimal
    costs: Decimal


@dataclass
class _Books:
    """What the batch knows: the law, the open dues of its payers, and the entries that it will write."""

    law: Figures
    kept: dict[int, int]
    dues: dict[int, _Due]
    of_payer: dict[int, list[_Due]]
    licences: dict[int, LicenceFee]
    at: datetime
    rows: list[tuple[object, ...]] = field(default_factory=list)
    interest_known: dict[tuple[object, ...], Interest] = field(default_factory=dict)

    def land(self, payment: Incoming) -> Landed:
        """Spread one payment over the dues, and keep its entries."""
        left, touched = payment.amount, []
        for due in self._chosen(payment):
            if left <= 0:
                break
            shares = self._take(due, left, payment.value_on)
            if shares.excess == left:  # nothing is left of this due
                continue
            self._book(due, shares, payment)
            touched.append(due.pk)
            left = shares.excess
        if left:
            self._row(payment.payer_id, None, EntryKind.PAYMENT, LedgerAccount.CREDIT, -left, payment)
        return Landed(payment.reference, tuple(touched), left)

    def _chosen(self, payment: Incoming) -> Iterable[_Due]:
        own = self.of_payer.get(payment.payer_id, [])
        if payment.instalments:
            known = {due.pk for due in own}
            return [self.dues[key] for key in payment.instalments if key in known]
        if payment.kind_code:
            return [due for due in own if due.kind_code == payment.kind_code]
        return own

    def _take(self, due: _Due, amount: Decimal, on: date) -> Split:
        interest = NOTHING
        if on > due.payable_by and due.outstanding:
            interest = self._interest(due, on).amount
        shares = split(amount, principal=due.outstanding, interest=interest, costs=due.costs, regime=due.regime)
        due.outstanding -= shares.principal
        due.costs -= shares.costs
        if due.regime == Regime.ALCOHOL and shares.interest:
            licence = self.licences[due.pk]
            self.licences[due.pk] = replace(licence, surcharge_paid=licence.surcharge_paid + shares.interest)
        return shares

    def _interest(self, due: _Due, on: date) -> Interest:
        if due.regime == Regime.ALCOHOL:
            return self.law.interest(
                due.outstanding,
                payable_by=due.payable_by,
                on=on,
                regime=due.regime,
                licence=self.licences.get(due.pk),
            )
        key = (due.outstanding, due.payable_by, on, due.regime)
        found = self.interest_known.get(key)
        if found is None:
            found = self.law.interest(due.outstanding, payable_by=due.payable_by, on=on, regime=due.regime)
            self.interest_known[key] = found
        return found

    def _book(self, due: _Due, shares: Split, payment: Incoming) -> None:
        is_licence = due.regime == Regime.ALCOHOL
        if shares.interest:
            charge = EntryKind.SURCHARGE if is_licence else EntryKind.INTEREST
            account = LedgerAccount.SURCHARGE if is_licence else LedgerAccount.INTEREST
            self._row(due.owner_id, due.pk, charge, account, shares.interest, payment)
            self._row(due.owner_id, due.pk, EntryKind.PAYMENT, account, -shares.interest, payment)
        if shares.costs:
            self._row(due.owner_id, due.pk, EntryKind.PAYMENT, LedgerAccount.COSTS, -shares.costs, payment)
        if shares.principal:
            self._row(due.owner_id, due.pk, EntryKind.PAYMENT, LedgerAccount.PRINCIPAL, -shares.principal, payment)

    def _row(
        self, payer_id: int, instalment: int | None, kind: str, account: str, amount: Decimal, payment: Incoming
    ) -> None:
        self.rows.append((payer_id, instalment, kind, account, amount, payment.value_on, self.at, payment.reference))


def post_incoming(payments: Sequence[Incoming], *, subject: str, by: Actor, at: datetime) -> list[Landed]:
    """Post *payments*, each once for its reference: one that was posted before only says where it went.

    They take from the dues in the order in which they are given. All of them come in or none. *subject* names in the
    audit what brought them. Raises Refused `nothing_to_post` for an amount that is not above zero, `foreign_due` for an
    instalment that is not the payer's.
    """
    if any(payment.amount <= 0 for payment in payments):
        raise Refused("nothing_to_post", "Nie ma czego zaksięgować.")
    with transaction.atomic():
        named = {key for payment in payments for key in payment.instalments}
        books = _read({payment.payer_id for payment in payments}, named, at=at)
        earlier = _earlier([payment.reference for payment in payments])
        landed = []
        for payment in payments:
            if (known := earlier.get(payment.reference)) is None:
                known = books.land(_checked(replace(payment, payer_id=books.kept[payment.payer_id]), books))
                earlier[payment.reference] = replace(known, is_new=False)
            landed.append(known)
        if books.rows:
            copy_rows(LedgerEntry._meta.db_table, COLUMNS, [[_text(cell) for cell in row] for row in books.rows])
        touched = {key for one in landed if one.is_new for key in one.instalments}
        closed = [key for key in touched if not books.dues[key].outstanding and not books.dues[key].costs]
        withdraw_messages(about=[about_instalment(key) for key in closed], reason=DUE_PAID, at=at)
        audit.record("post_incoming", subject, by=by, payments=sum(one.is_new for one in landed))
    return landed


def _text(cell: object) -> object:
    return cell.isoformat() if isinstance(cell, datetime) else cell


def _checked(payment: Incoming, books: _Books) -> Incoming:
    if payment.instalments:
        own = {due.pk for due in books.of_payer.get(payment.payer_id, [])}
        if not own.issuperset(payment.instalments):
            raise Refused("foreign_due", "Ta należność nie należy do tego płatnika.")
    return payment


def _read(payer_ids: Collection[int], named: Collection[int], *, at: datetime) -> _Books:
    """The payers' open dues and the *named* ones, locked, by their terms."""
    locked = lock_open(payer_ids, named)
    dues: dict[int, _Due] = {}
    of_payer: dict[int, list[_Due]] = {}
    for payer_id, (pk, _, owner, kind, regime, payable_by, outstanding, costs) in locked.dues:
        due = dues.get(pk)
        if due is None:
            due = dues[pk] = _Due(pk, owner, kind, Regime(regime), payable_by, outstanding, costs)
        of_payer.setdefault(payer_id, []).append(due)
    for own in of_payer.values():
        own.sort(key=lambda due: (due.payable_by, due.pk))
    alcohol = [due.pk for due in dues.values() if due.regime == Regime.ALCOHOL]
    licences = (
        licence_fees(Instalment.objects.filter(pk__in=alcohol).select_related("liability__kind")) if alcohol else {}
    )
    return _Books(figures(), locked.kept, dues, of_payer, licences, at)


def _earlier(references: Sequence[str]) -> dict[str, Landed]:
    """What is in the ledger under these references already."""
    found: dict[str, tuple[list[int], Decimal]] = {}
    rows = LedgerEntry.objects.filter(reference__in=references, kind=EntryKind.PAYMENT).order_by("pk")
    for reference, instalment, amount in rows.values_list("reference", "instalment_id", "amount"):
        keys, credit = found.get(reference, ([], NOTHING))
        if instalment is None:
            credit -= amount
        elif instalment not in keys:
            keys.append(instalment)
        found[reference] = (keys, credit)
    return {
        reference: Landed(reference, tuple(keys), credit, is_new=False) for reference, (keys, credit) in found.items()
    }


def reverse_incoming(reference: str, *, reason: str, on: date, by: Actor, at: datetime) -> Decimal:
    """Take a posted payment back: every entry under *reference* gets its counter-entry (storno); returns its sum.

    All of them or none. Raises Refused `nothing_to_reverse`, `already_reversed` (one of them was by hand), and
    `credit_used` when the payer's credit that came of it is no longer there.
    """
    with transaction.atomic():
        entries = list(LedgerEntry.objects.filter(reference=reference).select_related("instalment__liability", "payer"))
        if not entries:
            raise Refused("nothing_to_reverse", "Pod tą podstawą nic nie zaksięgowano.")
        for entry in sorted(entries, key=lambda one: one.amount):  # what was paid before what was charged with it
            reverse_entry(entry, reason=reason, on=on, by=by, at=at)
        for payer_id in {entry.payer.kept_id for entry in entries if entry.account == LedgerAccount.CREDIT}:
            if credit(payer_id) < 0:
                raise Refused(
                    "credit_used",
                    "Nadpłatę z tej wpłaty już wykorzystano: po stornie byłaby ujemna.",
                    mend="Najpierw cofnij jej zaliczenie albo zwrot.",
                )
    return -sum((entry.amount for entry in entries if entry.kind == EntryKind.PAYMENT), NOTHING)
