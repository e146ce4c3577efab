"""The neutral exchange: its formats, its control record, versions, annulled rows."""

import hashlib
import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone

from core.errors import Refused
from liabilities.actions import PaymentPart, post_payment
from liabilities.due_sources import set_source
from liabilities.importing import ImportReport, import_dues
from liabilities.models import DueSource, ImportRun, Instalment, LedgerEntry
from liabilities.queries import unproven_instalments
from tests import make

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 3, 1, 6, tzinfo=UTC)
COLUMNS = (
    *("external_id", "version", "pesel", "name", "kind_code", "title", "tax_year", "instalment_no", "due_date"),
    *("principal_gr", "paid_gr", "account_no", "status", "decision_no"),
)
BASE = {
    "external_id": "A-1",
    "version": 1,
    "pesel": make.pesel(5).value,
    "name": "Anna Nowak",
    "kind_code": "PODATEK_ROLNY",
    "title": "Podatek rolny",
    "tax_year": 2026,
    "instalment_no": 1,
    "due_date": "2026-05-15",
    "principal_gr": 10_000,
    "paid_gr": 0,
    "account_no": make.ACCOUNT,
    "status": "ACTIVE",
    "decision_no": "FN.3120.1.2026",
}


def bring(content: bytes, *, at: int = 0) -> ImportReport:
    """Import bytes that the source knew *at* an hour."""
    moment = T0 + timedelta(hours=at)
    return import_dues(content, file_name="n", source="fk", as_of=moment, on=timezone.localdate(moment), by=make.BY)


def as_csv(*rows: dict[str, object], tail: str = "") -> bytes:
    """Rows as CSV."""
    lines = [";".join(COLUMNS), *(";".join(str(row.get(name, "")) for name in COLUMNS) for row in rows)]
    return ("\n".join(lines) + "\n" + tail).encode()


def as_json_lines(*rows: dict[str, object]) -> bytes:
    """Rows as JSON Lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def as_workbook(*rows: dict[str, object], control: dict[str, object] | None = None) -> bytes:
    """Rows as XLSX; the term as a date, sums as numbers, as a spreadsheet keeps them."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(COLUMNS)
    for row in rows:
        cells = {**row, "due_date": date.fromisoformat(str(row["due_date"]))}
        sheet.append([cells.get(name) for name in COLUMNS])
    if control is not None:
        said = book.create_sheet("control")
        for pair in control.items():
            said.append(pair)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row(**extra: object) -> dict[str, object]:
    """One row."""
    return {**BASE, **extra}


@pytest.mark.parametrize("write", [as_csv, as_json_lines, as_workbook])
def test_every_format_says_the_same(write: object) -> None:
    report = bring(write(row(paid_gr=2_500), row(external_id="A-2", instalment_no=2, due_date="2026-02-30"[:8] + "27")))  # type: ignore[operator]
    assert (report.errors, report.created) == ((), 2)
    due = make.instalment()
    assert (due.assessed, due.outstanding, due.version, due.decision_no) == (100, 75, 1, "FN.3120.1.2026")
    assert ImportRun.objects.get().layout == "neutral"


def test_faults_are_named_by_the_columns_of_the_exchange() -> None:
    bad = row(principal_gr="0,001", pesel="1", tax_year=1900, due_date="1900-01-01", version="x", status="ZNIKA")
    assert [error.column for error in bring(as_csv(bad)).errors] == [
        *("pesel|nip|regon", "tax_year", "due_date", "principal_gr", "version", "status"),
    ]


@pytest.mark.parametrize(
    ("extra", "column"),
    [({"regime": "civil"}, "regime"), ({"source_system": "inny"}, "source_system"), ({"paid_gr": True}, "paid_gr")],
)
def test_a_row_that_contradicts_what_is_known_is_refused(extra: dict[str, object], column: str) -> None:
    report = bring(as_json_lines(row(**extra), row(external_id="A-2", instalment_no=2)))
    assert ([error.column for error in report.errors], report.created) == ([column], 1)


