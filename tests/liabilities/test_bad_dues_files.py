"""Files that are cut, garbled or hostile: a clear answer in Polish, and nothing applied by half."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest
from django.db import DatabaseError, connection

from core.errors import Refused
from liabilities.importing import ImportReport, import_dues
from liabilities.models import ImportRun, Instalment, LedgerEntry
from residents.models import Payer
from tests import make

NUMBER = make.pesel(5)
KINDS = '<Default Extension="xml" ContentType="application/xml"/>'


def load(content: bytes) -> ImportReport:
    """Import bytes."""
    return import_dues(content, file_name="dues", source="test", as_of=make.now(), on=make.today(), by=make.BY)


def row(key: str = "A-1", **extra: object) -> str:
    """One row."""
    return make.row(NUMBER, **{"key": key, "due_on": date(2026, 5, 15), **extra})  # type: ignore[arg-type]


def nothing_is_there() -> bool:
    """Whether an import left anything."""
    return not any(model.objects.exists() for model in (Instalment, LedgerEntry, ImportRun, Payer))


def workbook(*rows: object) -> bytes:
    """A workbook of Polish columns."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (make.HEADER.split(";"), *rows):
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**parts: bytes) -> bytes:
    """A ZIP of those parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


BOMB = archive(**{"[Content_Types].xml": KINDS.encode(), "xl/worksheets/sheet1.xml": b"\x00" * 60_000_000})
MANY = archive(**{"[Content_Types].xml": KINDS.encode(), **{f"x{n}": b"" for n in range(2_001)}})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (BOMB, "file_bomb", "po rozpakowaniu byłby ogromny"),
        (MANY, "file_bomb", "po rozpakowaniu"),
        (archive(a=b"x"), "file_other", "nie skoroszyt"),
        (workbook(row().split(";"))[:-200], "file_other", "uszkodzony"),
        (workbook(), "", ""),
        (f"{make.HEADER}\n{row()}\n".encode("utf-16"), "file_binary", "tekstowy"),
        (f"{make.HEADER}\n{row(name='A')}\n".replace("A;PODATEK", "A\x00;PODATEK").encode(), "file_binary", "tekstowy"),
        (";".join([make.HEADER, *map(str, range(1_000_000))]).encode(), "file_line_long", "ponad milion znaków"),
        (f"{make.HEADER}\n{'x;' * 2_000_000}\n".encode(), "file_line_long", "ponad milion znaków"),
        (b'{"external_id": "A-1"', "file_other", "JSON"),
        (b"#control;rows=1\n", "file_columns", "brakuje kolumn"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_a_file_that_nobody_may_believe_is_refused_whole(content: bytes, code: str, words: str) -> None:
    if not code:
        assert load(content).rows == 0
        return
    with pytest.raises(Refused) as refusal:
        load(content)
    assert (refusal.value.code, words in str(refusal.value)) == (code, True), str(refusal.value)
    assert nothing_is_there()


@pytest.mark.django_db
def test_a_file_cut_in_the_middle_gives_its_whole_rows_and_blames_the_last_one() -> None:
    content = "\n".join([make.HEADER, row(), row("A-2", instalment=2)]).encode()
    report = load(content[:-30])
    assert (report.created, [error.line for error in report.errors]) == (1, [3])


@pytest.mark.django_db
def test_a_file_whose_last_amount_was_cut_does_not_guess() -> None:
    names = "id;identyfikator;nazwa;rodzaj;tytul;rok;rata;termin;zaplacono;konto;kwota"
    whole = f"A-1;{NUMBER.value};Anna;PODATEK_ROLNY;Rolny;2026;1;2026-05-15;0;{make.ACCOUNT};123,45"
    report = load(f"{names}\n{whole}\n{whole.replace('A-1', 'A-2').replace(';1;', ';2;')[:-3]}".encode())
    assert (report.created, [(error.line, error.column) for error in report.errors]) == (1, [(3, "kwota")])
    assert "urywa się" in report.errors[0].message


@pytest.mark.django_db
def test_letters_of_iso_8859_2_are_read_right() -> None:
    load(f"{make.HEADER}\n{row(name='Żółć Gęślą', title='Opłata za śmieci')}\n".encode("iso8859-2"))
    liability = make.instalment().liability
    assert (liability.payer.name, liability.title) == ("Żółć Gęślą", "Opłata za śmieci")


@pytest.mark.django_db
def test_a_formula_in_a_workbook_costs_its_row_alone() -> None:
    good = row().split(";")
    evil = row("A-2", instalment=2).split(";")
    evil[8] = "=1+1"
    report = load(workbook(good, evil))
    assert (report.created, [(error.line, error.column) for error in report.errors]) == (1, [(3, "kwota")])
    assert "Formuła zamiast wartości" in report.errors[0].message


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"due_on": date(1900, 1, 1), "year": 2026}, "Termin spoza lat 1990–2100."),
        ({"due_on": date(2101, 1, 1), "year": 2026}, "Termin spoza lat 1990–2100."),
        ({"amount": "0,001"}, "więcej niż dwa miejsca po przecinku"),
        ({"amount": "0,00"}, "musi być większa od zera"),
        ({"title": "a\x07b"}, "Niedozwolony znak sterujący."),
    ],
)
def test_a_row_out_of_bounds_is_told_how_to_mend_it(extra: dict[str, object], words: str) -> None:
    report = load("\n".join([make.HEADER, row(), row("A-2", instalment=2, **extra)]).encode())
    assert (report.created, report.rejected) == (1, 1)
    assert words in report.errors[0].message


class Killing(io.BytesIO):
    """A file whose reading is cut short with the connection, as by a power cut."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        if self.reads > 4:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return super().read(size)


@pytest.mark.usefixtures("transactional_db")
def test_an_import_that_breaks_in_the_middle_leaves_nothing() -> None:
    rows = [row(f"A-{number}", instalment=number % 400 + 1) for number in range(20_000)]
    with pytest.raises(DatabaseError):
        import_dues(
            Killing("\n".join([make.HEADER, *rows]).encode()),
            file_name="dues",
            source="test",
            as_of=make.now(),
            on=make.today(),
            by=make.BY,
        )
    assert nothing_is_there()
