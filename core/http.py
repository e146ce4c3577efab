"""The one way out: an HTTP session with time-outs, no redirects unless asked for, and a log without secrets."""

import logging
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

TIMEOUT = (3.05, 15.0)  # seconds to connect, seconds to answer
logger = logging.getLogger("spm.outgoing")


class Unreachable(Exception):
    """The connection was never made: the other side cannot have acted. Safe to try again."""


class AnswerLost(Exception):
    """The request went out and no whole answer came back: the other side may have acted. Never resend blindly."""


class OutgoingSession(requests.Session):
    """Keeps connections alive; logs method, host, path's first part, status and time, never bodies or queries."""

    def __init__(self, *, pool: int = 16) -> None:
        super().__init__()
        adapter = HTTPAdapter(pool_connections=pool, pool_maxsize=pool, max_retries=0)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def call(self, method: str, url: str, **options: Any) -> requests.Response:
        """Send one request. Raises Unreachable when nothing was sent, AnswerLost when that is in doubt."""
        options.setdefault("timeout", TIMEOUT)
        options.setdefault("allow_redirects", False)
        host = urlsplit(url).netloc
        try:
            answer = self.request(method, url, **options)
        except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError) as error:
            logger.warning("%s %s: no connection", method, host)
            raise Unreachable(host) from error
        except requests.exceptions.ConnectionError as error:
            if "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error):
                logger.warning("%s %s: no connection", method, host)
                raise Unreachable(host) from error
            logger.warning("%s %s: connection lost", method, host)
            raise AnswerLost(host) from error
        except requests.exceptions.RequestException as error:
            logger.warning("%s %s: answer lost (%s)", method, host, type(error).__name__)
            raise AnswerLost(host) from error
        logger.info("%s %s: %s in %.0f ms", method, host, answer.status_code, answer.elapsed.total_seconds() * 1000)
        return answer
