"""ClamAV is asked by its own protocol, a real one answers; where it is set and silent, nothing passes."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from core.documents.arriving import check_document, store_document
from core.errors import Refused
from tests import documents, make
from tests.clamd import free_port, running_clamd


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where clamd lives."""
    return tmp_path_factory.mktemp("clamd")


@pytest.fixture(scope="module")
def clamd(folder: Path) -> Iterator[str]:
    """A real clamd, for this file."""
    with running_clamd(folder) as address:
        yield address


def refusal_of(content: bytes) -> Refused:
    """Why it is refused."""
    with pytest.raises(Refused) as told:
        check_document(content)
    return told.value


@pytest.mark.django_db
def test_a_clean_document_passes_and_is_noted_as_looked_at(clamd: str, settings: Settings) -> None:
    settings.CLAMAV = clamd
    assert store_document(documents.pdf(), name="skan.pdf", by=make.BY, at=make.now()).is_scanned
    settings.CLAMAV = ""
    assert not store_document(documents.pdf(), name="skan.pdf", by=make.BY, at=make.now()).is_scanned


def test_a_virus_is_named_though_a_picture_hides_it(clamd: str, settings: Settings) -> None:
    settings.CLAMAV = clamd
    for came in (documents.EICAR, documents.picture() + documents.EICAR):
        refused = refusal_of(came)
        assert refused.code == "virus_found"
        assert "Eicar-Test-Signature" in refused.message


def test_a_large_document_goes_over_in_pieces(clamd: str, settings: Settings) -> None:
    settings.CLAMAV = clamd
    assert check_document(documents.picture() + bytes(3_000_000)).is_scanned


def test_clamd_is_asked_through_its_socket_file_as_well(clamd: str, settings: Settings, folder: Path) -> None:
    settings.CLAMAV = f"unix://{folder}/clamd.sock"
    assert check_document(documents.picture()).is_scanned


def test_nothing_passes_while_clamd_is_down(settings: Settings) -> None:
    for address in (f"tcp://127.0.0.1:{free_port()}", "unix:///nowhere/clamd.ctl", "127.0.0.1"):
        settings.CLAMAV = address
        refused = refusal_of(documents.picture())
        assert (refused.code, "nie odpowiada" in refused.message) == ("antivirus_down", True)


@pytest.mark.parametrize("answer", [b"", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"\xff\0"])
def test_an_answer_that_is_not_plainly_ok_lets_nothing_pass(settings: Settings, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        settings.CLAMAV = f"tcp://127.0.0.1:{door.getsockname()[1]}"

        def answer_once() -> None:
            line, _ = door.accept()
            with line:
                line.recv(65_536)
                line.sendall(answer)

        clerk = threading.Thread(target=answer_once)
        clerk.start()
        assert refusal_of(documents.picture()).code == "antivirus_down"
        clerk.join()
