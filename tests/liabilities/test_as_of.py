"""No grosz is counted twice and none is lost, however payments here, payments there, exports and imports interleave."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liabilities.actions import PaymentPart, post_payment
from liabilities.models import LedgerEntry
from liabilities.queries import unproven_instalments
from tests import make

ASSESSED = Decimal(100)
BEGINS = datetime(2026, 3, 1, tzinfo=UTC)
NUMBER = make.pesel(5)


class Town:
    """A due, its finance system, the portal, and files on their way from the one to the other."""

    def __init__(self) -> None:
        self.clock = BEGINS
        self.desk = Decimal(0)  # paid at the office: the system knows it at once
        self.portal = Decimal(0)  # principal paid here
        self.exported = Decimal(0)  # of that, what the system was told
        self.files: list[tuple[datetime, Decimal]] = []
        self.write_file()
        self.import_file(0)

    def tick(self) -> datetime:
        """An hour later."""
        self.clock += timedelta(hours=1)
        return self.clock

    def pay_here(self, amount: Decimal) -> None:
        """In the portal."""
        due = make.instalment()
        at = self.tick()
        posting = post_payment(
            payer_id=due.liability.payer_id,
            parts=[PaymentPart(due.pk, amount)],
            value_on=at.date(),
            reference=f"payment:{at.isoformat()}",
            by=make.BY,
            at=at,
        )
        self.portal += posting.principal

    def pay_there(self, amount: Decimal) -> None:
        """At the office."""
        self.tick()
        self.desk += amount

    def export(self) -> None:
        """The system learns what was paid here."""
        self.tick()
        self.exported = self.portal

    def write_file(self) -> None:
        """The system says what it knows; what exceeds the due it keeps elsewhere."""
        self.files.append((self.tick(), min(ASSESSED, self.desk + self.exported)))

    def import_file(self, which: int) -> None:
        """One of the files so far arrives, not always the newest."""
        as_of, paid = self.files[which % len(self.files)]
        row = make.row(NUMBER, due_on=date(2026, 12, 15), amount=str(ASSESSED), paid=str(paid))
        assert make.dues(row, as_of=as_of).rejected == 0

    def from_files(self) -> Decimal:
        """What imports booked, on the due and to the credit."""
        booked = LedgerEntry.objects.filter(kind="payment", reference__startswith="import:")
        return -sum(booked.values_list("amount", flat=True), Decimal(0))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay_here"), st.integers(1, 70).map(Decimal)),
        st.tuples(st.just("pay_there"), st.integers(1, 70).map(Decimal)),
        st.tuples(st.just("export")),
        st.tuples(st.just("write_file")),
        st.tuples(st.just("import_file"), st.integers(0, 9)),
    ),
    max_size=14,
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_grosz_is_counted_twice_and_none_is_lost(steps: list[tuple[object, ...]]) -> None:
    with transaction.atomic():
        town = Town()
        for name, *arguments in steps:
            getattr(town, str(name))(*arguments)
            assert town.from_files() <= town.desk
        town.export()
        town.write_file()
        town.import_file(-1)
        due = make.instalment()
        assert due.outstanding == max(Decimal(0), ASSESSED - town.desk - town.portal)
        assert town.from_files() <= town.desk
        if town.desk + town.portal <= ASSESSED:
            assert town.from_files() == town.desk
        assert unproven_instalments() == []
        transaction.set_rollback(True)
