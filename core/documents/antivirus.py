"""ClamAV asked over its own protocol: clamd's INSTREAM (man clamd, «COMMANDS»). Off where no address is set.

The one library for it on the package index has not been released since 2014; the protocol is four lines.
"""

import socket
import struct
from contextlib import closing
from urllib.parse import urlsplit

from django.conf import settings

from core.errors import Refused

PIECE = 64 * 1024
SECONDS = 30
CLEAN = "stream: OK"


def check_viruses(content: bytes) -> bool:
    """Whether ClamAV looked at *content* and found nothing; False where no clamd is set.

    Raises Refused `virus_found`, and `antivirus_down` when one is set and does not answer: nothing passes unlooked at.
    """
    if not settings.CLAMAV:
        return False
    try:
        answer = _answer(content)
    except (OSError, ValueError) as error:
        raise _down() from error
    if answer == CLEAN:
        return True
    if answer.endswith(" FOUND"):
        name = answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise Refused(
            "virus_found",
            f"Program antywirusowy znalazł w pliku zagrożenie ({name}).",
            where="scan",
            mend="Nie otwieraj tego pliku. Zeskanuj pismo na innym urządzeniu.",
        )
    raise _down()


def _down() -> Refused:
    return Refused(
        "antivirus_down",
        "Program antywirusowy chwilowo nie odpowiada, więc plik nie został przyjęty.",
        where="scan",
        mend="Spróbuj ponownie za kilka minut. Jeśli to nie pomoże, zawiadom administratora.",
    )


def _connected() -> socket.socket:
    address = urlsplit(settings.CLAMAV)
    if address.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        try:
            line.connect(address.path)
        except OSError:
            line.close()
            raise
        return line
    if address.scheme != "tcp" or not address.hostname:
        raise ValueError(settings.CLAMAV)
    return socket.create_connection((address.hostname, address.port or 3310), timeout=SECONDS)


def _answer(content: bytes) -> str:
    with closing(_connected()) as line:
        try:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # clamd closes early to say why, for one that the stream is larger than its StreamMaxLength
        said = b""
        while not said.endswith(b"\0"):
            piece = line.recv(4096)
            if not piece:
                break
            said += piece
    if not said.endswith(b"\0"):
        raise ConnectionResetError("clamd closed before it had answered")
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()
