"""What a dues file does to the ledger, step by step."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.errors import Refused
from liabilities.actions import PaymentPart, post_payment, write_off
from liabilities.importing import ImportReport, import_dues, preview_dues
from liabilities.models import ImportProblem, ImportRun, Instalment, LedgerEntry, Liability
from liabilities.queries import credit, known_as_of, unproven_instalments
from notifications.models import Message
from residents.models import Payer
from tests import make

pytestmark = pytest.mark.django_db

T0 = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
NUMBER = make.pesel(5)


def hours(count: int) -> datetime:
    """T0 and so many hours."""
    return T0 + timedelta(hours=count)


def row(amount: str = "100,00", paid: str = "0,00", **extra: object) -> str:
    """A row whose term is fixed."""
    return make.row(NUMBER, due_on=date(2026, 5, 15), amount=amount, paid=paid, **extra)  # type: ignore[arg-type]


def dues(*lines: str, at: int = 0) -> ImportReport:
    """Import rows as of T0 and so many hours."""
    return make.dues(*lines, as_of=hours(at))


def pay(amount: str, *, at: int, reference: str = "payment:1") -> None:
    """A payment in the portal on the row A-1."""
    due = make.instalment()
    post_payment(
        payer_id=due.liability.payer_id,
        parts=[PaymentPart(due.pk, Decimal(amount))],
        value_on=hours(at).date(),
        reference=reference,
        by=make.BY,
        at=hours(at),
    )


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, rejected."""
    assert report.rows == report.accepted + report.rejected
    return report.created, report.updated, report.unchanged, report.rejected


def sums(key: str = "A-1") -> tuple[str, str, str]:
    """Assessed, outstanding, and the payer's credit."""
    assert unproven_instalments() == []
    due = make.instalment(key)
    return str(due.assessed), str(due.outstanding), str(credit(due.liability.payer_id))


def test_new_rows_make_a_liability_its_instalments_and_their_entries() -> None:
    report = dues(
        row(key="A-1", instalment=1), row(key="A-2", instalment=2, paid="40,00"), row(key="A-3", kind="ODPADY")
    )
    assert counts(report) == (3, 0, 0, 0)
    assert Liability.objects.count() == 2
    assert sums("A-1") == ("100.00", "100.00", "0.00")
    assert sums("A-2") == ("100.00", "60.00", "0.00")
    entries = LedgerEntry.objects.filter(instalment__external_id="A-2").order_by("pk")
    assert [(e.kind, e.account, str(e.amount), e.value_on, e.booked_at, e.reference) for e in entries] == [
        ("assessment", "principal", "100.00", T0.date(), T0, f"import:{report.run_id}"),
        ("payment", "principal", "-40.00", T0.date(), T0, f"import:{report.run_id}"),
    ]


def test_a_run_is_recorded_with_its_counts_and_its_faults() -> None:
    report = dues(row(), row(key="A-2", amount="-5"), row(key="A-1"))
    run = ImportRun.objects.get(pk=report.run_id)
    assert (run.source, run.file_name, run.as_of) == ("test", "dues.csv", T0)
    assert (run.rows, run.created, run.updated, run.unchanged, run.rejected) == (3, 1, 0, 0, 2)
    assert [(p.line, p.column) for p in ImportProblem.objects.order_by("line")] == [(3, "kwota"), (4, "id")]
    assert len(run.file_sha256) == 64


def test_the_same_file_again_writes_nothing() -> None:
    lines = [row(paid="30,00"), row(key="A-2", instalment=2)]
    dues(*lines)
    before = list(LedgerEntry.objects.values_list("pk", flat=True))
    assert counts(dues(*lines)) == (0, 0, 2, 0)
    assert counts(dues(*lines, at=5)) == (0, 0, 2, 0)
    assert list(LedgerEntry.objects.values_list("pk", flat=True)) == before
    assert ImportRun.objects.count() == 3
    assert known_as_of(make.instalment()) == hours(5)
    assert counts(dues(row("70,00", paid="30,00"), at=4)) == (0, 0, 1, 0)
    assert make.instalment().assessed == Decimal(100)


