"""The newest import of a source is taken back by counter-entries, or refused with the reason."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.errors import Refused
from liabilities.actions import PaymentPart, post_payment, write_off
from liabilities.import_undo import undo_import
from liabilities.importing import ImportReport
from liabilities.models import ImportRun, Instalment, LedgerEntry, Liability
from liabilities.queries import all_dues, credit, paid_instalments, unproven_instalments
from residents.models import Payer
from tests import make

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 3, 1, 6, tzinfo=UTC)
NUMBER = make.pesel(5)


def dues(*lines: str, at: int = 0) -> ImportReport:
    """Import lines that the source knew *at* an hour."""
    return make.dues(*lines, as_of=T0 + timedelta(hours=at))


def row(amount: str = "100,00", *, key: str = "A-1", instalment: int = 1, **extra: object) -> str:
    """One row."""
    line = {"due_on": date(2026, 5, 15), "key": key, "instalment": instalment, "amount": amount, **extra}
    return make.row(NUMBER, **line)  # type: ignore[arg-type]


def undo(report: ImportReport, *, at: int = 50) -> None:
    """Take it back."""
    undo_import(ImportRun.objects.get(pk=report.run_id), by=make.BY, at=T0 + timedelta(hours=at))


def sums(key: str = "A-1") -> tuple[str, str, str]:
    """Assessed, outstanding, told as paid."""
    due = make.instalment(key)
    return str(due.assessed), str(due.outstanding), str(due.source_paid)


def pay(amount: int, *, at: int) -> None:
    """A payment in the portal."""
    due = make.instalment()
    moment = T0 + timedelta(hours=at)
    post_payment(
        payer_id=due.liability.payer_id,
        parts=[PaymentPart(due.pk, Decimal(amount))],
        value_on=timezone.localdate(moment),
        reference=f"payment:{at}",
        by=make.BY,
        at=moment,
    )


def test_what_it_made_becomes_nothing_and_the_same_file_brings_it_back() -> None:
    lines = [row(paid="40,00"), row(key="A-2", instalment=2)]
    undo(dues(*lines))
    payer = Payer.objects.get()
    assert (sums(), sums("A-2")) == (("0.00", "0.00", "0.00"), ("0.00", "0.00", "0.00"))
    assert (all_dues(payer.pk, on=T0.date()), list(paid_instalments(payer.pk))) == ([], [])
    assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == 0
    assert dues(*lines).updated == 2
    assert (sums(), sums("A-2")) == (("100.00", "60.00", "40.00"), ("100.00", "100.00", "0.00"))
    assert unproven_instalments() == []


def test_what_it_changed_is_as_it_was_before() -> None:
    dues(row(paid="40,00"), row(key="A-2", instalment=2))
    before = list(Instalment.objects.order_by("pk").values())
    changed = dues(
        row("130,00", paid="90,00", title="Nowy tytuł", due_on=date(2026, 6, 15)),
        row("80,00", key="A-2", instalment=2),
        at=2,
    )
    assert (sums(), Liability.objects.count()) == (("130.00", "40.00", "90.00"), 2)
    undo(changed)
    assert list(Instalment.objects.order_by("pk").values()) == before
    assert list(Liability.objects.values_list("title", flat=True)) == ["Podatek od nieruchomości"]
    assert dues(row("130,00", paid="90,00"), at=3).updated == 1
    assert sums() == ("130.00", "40.00", "90.00")
    assert unproven_instalments() == []


def test_credit_that_it_made_goes_and_comes_back_once() -> None:
    dues(row())
    pay(100, at=5)
    over = dues(row(paid="40,00"), at=3)
    payer = make.instalment().liability.payer_id
    assert credit(payer) == 40
    undo(over)
    assert credit(payer) == 0
    dues(row(paid="40,00"), at=4)
    assert credit(payer) == 40


@pytest.mark.parametrize("built", ["payment", "write_off"])
def test_what_something_was_built_on_is_refused_and_named(built: str) -> None:
    report = dues(row())
    if built == "payment":
        pay(10, at=5)
    else:
        write_off(make.instalment(), amount=Decimal(10), reason="x", on=T0.date(), by=make.BY, at=T0)
    before = list(LedgerEntry.objects.values())
    with pytest.raises(Refused) as refusal:
        undo(report)
    assert (refusal.value.code, "A-1" in refusal.value.message) == ("built_on", True)
    assert list(LedgerEntry.objects.values()) == before


def test_a_payment_from_before_the_import_does_not_stand_in_the_way() -> None:
    dues(row())
    pay(30, at=1)
    undo(dues(row("150,00"), at=2))
    assert sums() == ("100.00", "70.00", "0.00")


def test_only_the_newest_one_of_its_source_and_only_once() -> None:
    first = dues(row())
    second = dues(row("120,00"), at=1)
    make.dues(row(key="B-1"), source="inny", as_of=T0)
    with pytest.raises(Refused, match="nowszy"):
        undo(first)
    undo(second)
    with pytest.raises(Refused, match="już cofnięto"):
        undo(second)
    undo(first)
    assert sums() == ("0.00", "0.00", "0.00")


def test_what_an_undone_import_saw_unchanged_is_forgotten_too() -> None:
    dues(row())
    undo(dues(row(), at=9))
    assert dues(row("110,00"), at=5).updated == 1
