"""A real dovecot for these tests, one a test worker."""

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from spm.demo.dovecot import Post, command, is_installed
from tests.certificates import server_pair
from tests.clamd import free_port
from tests.mailroom.post import Mailbox

USER, PASSWORD = "wnioski@dolina.example", "hasło ze spacją"


@pytest.fixture(scope="session")
def mailbox_of_session() -> Iterator[Mailbox]:
    """Debian's dovecot in a folder of its own; without it these tests fail rather than say nothing."""
    assert is_installed(), "dovecot is missing: `make browser` installs it, or apt-get install dovecot-imapd"
    with tempfile.TemporaryDirectory(prefix="spm-dovecot-", ignore_cleanup_errors=True) as folder:
        pair, own, key = server_pair("127.0.0.1"), Path(folder) / "server.pem", Path(folder) / "server.key"
        own.write_text(pair.certificate, encoding="ascii")
        key.write_text(pair.key, encoding="ascii")
        post = Post(Path(folder), free_port(), USER, PASSWORD, free_port(), own, key)
        with subprocess.Popen(command(post), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as dovecot:
            try:
                _await(post, dovecot)
                yield Mailbox(post)
            finally:
                dovecot.terminate()
                dovecot.wait(10)


def _await(post: Post, dovecot: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", post.port)) == 0:
                return
        try:
            dovecot.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError((post.folder / "dovecot.log").read_text(encoding="utf-8")[-800:])


@pytest.fixture
def mailbox(mailbox_of_session: Mailbox, settings: Settings) -> Mailbox:
    """The mailbox, emptied, with the settings pointing at it."""
    mailbox_of_session.empty()
    settings.MAILBOX = {
        **settings.MAILBOX,
        "host": "127.0.0.1",
        "port": mailbox_of_session.post.port,
        "tls": "none",
        "user": USER,
        "password": PASSWORD,
    }
    return mailbox_of_session