@pytest.mark.parametrize(
    ("amount", "kind", "entered"),
    [("130,00", "assessment", "30.00"), ("70,00", "write_off", "-30.00")],
)
def test_a_changed_amount_is_entered_as_the_difference(amount: str, kind: str, entered: str) -> None:
    dues(row())
    assert counts(dues(row(amount), at=1)) == (0, 1, 0, 0)
    newest = LedgerEntry.objects.latest("pk")
    assert (newest.kind, str(newest.amount)) == (kind, entered)
    assert sums()[:2] == (str(make.pln(amount.replace(",", "."))),) * 2


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        # The source knew of the portal's 60 by then: its 60 is the same money.
        (9, ("100.00", "40.00", "0.00")),
        # It did not: its 60 is other money, of which 40 pays the due and 20 is the payer's.
        (3, ("100.00", "0.00", "20.00")),
    ],
)
def test_what_the_source_knew_is_not_counted_twice(at: int, expected: tuple[str, str, str]) -> None:
    dues(row())
    pay("60", at=5)
    assert counts(dues(row(paid="60,00"), at=at)) == (0, 1, 0, 0)
    assert sums() == expected


def test_credit_that_came_from_a_file_is_not_credited_again() -> None:
    dues(row())
    pay("100", at=5)
    dues(row(paid="40,00"), at=3)
    assert sums() == ("100.00", "0.00", "40.00")
    dues(row(paid="40,00"), at=4)
    dues(row(paid="60,00"), at=4)
    assert sums() == ("100.00", "0.00", "60.00")
    dues(row(paid="100,00"), at=9)
    assert sums() == ("100.00", "0.00", "60.00")


def test_a_late_import_counts_payments_by_when_the_source_knew_them_not_by_when_it_ran() -> None:
    dues(row(), at=0)
    dues(row(paid="30,00"), at=1)
    pay("40", at=10)
    dues(row(paid="80,00"), at=15)
    assert sums() == ("100.00", "20.00", "0.00")


def test_a_portal_payment_that_the_source_does_not_know_yet_stays() -> None:
    dues(row())
    pay("60", at=5)
    assert counts(dues(row(), at=9)) == (0, 0, 1, 0)
    assert sums() == ("100.00", "40.00", "0.00")


def test_a_row_older_than_what_is_known_is_passed_over() -> None:
    dues(row("120,00", paid="50,00"), at=5)
    assert counts(dues(row("90,00", paid="10,00"), at=2)) == (0, 0, 1, 0)
    assert sums() == ("120.00", "70.00", "0.00")


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [
        (
            make.row(make.pesel(6), due_on=date(2026, 5, 15), paid="50,00"),
            "identyfikator",
            f"********{make.pesel(6).value[-3:]}",
        ),
        (row(paid="50,00", kind="ODPADY"), "rodzaj", "ODPADY"),
        (row(paid="50,00", instalment=2), "rata", "2"),
        (row("49,99", paid="49,99"), "zaplacono", "49.99"),
        (row(paid="10,00"), "zaplacono", "10.00"),
    ],
)
def test_rows_that_would_rewrite_history_are_refused(line: str, column: str, value: str) -> None:
    dues(row(paid="50,00"))
    before = (LedgerEntry.objects.count(), Instalment.objects.values().get())
    report = dues(line, at=1)
    assert counts(report) == (0, 0, 0, 1)
    assert [(e.line, e.column, e.value) for e in report.errors] == [(2, column, value)]
    assert (LedgerEntry.objects.count(), Instalment.objects.values().get()) == before


