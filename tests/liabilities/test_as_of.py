"""No grosz is counted twice and none is lost, however payments here, payments there, exports and imports interleave."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.actor import Actor
from core.errors import Refused
from liabilities.actions import PaymentPart, post_payment, write_off
from liabilities.import_undo import undo_import
from liabilities.importing import import_dues
from liabilities.incoming import Incoming, post_incoming
from liabilities.models import ImportRun, LedgerEntry
from liabilities.posting_export import LineAnswer, acknowledge, make_export, sign_export, waiting_entries
from liabilities.queries import credit, unproven_instalments
from liabilities.reconciliation import differences
from liabilities.storno import reverse_event
from residents.models import Account
from tests import make
from tests.finance_system import SOURCE, Due, FinanceSystem

ASSESSED = Decimal(100)
BEGINS = datetime(2026, 3, 1, tzinfo=ZoneInfo("Europe/Warsaw"))
PAID_HERE = Q(kind="payment", account="principal") | Q(reverses__kind="payment", account="principal")


class Town:
    """A due, its finance system, the portal, and files on their way from the one to the other."""

    def __init__(self, hears: str, signer: Actor) -> None:
        self.hears, self.tells, self.signer = hears, hears != "untold", signer
        self.clock, self.fk = BEGINS, FinanceSystem()
        self.fk.assess(Due("A-1", make.pesel(5), "Anna Nowak", "PODATEK_ROLNY", date(2026, 12, 15), ASSESSED))
        self.files: list[tuple[datetime, bytes]] = []
        self.write_file()
        self.import_file(0)

    def tick(self) -> datetime:
        """An hour later."""
        self.clock += timedelta(hours=1)
        return self.clock

    @property
    def there(self) -> Due:
        """The due in the finance system."""
        return self.fk.dues["A-1"]

    def entered(self) -> Decimal:
        """What the portal entered on the due, on its own."""
        return self._sum(~Q(reference__startswith="import:"), account="principal")

    def paid_here(self) -> Decimal:
        """Principal paid in the portal or by transfer, less what was undone."""
        return -self._sum(PAID_HERE & ~Q(reference__startswith="import:"))

    def from_files(self) -> Decimal:
        """What imports booked as paid, on the due and to the credit."""
        return -self._sum(Q(kind="payment") | Q(reverses__kind="payment"), reference__startswith="import:")

    @staticmethod
    def _sum(which: Q, **more: object) -> Decimal:
        return LedgerEntry.objects.filter(which, **more).aggregate(total=Sum("amount"))["total"] or Decimal(0)

    def credit_from_files(self) -> Decimal:
        """What of that exceeded the due."""
        return -self._sum(Q(account="credit"), reference__startswith="import:")

    def owner(self) -> int:
        """Whose due it is."""
        return make.instalment().liability.payer_id

    def pay_here(self, amount: int) -> None:
        """In the portal."""
        at = self.tick()
        parts = [PaymentPart(make.instalment().pk, Decimal(amount))]
        reference = f"payment:{at.isoformat()}"
        post_payment(
            payer_id=self.owner(), parts=parts, value_on=timezone.localdate(at), reference=reference, by=make.BY, at=at
        )

    def transfer(self, amount: int) -> None:
        """By a transfer that a statement brings."""
        at = self.tick()
        incoming = Incoming(self.owner(), Decimal(amount), timezone.localdate(at), f"bank:{at.isoformat()}")
        post_incoming([incoming], subject="statement", by=make.BY, at=at)

    def undo_payment(self, which: int) -> None:
        """A storno."""
        at = self.tick()
        if not self.tells:  # what it heard and what it took might cancel out in one file: nobody could know
            return
        found = LedgerEntry.objects.filter(kind="payment", reversed_by=None).exclude(reference__startswith="import:")
        if entries := list(found.order_by("pk")):
            reverse_event(entries[which % len(entries)], reason="x", on=timezone.localdate(at), by=make.BY, at=at)

    def lower_here(self, amount: int) -> None:
        """A write-off, of which the source leaves something."""
        at = self.tick()
        if self.tells and self.there.assessed + self.entered() - self.there.desk > amount:
            write_off(
                make.instalment(), amount=Decimal(amount), reason="x", on=timezone.localdate(at), by=make.BY, at=at
            )

    def pay_there(self, amount: int) -> None:
        """At the office."""
        self.tick()
        if not self.there.is_annulled:
            self.fk.touch("A-1").desk += amount

    def correct_there(self, amount: int) -> None:
        """The source assesses more or less, never less than what was paid by then."""
        self.tick()
        if (change := Decimal(amount - 35)) > 0 or self.there.assessed + self.entered() - self.there.desk + change > 0:
            self.fk.touch("A-1").assessed += change

    def annul_there(self) -> None:
        """The source annuls a due of which nothing is paid, as far as it knows; or it takes that back."""
        self.tick()
        due = self.fk.touch("A-1")
        due.is_annulled = not due.is_annulled and not due.paid and not due.waived

    def export(self) -> None:
        """The system learns what was entered here; what somebody paid cannot stay annulled."""
        self.hear(refuses=None)

    def refuse(self, line: int) -> None:
        """The same, but that the system takes one line only later."""
        self.hear(refuses=line)

    def hear(self, *, refuses: int | None) -> None:
        """As the two agreed: by a moment, or by numbered exports of postings."""
        at = self.tick()
        if self.hears != "postings":
            self.fk.take_over(until=at)
        elif waiting_entries().entries:
            export = make_export(by=make.BY, at=at)
            sign_export(export.number, by=self.signer, at=at)
            if self.fk.take_export(export, refuses=refuses):
                self.answer(export.number, refuses or 0, is_accepted=False)
        if self.there.paid or self.there.waived:
            self.there.is_annulled = False

    def take_refused(self) -> None:
        """What it refused, it takes."""
        self.tick()
        for number, line in self.fk.take_refused():
            self.answer(number, line, is_accepted=True)
        if self.there.paid or self.there.waived:
            self.there.is_annulled = False

    def answer(self, number: int, line: int, *, is_accepted: bool) -> None:
        """What the system says of a line."""
        words = (f"FK/{line}", "") if is_accepted else ("", "brak konta")
        acknowledge(number, [LineAnswer(line, is_accepted, *words)], by=self.signer, at=self.clock)

    def write_file(self) -> None:
        """The system says what it knows."""
        as_of = self.tick()
        self.files.append((as_of, self.fk.file(as_of=as_of, full=True, as_lines=self.tells)))

    def import_file(self, which: int) -> tuple[str, ...]:
        """One of the files so far arrives, not always the newest; which columns are refused."""
        as_of, content = self.files[which % len(self.files)]
        report = import_dues(content, file_name="fk", source=SOURCE, as_of=as_of, on=as_of.date(), by=make.BY)
        assert report.rows == 1
        return tuple(error.column for error in report.errors)

    def undo_import(self) -> None:
        """The newest import is taken back, unless something was built on it; never the first one."""
        run = ImportRun.objects.filter(undone_at=None).latest("pk")
        if run.pk != ImportRun.objects.earliest("pk").pk:
            undo_import(run, by=make.BY, at=self.tick())

    def adds_up(self) -> None:
        """What holds at any time."""
        assert unproven_instalments() == []
        assert self.from_files() <= self.there.desk
        total = sum(LedgerEntry.objects.values_list("amount", flat=True), Decimal(0))
        assert make.instalment().outstanding - credit(self.owner()) == total


AMOUNTS = st.integers(1, 70)
STEPS = st.lists(
    st.one_of(
        *(st.tuples(st.just(verb), AMOUNTS) for verb in ("pay_here", "transfer", "pay_there", "correct_there")),
        st.tuples(st.just("lower_here"), st.integers(1, 40)),
        st.tuples(st.sampled_from(["undo_payment", "import_file"]), st.integers(0, 9)),
        st.tuples(st.just("refuse"), st.integers(1, 3)),
        st.tuples(st.sampled_from(["export", "take_refused", "write_file", "undo_import", "annul_there"])),
    ),
    max_size=16,
)


@pytest.mark.django_db
@example(
    steps=[
        *(("pay_here", 1), ("pay_there", 40), ("pay_there", 59), ("write_file",), ("pay_here", 1), ("pay_here", 1)),
        *(("correct_there", 36), ("import_file", 1)),
    ],
    hears="untold",
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, hears=st.sampled_from(["untold", "until", "postings"]))
def test_no_grosz_is_counted_twice_and_none_is_lost(
    treasurer: Account, steps: list[tuple[object, ...]], hears: str
) -> None:
    with transaction.atomic():
        town = Town(hears, Actor(name="Tomasz", account_id=treasurer.pk))
        for name, *arguments in steps:
            try:
                with transaction.atomic():
                    getattr(town, str(name))(*arguments)
            except Refused:
                pass
            town.adds_up()
        town.export()
        town.take_refused()
        town.write_file()
        refused = town.import_file(-1)
        town.adds_up()
        due, there = make.instalment(), town.there
        left = there.amount - there.desk - town.paid_here()
        if refused:  # it lowered the due below what was paid here meanwhile: a clerk decides
            assert (refused, left < 0) == (("principal_gr",), True)
        elif not there.is_annulled:
            if left >= 0:
                assert due.outstanding - town.credit_from_files() == left
            else:  # a credit pays a due by a ruling alone
                assert due.outstanding <= town.credit_from_files()
            if there.desk + town.paid_here() <= there.amount:
                assert town.from_files() == there.desk
                assert town.credit_from_files() or list(differences(SOURCE)) == []
        transaction.set_rollback(True)
