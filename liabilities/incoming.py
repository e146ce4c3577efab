"""Many payments posted at once: what bank statements and providers bring. The set-based sibling of
`actions.post_payment`.

The same law, the same locks, the same «once for its reference»; but one statement reads all dues, one COPY writes all
entries (so that the trigger that keeps the sums runs once), and one call withdraws the messages.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction

from core import audit
from core.actor import Actor
from core.bulk import copy_lines, escaped, texts_array
from core.errors import Refused
from liabilities.accrual import Circumstances, circumstances
from liabilities.actions import PaymentPart, about_instalment
from liabilities.figures import Figures, figures
from liabilities.locking import lock_open
from liabilities.models import EntryKind, Instalment, LedgerAccount, LedgerEntry
from liabilities.posting import NOTHING, Shares, changes_of, shares_of
from notifications.actions import withdraw_messages

COLUMNS = (
    *("payer_id", "instalment_id", "kind", "account", "amount", "value_on", "booked_at", "reference", "due_kind_id"),
)
EARLIER = """
SELECT reference, instalment_id, amount FROM liabilities_ledgerentry
WHERE reference = ANY (%s::text[]) AND kind = 'payment' ORDER BY id
"""
DUE_PAID = "należność opłacona"


class Incoming(NamedTuple):
    """Money that came for one payer, in złoty.

    `value_on` is the day that the law counts (OP art. 60). `instalments` are those that the payer named (OP art. 62
    § 1, k.c. art. 451 § 1): they are paid in this order, and what exceeds them is credit. With `parts` the payer said
    how much of the amount each is to have: what exceeds one is credit, not the next one's. Where none is named, all
    open dues – of `kind_code` only, unless it is '' – are paid by their terms, the earliest first (OP art. 62 § 1, k.c.
    art. 451 § 3). What is left is the payer's credit.
    """

    payer_id: int
    amount: Decimal
    value_on: date
    reference: str
    instalments: tuple[int, ...] = ()
    kind_code: str = ""
    parts: tuple[PaymentPart, ...] = ()

    @property
    def named(self) -> tuple[int, ...]:
        """The instalments that the payer named."""
        return tuple(part.instalment_id for part in self.parts) or self.instalments


class Landed(NamedTuple):
    """What came of one payment: the record that has it, the instalments that it paid or paid a part of, and the credit,
    in złoty.

    `is_new` is false when its reference had been posted before.
    """

    payer_id: int
    reference: str
    instalments: tuple[int, ...]
    credit: Decimal
    is_new: bool = True


@dataclass
class _Books:
    """What the batch knows: the law, the open dues of its payers, and the entries that it will write."""

    law: Figures
    about: Circumstances
    kept: dict[int, int]
    dues: dict[int, Instalment]
    of_payer: dict[int, list[Instalment]]
    at: str
    lines: list[str] = field(default_factory=list)

    def land(self, payment: Incoming) -> Landed:
        """Spread one payment over the dues, and keep its entries."""
        if payment.parts:
            return self._land_parts(payment)
        left, touched, last_kind = payment.amount, [], payment.kind_code or None
        for due in self._chosen(payment):
            if left <= 0:
                break
            if not (due.outstanding or due.costs or due.booked_interest or due.fee):
                continue
            shares = shares_of(left, due, law=self.law, about=self.about, on=payment.value_on)
            self._take(due, shares, payment)
            touched.append(due.pk)
            left, last_kind = shares.excess, due.liability.kind_id
        if left:
            payer, kind = payment.payer_id, EntryKind.PAYMENT
            self._row(payer, None, kind, LedgerAccount.CREDIT, -left, payment, due_kind=last_kind)
        return Landed(payment.payer_id, payment.reference, tuple(touched), left)

    def _land_parts(self, payment: Incoming) -> Landed:
        """Give each part to its due; what a due does not need is credit of its kind."""
        excess: dict[str | None, Decimal] = {}
        for part in payment.parts:
            due = self.dues[part.instalment_id]
            shares = shares_of(part.amount, due, law=self.law, about=self.about, on=payment.value_on)
            self._take(due, shares, payment)
            kind_code = due.liability.kind_id
            excess[kind_code] = excess.get(kind_code, NOTHING) + shares.excess
        payer, kind = payment.payer_id, EntryKind.PAYMENT
        for due_kind, left in excess.items():
            if left:
                self._row(payer, None, kind, LedgerAccount.CREDIT, -left, payment, due_kind=due_kind)
        return Landed(payment.payer_id, payment.reference, payment.named, sum(excess.values(), NOTHING))

    def _chosen(self, payment: Incoming) -> Iterable[Instalment]:
        own = self.of_payer.get(payment.payer_id, [])
        if payment.instalments:
            known = {due.pk for due in own}
            return [self.dues[key] for key in payment.instalments if key in known]
        if payment.kind_code:
            return [due for due in own if due.liability.kind_id == payment.kind_code]
        return own

    def _take(self, due: Instalment, shares: Shares, payment: Incoming) -> None:
        """Keep the entries of one due, and what is left of it for the payments that follow."""
        liability = due.liability
        for kind, account, amount in changes_of(shares, regime=liability.kind.regime, kind=EntryKind.PAYMENT):
            self._row(liability.payer_id, due.pk, kind, account, amount, payment)
        due.outstanding -= shares.principal
        due.costs -= shares.costs
        due.booked_interest -= shares.booked
        due.fee -= shares.fee
        if (licence := self.about.licences.get(due.pk)) is not None:
            paid = licence.surcharge_paid + shares.interest
            self.about.licences[due.pk] = replace(licence, surcharge_paid=paid)

    def _row(
        self,
        payer_id: int,
        instalment: int | None,
        kind: str,
        account: str,
        amount: Decimal,
        payment: Incoming,
        *,
        due_kind: str | None = None,
    ) -> None:
        """A row of `COLUMNS`, as COPY reads it."""
        due = "\\N" if instalment is None else instalment
        of_kind = "\\N" if due_kind is None else escaped(due_kind)
        told = f"{payment.value_on}\t{self.at}\t{escaped(payment.reference)}"
        self.lines.append(f"{payer_id}\t{due}\t{kind}\t{account}\t{amount}\t{told}\t{of_kind}\n")


def post_incoming(
    payments: Sequence[Incoming],
    *,
    subject: str,
    by: Actor,
    at: datetime,
    when_locked: Callable[[], None] | None = None,
) -> list[Landed]:
    """Post *payments*, each once for its reference: one that was posted before only says where it went.

    They take from the dues in the order in which they are given. All of them come in or none. *subject* names in the
    audit what brought them. *when_locked* is called as soon as their payers and dues are locked. Raises Refused as
    `land_payments`.
    """
    with transaction.atomic():
        landed = land_payments(payments, at=at, when_locked=when_locked)
        audit.record("post_incoming", subject, by=by, payments=sum(one.is_new for one in landed))
    return landed


def land_payments(
    payments: Sequence[Incoming], *, at: datetime, when_locked: Callable[[], None] | None = None
) -> list[Landed]:
    """`post_incoming` without its line in the audit: who calls writes one of its own, in the same transaction.

    Raises Refused `nothing_to_post` for an amount that is not above zero or parts that do not come to it, `foreign_due`
    for an instalment that is not the payer's.
    """
    if not all(payment.amount > 0 and _is_whole(payment) for payment in payments):
        raise Refused("nothing_to_post", "Nie ma czego zaksięgować.")
    with transaction.atomic():
        named = {key for payment in payments for key in payment.named}
        books = _read({payment.payer_id for payment in payments}, named, at=at)
        if when_locked is not None:
            when_locked()
        earlier = _earlier([payment.reference for payment in payments])
        new: dict[str, Incoming] = {}
        for payment in payments:
            if payment.reference not in earlier and payment.reference not in new:
                new[payment.reference] = _checked(payment, books)
        entered: dict[str, Landed] = {}
        if new:  # each is spread while the database already enters those before it
            copy_lines(LedgerEntry._meta.db_table, COLUMNS, _landing(books, new.values(), entered))
        landed = []
        for payment in payments:
            known = entered.pop(payment.reference, None)
            if known is None:
                known = earlier[payment.reference]._replace(payer_id=books.kept[payment.payer_id], is_new=False)
            else:
                earlier[payment.reference] = known
            landed.append(known)
        touched = {key for one in landed if one.is_new for key in one.instalments}
        closed = [key for key in touched if not books.dues[key].outstanding and not books.dues[key].costs]
        withdraw_messages(about=[about_instalment(key) for key in closed], reason=DUE_PAID, at=at)
    return landed


def _landing(books: _Books, payments: Iterable[Incoming], entered: dict[str, Landed]) -> Iterator[str]:
    """The ledger's lines of one payment after another; what came of each goes to *entered*."""
    for payment in payments:
        entered[payment.reference] = books.land(payment)
        yield from books.lines
        books.lines.clear()


