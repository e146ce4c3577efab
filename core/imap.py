"""The IMAP server (RFC 3501, MOVE: RFC 6851, UIDPLUS: RFC 4315), by the standard library.

imap-tools and its like parse messages while they fetch them; here a message must be stored before anything reads it.
"""

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypedDict

SECONDS = 30
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Account(TypedDict):
    """A mailbox of an IMAP server; `tls` is `tls`, `starttls` or `none`, `processed` '' for no folder of that kind."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    folder: str
    processed: str


class Unreachable(Exception):
    """The server is away, does not let us in or does not answer; the words are for staff."""


class NotNow(Exception):
    """The server refused one thing; the rest may go on."""


class Server:
    """One visit: signed in, the folder open."""

    def __init__(self, line: imaplib.IMAP4, *, processed: str) -> None:
        self._line = line
        self._capabilities = capabilities(line)
        self._processed = processed
        self._is_folder_there = False
        self.uid_validity = int(line.response("UIDVALIDITY")[1][0] or 0)

    def uids(self) -> list[int]:
        """The messages of the folder, the oldest first."""
        return sorted(int(uid) for uid in self._uid("SEARCH", "UNDELETED")[0].split())

    def size(self, uid: int) -> int:
        """How many bytes a message has. Raises NotNow when it is gone."""
        for part in self._uid("FETCH", str(uid), "(RFC822.SIZE)"):
            if part and (found := SIZE.search(part if isinstance(part, bytes) else part[0])):
                return int(found[1])
        raise NotNow("brak wiadomości")

    def fetch(self, uid: int, *, headers_only: bool = False) -> bytes:
        """A message byte for byte; nobody will find it marked as seen. Raises NotNow."""
        part = "(BODY.PEEK[HEADER])" if headers_only else "(BODY.PEEK[])"
        for found in self._uid("FETCH", str(uid), part):
            if isinstance(found, tuple):
                content: bytes = found[1]
                return content
        raise NotNow("brak wiadomości")

    def put_away(self, uid: int) -> None:
        """Move a stored message to the folder of processed ones, or mark it as seen where none is set.

        Raises NotNow.
        """
        if not self._processed:
            self._uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
            return
        self._make_folder()
        target = quoted(self._processed)
        if "MOVE" in self._capabilities:
            self._uid("MOVE", str(uid), target)
            return
        self._uid("COPY", str(uid), target)
        self._uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted \Seen)")
        if "UIDPLUS" in self._capabilities:  # else EXPUNGE would take what others have marked
            self._uid("EXPUNGE", str(uid))

    def _make_folder(self) -> None:
        if self._is_folder_there:
            return
        target = quoted(self._processed)
        kind, found = self._line.list(pattern=target)
        if kind != "OK" or found in ([], [None]):
            self._line.create(target)
            self._line.subscribe(target)
        self._is_folder_there = True

    def _uid(self, command: str, *arguments: str) -> list[Any]:
        try:
            kind, found = self._line.uid(command, *arguments)
        except (imaplib.IMAP4.abort, OSError) as error:
            raise Unreachable(_words(error)) from error
        except imaplib.IMAP4.error as error:
            raise NotNow(_words(error)) from error
        if kind != "OK":
            raise NotNow(_words(found))
        return list(found)


@contextmanager
def visit(mailbox: Account) -> Iterator[Server]:
    """Sign in and open the folder of *mailbox*. Raises Unreachable."""
    try:
        line = _connected(mailbox["host"], mailbox["port"], mailbox["tls"])
    except (OSError, imaplib.IMAP4.error) as error:
        raise Unreachable(f"brak połączenia: {_words(error)}") from error
    try:
        try:
            _sign_in(line, mailbox["user"], mailbox["password"])
        except (OSError, imaplib.IMAP4.error) as error:
            raise Unreachable(f"serwer nie przyjął logowania: {_words(error)}") from error
        try:
            kind, found = line.select(quoted(mailbox["folder"]))
        except (OSError, imaplib.IMAP4.error) as error:
            raise Unreachable(_words(error)) from error
        if kind != "OK":
            raise Unreachable(f"nie ma folderu {mailbox['folder']}: {_words(found)}")
        yield Server(line, processed=mailbox["processed"])
    finally:
        _leave(line)


def _connected(host: str, port: int, tls: str) -> imaplib.IMAP4:
    if tls == "tls":
        return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=SECONDS)
    line = imaplib.IMAP4(host, port, timeout=SECONDS)
    if tls == "starttls":
        try:
            line.starttls(ssl_context=ssl.create_default_context())
        except (OSError, imaplib.IMAP4.error):
            _hang_up(line)
            raise
    return line


def _sign_in(line: imaplib.IMAP4, user: str, password: str) -> None:
    if "AUTH=PLAIN" in line.capabilities:
        line.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
    else:
        line.login(user, password)


def capabilities(line: imaplib.IMAP4) -> frozenset[str]:
    """What the server can do for who is signed in: more than it says at the door, which is all that imaplib keeps."""
    try:
        _, said = line.capability()
    except (OSError, imaplib.IMAP4.error) as error:
        raise Unreachable(_words(error)) from error
    return frozenset(b" ".join(part for part in said if part).decode("ascii", "replace").upper().split())


def _leave(line: imaplib.IMAP4) -> None:
    try:
        line.logout()
    except (OSError, imaplib.IMAP4.error):
        _hang_up(line)


def _hang_up(line: imaplib.IMAP4) -> None:
    with suppress(OSError):  # the connection broke before: what broke it is what staff must read
        line.shutdown()


def quoted(folder: str) -> str:
    """A folder's name as IMAP takes it: modified UTF-7 (RFC 3501 § 5.1.3), in quotes."""
    pieces = re.split(r"([^\x20-\x7e]+)", folder.replace("&", "&-"))
    for place in range(1, len(pieces), 2):
        packed = base64.b64encode(pieces[place].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        pieces[place] = f"&{packed}-"
    return '"' + "".join(pieces).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(said: object) -> str:
    """What the server or the system said, short, without addresses."""
    if isinstance(said, list):
        said = b" ".join(part for part in said if isinstance(part, bytes)).decode("utf-8", "replace")
    elif isinstance(said, Exception) and said.args and isinstance(said.args[-1], bytes):
        said = said.args[-1].decode("utf-8", "replace")
    return re.sub(r"\S+@\S+", "…", str(said))[:120]
