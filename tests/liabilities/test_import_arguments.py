"""What `import_dues` and the reader of its files refuse before a row is read."""

from pathlib import Path

import pytest

from core.csvfile import read_rows
from core.errors import Refused
from liabilities.models import ImportRun
from tests import make
from tests.liabilities.test_commands import run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("source", "words"), [("", "jest pusta"), ("  ", "jest pusta"), ("x" * 41, "ponad 40 znaków")])
def test_a_source_that_could_not_be_found_again_is_refused(tmp_path: Path, source: str, words: str) -> None:
    path = tmp_path / "naleznosci.csv"
    path.write_text("\n".join([make.HEADER, make.row(make.pesel(5))]), "utf-8")
    code, _, said = run("import_dues", str(path), "--source", source)
    assert (code, ImportRun.objects.count()) == (2, 0)
    assert words in said


def test_a_header_that_names_a_column_twice_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        read_rows(b"kwota;id;Kwota\n1;2;3\n", ("id", "kwota"))
    assert refusal.value.code == "file_columns"
    assert "powtarzają się kolumny: kwota" in str(refusal.value)