def test_an_amount_below_what_was_paid_here_is_refused() -> None:
    dues(row())
    pay("80", at=2)
    report = dues(row("70,00"), at=5)
    assert [(e.column, e.value) for e in report.errors] == [("kwota", "70.00")]
    assert sums() == ("100.00", "20.00", "0.00")


def test_title_year_term_and_account_are_brought_up_to_date() -> None:
    dues(row())
    changed = make.row(
        NUMBER,
        due_on=date(2026, 5, 16),
        title="Nowy tytuł",
        year=2025,
        account_number=make.make_nrb("10201026", "0000120100000009"),
    )
    assert counts(dues(changed, at=1)) == (0, 1, 0, 0)
    due = make.instalment()
    # 16 May 2026 is a Saturday.
    assert (due.due_on, due.payable_by) == (date(2026, 5, 16), date(2026, 5, 18))
    assert (due.liability.title, due.liability.year) == ("Nowy tytuł", 2025)
    assert Liability.objects.count() == 1
    assert LedgerEntry.objects.count() == 1


def test_a_write_off_made_here_is_not_assessed_again_by_the_next_file() -> None:
    dues(row())
    write_off(make.instalment(), amount=Decimal(30), reason="umorzenie", on=T0.date(), by=make.BY, at=hours(1))
    assert counts(dues(row(), at=2)) == (0, 0, 1, 0)
    assert counts(dues(row("120,00"), at=3)) == (0, 1, 0, 0)
    assert sums() == ("90.00", "90.00", "0.00")


def test_messages_about_a_due_that_the_source_says_is_paid_are_withdrawn() -> None:
    make.consent(NUMBER)
    dues(row(key="A-1"), row(key="A-2", instalment=2))
    payer = Payer.objects.get(liabilities__instalments__external_id="A-1")
    for key in ("A-1", "A-2"):
        Message.objects.create(
            kind="due_approaching",
            topic_code="property_tax",
            channel="sms",
            priority=30,
            payer=payer,
            address="+48500100200",
            about=f"instalment:{make.instalment(key).pk}",
            dedupe_key=key,
        )
    dues(row(key="A-1", paid="100,00"), row(key="A-2", instalment=2, paid="99,99"), at=1)
    assert dict(Message.objects.values_list("dedupe_key", "state")) == {"A-1": "withdrawn", "A-2": "queued"}


def test_two_sources_may_use_the_same_key() -> None:
    make.dues(row(), as_of=T0)
    make.dues(row(), as_of=T0, source="inny")
    assert Instalment.objects.filter(external_id="A-1").count() == 2


def test_known_payers_keep_their_names_and_are_not_registered_twice() -> None:
    make.payer(NUMBER, "Anna Nowak-Kowalska")
    dues(row(name="Anna Nowak"))
    assert list(Payer.objects.values_list("name", flat=True)) == ["Anna Nowak-Kowalska"]


def test_a_preview_tells_the_same_and_changes_nothing() -> None:
    content = "\n".join([make.HEADER, row(), row(key="A-2", amount="x")]).encode()
    said = {"file_name": "dues.csv", "source": "test", "as_of": T0, "on": T0.date(), "by": make.BY}
    preview = preview_dues(content, **said)  # type: ignore[arg-type]
    assert (counts(preview), preview.run_id) == ((1, 0, 0, 1), None)
    assert (Payer.objects.count(), ImportRun.objects.count(), LedgerEntry.objects.count()) == (0, 0, 0)
    report = import_dues(content, **said)  # type: ignore[arg-type]
    assert (counts(report), report.errors) == (counts(preview), preview.errors)


def test_data_from_the_future_are_refused() -> None:
    with pytest.raises(Refused) as refusal:
        import_dues(
            f"{make.HEADER}\n{row()}".encode(),
            file_name="dues.csv",
            source="test",
            as_of=hours(1),
            at=T0,
            on=T0.date(),
            by=make.BY,
        )
    assert refusal.value.code == "as_of_future"
    assert ImportRun.objects.count() == 0
