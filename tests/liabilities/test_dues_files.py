"""Which files are read, and how: encodings, separators, columns, lines."""

from datetime import date
from pathlib import Path

import pytest

from core.csvfile import read_rows
from core.errors import Refused
from liabilities.importing import ImportReport, import_dues
from liabilities.models import DueKind, ImportRun
from tests import make

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "formats" / "dues-example.csv"
FORMAT = EXAMPLE.with_name("dues.md")
NUMBER = make.pesel(5)


def load(content: bytes) -> ImportReport:
    """Import bytes."""
    return import_dues(content, file_name="dues.csv", source="test", as_of=make.now(), on=make.today(), by=make.BY)


def row(**extra: object) -> str:
    """A row with Polish letters."""
    return make.row(NUMBER, name="Żółć Gęślą", title="Opłata za śmieci", due_on=date(2026, 5, 15), **extra)  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_allowed_encoding_gives_the_same_words(encoding: str, line_end: str) -> None:
    assert load(line_end.join([make.HEADER, row()]).encode(encoding)).created == 1
    liability = make.instalment().liability
    assert (liability.payer.name, liability.title) == ("Żółć Gęślą", "Opłata za śmieci")


@pytest.mark.django_db
@pytest.mark.parametrize("amount", ["1234,56", "1234.56", "1 234,56", "1\u00a0234,56", "1.234,56"])
def test_amounts_are_read_as_poles_write_them(amount: str) -> None:
    load(f"{make.HEADER}\n{row(amount=amount)}".encode())
    assert make.instalment().assessed == make.pln("1234.56")


@pytest.mark.django_db
def test_commas_between_columns_and_any_order_of_columns_will_do() -> None:
    names = make.HEADER.split(";")
    cells = row(amount="100.00", paid="0").split(";")
    header, line = ",".join([*reversed(names), "uwagi"]), ",".join([*reversed(cells), "x"])
    assert load(f"{header.upper()}\n{line}".encode()).created == 1


@pytest.mark.django_db
def test_a_quoted_line_break_does_not_move_the_line_numbers() -> None:
    broken = row(key="A-1").replace("Opłata za śmieci", '"Opłata\nza śmieci"')
    report = load("\n".join([make.HEADER, broken, "", row(key="A-2", amount="x"), "za;mało"]).encode())
    assert (report.rows, report.created) == (3, 1)
    assert [(error.line, error.column) for error in report.errors] == [(5, "kwota"), (6, "")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "file_empty", "Plik jest pusty"),
        (b"  \n\n", "file_empty", "Plik jest pusty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "file_other", "PDF"),
        (b"PK\x03\x04\x14\x00", "file_other", "XLSX"),
        (b'{"rows": []}', "file_other", "JSON"),
        (make.HEADER.encode("utf-16"), "file_binary", "tekstowy"),
        (b"id;nazwa\x00\n", "file_binary", "tekstowy"),
        (b"\x81\x83\x88;x\n", "file_encoding", "kodowanie"),
        (b"id;nazwa;rodzaj\n1;2;3\n", "file_columns", "identyfikator, tytul, rok, rata, termin, kwota"),
        (b"<html><body>Zaloguj sie</body></html>", "file_columns", "id, identyfikator"),
        (";".join([make.HEADER, *(f"k{n}" for n in range(300))]).encode(), "file_columns", "za dużo kolumn"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(content: bytes, code: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        load(content)
    assert refusal.value.code == code
    assert words in str(refusal.value)
    assert ImportRun.objects.count() == 0


def test_a_cell_without_an_end_costs_its_row_alone() -> None:
    huge = '"' + "x" * 200_000
    rows = list(read_rows(f"a;b\n1;{huge}\n2;3\n".encode(), ("a", "b")))
    assert rows[0] == (2, None)


@pytest.mark.django_db
def test_the_example_of_the_format_goes_in_whole() -> None:
    report = load(EXAMPLE.read_bytes())
    assert (report.errors, report.created) == ((), 10)
    assert make.instalment("NIER/2026/0404/11").liability.payer.name == 'Stolarnia "Dolina" sp. z o.o.'


@pytest.mark.django_db
def test_the_format_names_every_column_and_kind() -> None:
    text = FORMAT.read_text(encoding="utf-8")
    names = [*make.HEADER.split(";"), *DueKind.objects.values_list("code", flat=True)]
    assert [name for name in names if f"`{name}`" not in text] == []