def test_the_higher_version_wins_and_the_same_one_may_not_differ() -> None:
    bring(as_csv(row(version=5)))
    assert bring(as_csv(row(version=4, principal_gr=1)), at=1).unchanged == 1
    same = bring(as_csv(row(version=5, principal_gr=20_000)), at=2)
    assert [(error.column, error.value) for error in same.errors] == [("version", "5")]
    assert bring(as_csv(row(version=6, principal_gr=20_000)), at=3).updated == 1
    assert (make.instalment().assessed, make.instalment().version) == (200, 6)


def test_an_annulled_row_goes_by_counter_entries_and_may_come_back() -> None:
    bring(as_csv(row(paid_gr=4_000)))
    assert bring(as_csv(row(version=2, status="ANNULLED", paid_gr=4_000)), at=1).updated == 1
    due = make.instalment()
    assert (due.assessed, due.outstanding, due.source_paid, due.is_annulled) == (0, 0, 0, True)
    assert sorted(LedgerEntry.objects.values_list("kind", flat=True)) == [
        *("assessment", "correction", "correction", "payment"),
    ]
    assert bring(as_csv(row(version=2, status="ANNULLED", paid_gr=4_000)), at=2).unchanged == 1
    assert bring(as_csv(row(version=3, paid_gr=4_000)), at=3).updated == 1
    assert (make.instalment().assessed, make.instalment().outstanding) == (100, 60)
    assert unproven_instalments() == []


def test_an_annulled_row_that_was_paid_here_waits_for_a_clerk() -> None:
    bring(as_csv(row()))
    due = make.instalment()
    post_payment(
        payer_id=due.liability.payer_id,
        parts=[PaymentPart(due.pk, Decimal(10))],
        value_on=T0.date(),
        reference="payment:1",
        by=make.BY,
        at=T0,
    )
    report = bring(as_csv(row(version=2, status="ANNULLED")), at=1)
    assert [(error.column, error.value) for error in report.errors] == [("status", "ANNULLED")]
    assert make.instalment().outstanding == 90


def test_an_annulled_row_that_nobody_knew_makes_nothing() -> None:
    assert bring(as_csv(row(status="ANNULLED"))).unchanged == 1
    assert Instalment.objects.count() == 0


def control_of(body: bytes, **said: object) -> str:
    """A control record of a CSV."""
    pairs = {"rows": 2, "sum_gr": 15_000, "sha256": hashlib.sha256(body).hexdigest(), **said}
    return "#control;" + ";".join(f"{name}={value}" for name, value in pairs.items()) + "\n"


TWO = (row(), row(external_id="A-2", instalment_no=2, principal_gr=5_000))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, ""),
        ({"rows": 3}, "control_rows"),
        ({"sum_gr": 14_999}, "control_sum"),
        ({"sha256": "0" * 64}, "control_sha256"),
        ({"sha256": "0"}, "control_unreadable"),
        ({"kind": "wszystko"}, "control_unreadable"),
    ],
)
def test_a_file_is_held_against_its_control_record(said: dict[str, object], code: str) -> None:
    body = as_csv(*TWO)
    content = body + control_of(body, **said).encode()
    if not code:
        assert bring(content).created == 2
        return
    with pytest.raises(Refused) as refusal:
        bring(content)
    assert refusal.value.code == code
    assert (ImportRun.objects.count(), Instalment.objects.count()) == (0, 0)


def test_json_lines_and_workbooks_have_control_records_too() -> None:
    lines = as_json_lines(*TWO)
    assert bring(lines + b'{"control": {"rows": 2, "sum_gr": 15000, "kind": "full"}}\n').created == 2
    assert ImportRun.objects.get().kind == "full"
    with pytest.raises(Refused, match="15"):
        bring(as_workbook(*TWO, control={"rows": 2, "sum_gr": 1}), at=1)
    assert bring(as_workbook(*TWO, control={"rows": 2, "sum_gr": 15_000}), at=1).unchanged == 2


def test_rejected_rows_count_in_the_control_record() -> None:
    body = as_csv(row(), row(external_id="A-2", instalment_no=0, principal_gr=5_000))
    assert bring(body + control_of(body).encode()).rejected == 1


def test_a_source_that_promised_a_control_record_is_held_to_it() -> None:
    set_source(DueSource(name="fk", needs_control=True), by=make.BY)
    with pytest.raises(Refused) as refusal:
        bring(as_csv(row()))
    assert refusal.value.code == "control_missing"
