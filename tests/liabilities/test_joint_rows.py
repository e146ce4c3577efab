"""Rows of the neutral exchange that say who else owes a due, in each of its formats."""

import hashlib
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from liabilities.import_history import rows_to_mend
from liabilities.importing import ImportReport, import_dues
from liabilities.models import ImportRun, LiabilityBearer
from liabilities.queries import open_dues
from residents.models import Payer
from tests import make
from tests.liabilities.test_neutral_exchange import BASE, as_json_lines

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 3, 1, 6, tzinfo=UTC)
COLUMNS = (*BASE, "wspolwlasciciel")
JAN, EWA = make.pesel(6), make.pesel(7)


def co_owner(
    number: str = JAN.value, name: str = "Jan Nowak", *, key: str = "A-1", word: object = "tak"
) -> dict[str, object]:
    """A row of somebody else who owes the due."""
    return {"external_id": key, "pesel": number, "name": name, "wspolwlasciciel": word}


def as_csv(*rows: dict[str, object], tail: str = "") -> bytes:
    """Rows as CSV with the column."""
    lines = [";".join(COLUMNS), *(";".join(str(row.get(name, "")) for name in COLUMNS) for row in rows)]
    return ("\n".join(lines) + "\n" + tail).encode()


def bring(content: bytes, *, day: int = 0) -> ImportReport:
    """Import bytes that the source knew on a day."""
    as_of = T0 + timedelta(days=day)
    return import_dues(content, file_name="n", source="fk", as_of=as_of, on=as_of.date(), by=make.BY)


def others() -> set[str]:
    """Who owes the due beside the payer whom it names."""
    return set(LiabilityBearer.objects.values_list("payer__name", flat=True))


def test_others_are_those_whom_the_newest_file_names_and_each_sees_the_due() -> None:
    report = bring(as_csv(dict(BASE), co_owner(), co_owner(EWA.value, "Ewa Nowak")))
    assert (report.rows, report.created, report.unchanged, report.rejected) == (3, 1, 2, 0)
    assert others() == {"Jan Nowak", "Ewa Nowak"}
    jan = Payer.objects.get(name="Jan Nowak")
    assert [due.joint_with for due in open_dues(jan.pk, on=T0.date())] == [2]
    bring(as_csv(dict(BASE)), day=1)
    assert others() == {"Jan Nowak", "Ewa Nowak"}
    bring(as_csv(co_owner()), day=2)
    assert others() == {"Jan Nowak"}
    bring(as_csv(dict(BASE), co_owner(EWA.value, "Ewa Nowak"), co_owner(key="A-1")), day=3)
    bring(as_csv(co_owner(word="nikt", number="", name="")), day=4)
    assert others() == set()


def test_json_lines_and_workbooks_say_the_same() -> None:
    bring(as_json_lines(dict(BASE), co_owner(word=True)))
    assert others() == {"Jan Nowak"}
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(COLUMNS)
    for row in ({**BASE, "version": 2, "principal_gr": 9_000}, co_owner(EWA.value, "Ewa Nowak")):
        sheet.append([row.get(name, "") for name in COLUMNS])
    out = io.BytesIO()
    book.save(out)
    assert bring(out.getvalue(), day=1).errors == ()
    assert others() == {"Ewa Nowak"}


def test_rows_that_cannot_be_used_are_told_and_can_be_mended_and_the_control_sum_is_of_dues() -> None:
    body = as_csv(
        dict(BASE), co_owner("80051700501", "Jan"), co_owner(key="B-9"), co_owner(word="może"), co_owner(name="")
    )
    digest = hashlib.sha256(body).hexdigest()
    report = bring(body + f"#control;rows=5;sum_gr=10000;sha256={digest}\n".encode())
    assert [(one.line, one.column) for one in report.errors] == [
        *((3, "pesel|nip|regon"), (4, "external_id"), (5, "wspolwlasciciel"), (6, "name")),
    ]
    assert (others(), report.created, report.rejected) == (set(), 1, 4)
    assert "80051700501" not in {one.value for one in report.errors}
    header, *rows = rows_to_mend(ImportRun.objects.get(pk=report.run_id))
    told = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(one["wiersz"], one["external_id"], one["wspolwlasciciel"]) for one in told[:3]] == [
        *(("3", "A-1", "tak"), ("4", "B-9", "tak"), ("6", "A-1", "tak")),
    ]


def test_an_older_file_does_not_take_back_who_owes() -> None:
    bring(as_csv(dict(BASE), co_owner()), day=5)
    bring(as_csv(dict(BASE), co_owner(EWA.value, "Ewa Nowak")), day=4)
    assert others() == {"Jan Nowak"}
