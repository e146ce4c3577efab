"""What the portal entered and a source tells back is the same money: write-offs and stornos, however late it hears."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from liabilities.actions import write_off
from liabilities.import_undo import undo_import
from liabilities.importing import ImportReport
from liabilities.models import ImportRun, Instalment, LedgerEntry
from liabilities.queries import unproven_instalments
from liabilities.storno import reverse_event
from tests import make
from tests.liabilities import ledger_town

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 3, 1, 6, tzinfo=UTC)


def hours(count: int) -> datetime:
    """T0 and so many hours."""
    return T0 + timedelta(hours=count)


def told(amount: int, paid: int, *, at: int) -> ImportReport:
    """What the source says of the due at an hour."""
    row = make.row(make.pesel(5), due_on=date(2026, 5, 15), amount=str(amount), paid=str(paid))
    return make.dues(row, as_of=hours(at))


def lower(amount: int, *, at: int) -> LedgerEntry:
    """A write-off in the portal."""
    on = hours(at).date()
    return write_off(make.instalment(), amount=Decimal(amount), reason="x", on=on, by=make.BY, at=hours(at))


def pay(amount: int, *, on: date) -> LedgerEntry:
    """A payment in the portal, at ten o'clock of a day."""
    ledger_town.pay(make.instalment(), str(amount), on=on)
    return LedgerEntry.objects.latest("pk")


def undo(entry: LedgerEntry, *, at: int) -> None:
    """A storno of it."""
    reverse_event(entry, reason="x", on=hours(at).date(), by=make.BY, at=hours(at))


def sums() -> tuple[int, int]:
    """Assessed and outstanding."""
    assert unproven_instalments() == []
    due = make.instalment()
    return int(due.assessed), int(due.outstanding)


def test_a_write_off_that_the_source_took_over_is_not_taken_off_again() -> None:
    told(100, 0, at=0)
    lower(40, at=1)
    assert (told(60, 0, at=2).updated, sums()) == (1, (60, 60))
    assert (told(50, 0, at=3).updated, sums()) == (1, (50, 50))
    assert (told(80, 0, at=4).updated, sums()) == (1, (80, 80))


def test_a_source_that_lowers_on_its_own_before_it_hears_of_a_write_off_lowers_once() -> None:
    told(100, 0, at=0)
    lower(40, at=5)
    assert (told(70, 0, at=3).updated, sums()) == (1, (30, 30))
    assert (told(30, 0, at=9).updated, sums()) == (1, (30, 30))


def test_a_write_off_undone_here_comes_back_once() -> None:
    told(100, 0, at=0)
    entry = lower(40, at=1)
    told(60, 0, at=2)
    undo(entry, at=3)
    assert (told(60, 0, at=4).unchanged, sums()) == (1, (100, 100))
    assert (told(100, 0, at=5).updated, sums()) == (1, (100, 100))


def test_a_storno_that_the_source_takes_over_is_no_rewriting_of_history() -> None:
    told(100, 0, at=0)
    entry = pay(50, on=date(2026, 3, 2))
    told(100, 50, at=40)
    undo(entry, at=41)
    assert (told(100, 60, at=42).updated, sums()) == (1, (100, 90))  # ten at the desk; of the storno it knows not yet
    assert (told(100, 10, at=50).updated, sums()) == (1, (100, 90))
    report = told(100, 0, at=51)
    assert [error.column for error in report.errors] == ["zaplacono"]


def test_an_import_that_heard_of_a_storno_is_undone_as_it_was() -> None:
    told(100, 0, at=0)
    entry = pay(50, on=date(2026, 3, 2))
    told(100, 50, at=40)
    undo(entry, at=41)
    before = list(Instalment.objects.values())
    run = ImportRun.objects.get(pk=told(90, 10, at=42).run_id)
    assert sums() == (90, 80)
    undo_import(run, by=make.BY, at=hours(50))
    assert list(Instalment.objects.values()) == before
    assert sums() == (100, 100)
