"""One answer of a source, bounded in size and in time as a whole: a source that trickles holds nobody up."""

import time

import requests

from core.http import AnswerLost, OutgoingSession, Unreachable

TIMEOUT = (3.05, 8.0)  # seconds to connect, seconds between two pieces
LONGEST = 20.0  # seconds for the whole answer
LARGEST = 10_000_000  # bytes
PIECE = 65_536


class Silent(Exception):
    """No whole answer could be had; the words say why, in Polish."""


def fetch(url: str) -> tuple[int, bytes]:
    """The status and the body behind *url*. Raises Silent."""
    began = time.monotonic()
    session = OutgoingSession(pool=1)
    try:
        with session.call("GET", url, timeout=TIMEOUT, stream=True) as answer:
            pieces, size = [], 0
            for piece in answer.iter_content(PIECE):
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST:
                    raise Silent("odpowiedź jest zbyt długa")
                if time.monotonic() - began > LONGEST:
                    raise Silent("odpowiedź trwa zbyt długo")
            return answer.status_code, b"".join(pieces)
    except Unreachable as error:
        raise Silent("nie ma połączenia") from error
    except (AnswerLost, requests.RequestException) as error:
        raise Silent("odpowiedź się urwała albo nie przyszła na czas") from error
    finally:
        session.close()
