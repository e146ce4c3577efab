"""Records are merged and parted while their dues are paid, imported and begun to be paid: at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from threading import Barrier
from typing import Any

from django.db import connection
from django.db.models import Sum

from core.errors import Refused
from liabilities.actions import PaymentPart, post_payment
from liabilities.models import Instalment, LedgerEntry
from liabilities.queries import credit, unproven_instalments
from payments.actions import complete_payment
from payments.models import Payment
from payments.states import State
from residents.identity import IdentityNumber
from residents.merging import collect_strays, merge_payers, undo_merge
from residents.models import Account, Mandate, Payer, PayerMerge
from tests import make
from tests.payments.paying import notice, start
from tests.sandbox_process import Sandbox

PAIRS = 8


@dataclass(frozen=True)
class Pair:
    """Two records of one person, each with two dues of 100 zł; the later record is the one that is kept by turns."""

    place: int
    kept: Payer
    duplicate: Payer
    numbers: tuple[IdentityNumber, IdentityNumber]
    account: Account

    def key(self, which: int) -> str:
        """The key of one of the duplicate's dues."""
        return f"D-{self.place}-{which}"


def pair(place: int) -> Pair:
    """Registered, with dues, an account that acts for the duplicate, and one begun payment of it."""
    first, second = make.pesel(place), make.nip(place)
    older, newer = make.payer(first, "Anna Nowak"), make.payer(second, "Anna Nowak Usługi")
    kept, duplicate = (older, newer) if place % 2 else (newer, older)
    numbers = (first, second) if place % 2 else (second, first)
    made = Pair(place, kept, duplicate, numbers, make.account(f"konto{place}@example.com"))
    make.mandate(made.account, duplicate, basis="attorney")
    make.dues(
        make.row(numbers[0], key=f"K-{place}"),
        *(make.row(numbers[1], key=made.key(which), instalment=which) for which in (1, 2, 3)),
        source=f"fk{place}",
    )
    return made


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do all of them at the same moment, each on a connection of its own; what each gave back."""
    ready = Barrier(len(deeds), timeout=60)

    def alone(deed: Callable[[], object]) -> object:
        try:
            ready.wait(30)
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as people:
        return [done.result(60) for done in [people.submit(alone, deed) for deed in deeds]]


def merge(two: Pair) -> PayerMerge:
    """Merged by a clerk."""
    return merge_payers(kept=two.kept, duplicate=two.duplicate, reason="ta sama osoba", by=make.BY, at=make.now()).merge


def at_counter(payer: Payer, key: str, reference: str) -> None:
    """60 zł paid at the counter."""
    parts = [PaymentPart(make.instalment(key).pk, Decimal(60))]
    post_payment(payer_id=payer.pk, parts=parts, value_on=make.today(), reference=reference, by=make.BY, at=make.now())


def started(two: Pair, key: str) -> Payment | None:
    """A payment begun by somebody whose page still showed the duplicate; None when the page was too old."""
    try:
        return start(two.duplicate, two.account, key)
    except Refused as refusal:
        if refusal.code != "due_unknown":
            raise
        return None


def paid(payment: Payment) -> str:
    """The provider's word that it took the money."""
    return complete_payment(payment.pk, notice=notice(payment), at=make.now())


def imported(two: Pair) -> None:
    """A file that raises one due by 50 zł, repeats another and brings two: under one number, or under both."""
    other = two.numbers[two.place % 4 // 2]
    report = make.dues(
        make.row(two.numbers[1], key=two.key(1), amount="150,00"),
        make.row(two.numbers[1], key=two.key(2), instalment=2),
        make.row(two.numbers[1], key=two.key(4), instalment=4),
        make.row(other, key=two.key(5), instalment=5),
        source=f"fk{two.place}",
    )
    assert report.rejected == 0


def money(two: Pair) -> Decimal:
    """What both records together owe by the ledger, in złoty; a credit lessens it."""
    entries = LedgerEntry.objects.filter(payer__in=[two.kept, two.duplicate])
    return entries.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def test_merging_while_money_and_files_come_loses_nothing(sandbox: Sandbox, committed: None) -> None:
    for place in range(1, PAIRS + 1):
        two = pair(place)
        begun = start(two.duplicate, two.account, two.key(1))
        outcome: list[Any] = at_once(
            lambda two=two: merge(two),
            lambda begun=begun: paid(begun),
            lambda two=two: at_counter(two.duplicate, two.key(2), f"kasa:{two.place}"),
            lambda two=two: imported(two),
            lambda two=two: started(two, two.key(3)),
        )
        assert outcome[1] == ""
        late: Payment | None = outcome[4]
        assert late is None or paid(late) == ""
        collect_strays(by=make.BY, at=make.now())
        assert not Payment.objects.filter(payer=two.duplicate).exists()
        assert not Instalment.objects.filter(liability__payer=two.duplicate).exists()
        assert Mandate.objects.get(account=two.account).payer == two.kept
        assert set(Payment.objects.filter(payer=two.kept).values_list("state", flat=True)) == {State.PAID.value}
        # Six dues of 100 zł, one raised by 50; paid: 100 by the portal, 60 at the counter, and 100 begun meanwhile.
        assert money(two) == 600 + 50 - 100 - 60 - (100 if late else 0)
        assert credit(two.duplicate.pk) == 0
    assert unproven_instalments() == []


def test_parting_while_money_and_files_come_loses_nothing(sandbox: Sandbox, committed: None) -> None:
    for place in range(1, PAIRS + 1):
        two = pair(place)
        begun = start(two.duplicate, two.account, two.key(1))
        done = merge(two)
        outcome: list[Any] = at_once(
            lambda done=done: undo_merge(done, by=make.BY, at=make.now()),
            lambda begun=begun: paid(begun),
            lambda two=two: at_counter(two.duplicate, two.key(2), f"kasa:{two.place}"),
            lambda two=two: imported(two),
        )
        assert outcome[1] == ""
        parted = Instalment.objects.filter(external_id__in=[two.key(which) for which in (1, 2, 3)])
        assert set(parted.values_list("liability__payer", flat=True)) == {two.duplicate.pk}
        assert money(two) == 600 + 50 - 100 - 60
    assert unproven_instalments() == []
