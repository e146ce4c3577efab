"""A real dovecot for the tests, one a test worker."""

import imaplib
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from spm.demo.dovecot import Post, command, is_installed
from tests.certificates import server_pair
from tests.clamd import free_port

USER, PASSWORD = "wnioski@dolina.example", "hasło ze spacją"


@dataclass(frozen=True)
class Mailbox:
    """A real mailbox, as its owner's mail program sees it."""

    post: Post

    def line(self) -> imaplib.IMAP4:
        """A connection, signed in."""
        line = imaplib.IMAP4("127.0.0.1", self.post.port, timeout=20)
        line.authenticate("PLAIN", lambda _: f"\0{self.post.user}\0{self.post.password}".encode())
        return line

    def put(self, *messages: bytes, folder: str = "INBOX") -> None:
        """Append messages, as the mail server does when they arrive."""
        line = self.line()
        for message in messages:
            kind, said = line.append(folder, "", "", message)
            assert kind == "OK", said
        line.logout()

    def count(self, folder: str = "INBOX") -> int:
        """How many messages a folder holds; none when there is no such folder."""
        line = self.line()
        kind, found = line.select(f'"{folder}"', readonly=True)
        line.logout()
        return int(found[0] or 0) if kind == "OK" else 0

    def flags(self) -> str:
        """The flags of the messages of the inbox."""
        line = self.line()
        line.select("INBOX", readonly=True)
        _, found = line.uid("FETCH", "1:*", "(FLAGS)")
        line.logout()
        return str(found)

    def empty(self) -> None:
        """As on the first day: the folders are gone, the inbox is empty."""
        line = self.line()
        line.select("INBOX")
        line.uid("STORE", "1:*", "+FLAGS", r"(\Deleted)")
        line.expunge()
        for folder in ("Przetworzone", "Za&AUI-atwione"):
            line.delete(folder)
        line.logout()


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