def _is_whole(payment: Incoming) -> bool:
    """Whether its parts, where it has any, are all above zero and come to its amount."""
    parts = [part.amount for part in payment.parts]
    return not parts or (min(parts) > 0 and sum(parts, NOTHING) == payment.amount)


def _checked(payment: Incoming, books: _Books) -> Incoming:
    """The payment as one of the record that stands for its payer."""
    if (kept := books.kept[payment.payer_id]) != payment.payer_id:
        payment = payment._replace(payer_id=kept)
    if named := payment.named:
        own = {due.pk for due in books.of_payer.get(payment.payer_id, [])}
        if not own.issuperset(named):
            raise Refused("foreign_due", "Ta należność nie należy do tego płatnika.")
    return payment


def _read(payer_ids: Collection[int], named: Collection[int], *, at: datetime) -> _Books:
    """The payers' open dues and the *named* ones, locked, by their terms."""
    locked = lock_open(payer_ids, named)
    dues = {due.pk: due for _, due in locked.dues}
    of_payer: dict[int, list[Instalment]] = {}
    for payer_id, due in locked.dues:
        of_payer.setdefault(payer_id, []).append(due)
    for own in of_payer.values():
        own.sort(key=lambda due: (due.payable_by, due.pk))
    return _Books(figures(), circumstances(list(dues.values())), locked.kept, dues, of_payer, at.isoformat())


def _earlier(references: Sequence[str]) -> dict[str, Landed]:
    """What is in the ledger under these references already."""
    found: dict[str, tuple[list[int], Decimal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(EARLIER, [texts_array(references)])
        rows = cursor.fetchall()
    for reference, instalment, amount in rows:
        keys, credit = found.get(reference, ([], NOTHING))
        if instalment is None:
            credit -= amount
        elif instalment not in keys:
            keys.append(instalment)
        found[reference] = (keys, credit)
    return {
        reference: Landed(0, reference, tuple(keys), credit, is_new=False)
        for reference, (keys, credit) in found.items()
    }
