"""The watched folder: a file is taken once it rests, posted, then moved; killed in between, it is not posted twice."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from payments import statement_folder, tasks
from payments.models import StatementFile
from payments.virtual_accounts import virtual_account
from residents.models import Payer
from tests import make
from tests.payments.statements.books import BANK, in_ledger
from tests.payments.statements.samples import Transfer, mt940

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """The watched folder."""
    settings.BANK = {**settings.BANK, "statement_folder": str(tmp_path)}
    return tmp_path


def put(folder: Path, name: str, content: bytes, *, rests: bool = True) -> Path:
    path = folder / name
    path.write_bytes(content)
    if rests:
        long_ago = (make.now() - timedelta(minutes=1)).timestamp()
        os.utime(path, (long_ago, long_ago))
    return path


@pytest.fixture
def good(anna_payer: Payer) -> bytes:
    """A statement of 40 zł for Anna."""
    return mt940(BANK, [Transfer("40.00", "a", credited=virtual_account(anna_payer))])


def test_a_resting_file_is_posted_and_moved(folder: Path, good: bytes) -> None:
    put(folder, "w.sta", good)
    assert tasks.take_statements() == 1
    assert in_ledger() == 40
    assert (folder / "done" / "w.sta").read_bytes() == good
    assert tasks.take_statements() == 0


def test_a_file_that_still_grows_is_left_alone(folder: Path, good: bytes) -> None:
    path = put(folder, "w.sta", good, rests=False)
    assert tasks.take_statements() == 0
    assert path.exists()
    assert not StatementFile.objects.exists()


def test_what_is_no_statement_goes_aside_with_its_reason(folder: Path) -> None:
    put(folder, "w.pdf", b"%PDF-1.7")
    tasks.take_statements()
    assert "To plik PDF" in (folder / "rejected" / "w.pdf.txt").read_text(encoding="utf-8")
    assert not (folder / "w.pdf").exists()


def test_killed_before_the_move_it_is_known_and_only_moves(
    folder: Path, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "w.sta", good)

    def killed(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(statement_folder, "_move", killed)
        with pytest.raises(KeyboardInterrupt):
            tasks.take_statements()
    assert (folder / "w.sta").exists()
    assert tasks.take_statements() == 1
    assert in_ledger() == 40
    assert (folder / "done" / "w.sta").exists()


def test_a_second_file_of_the_same_name_does_not_cover_the_first(folder: Path, good: bytes) -> None:
    put(folder, "w.sta", good)
    tasks.take_statements()
    put(folder, "w.sta", good)
    tasks.take_statements()
    assert len(list((folder / "done").iterdir())) == 2
    assert in_ledger() == 40


def test_links_hidden_and_empty_files_are_not_taken(folder: Path, tmp_path: Path, good: bytes) -> None:
    put(folder, ".w.sta", good)
    put(folder, "empty.sta", b"")
    (folder / "link.sta").symlink_to(folder / ".w.sta")
    assert tasks.take_statements() == 0


def test_without_a_folder_only_what_a_crash_left_is_taken_up(settings: Settings) -> None:
    settings.BANK = {**settings.BANK, "statement_folder": ""}
    assert tasks.take_statements() == 0


def test_the_clock_of_the_folder_is_the_one_that_was_given(folder: Path, good: bytes) -> None:
    path = put(folder, "w.sta", good, rests=False)
    written = datetime.fromtimestamp(path.stat().st_mtime, make.now().tzinfo)
    counts = statement_folder.take_from_folder(folder, by=make.BY, at=written + timedelta(seconds=31))
    assert counts == {"done": 1, "rejected": 0}
