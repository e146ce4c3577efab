"""Notices to browsers (RFC 8030), encrypted for each by pywebpush (RFC 8291), with our VAPID signature (RFC 8292).

A parcel goes to every browser of its payer. A repeat shows once: the notice's `tag` is the message's reference, and so
is the Topic, by which a push service replaces what it still holds.
"""

import json
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException

from core.http import AnswerLost, OutgoingSession, Unreachable
from notifications.gateways import Outcome, Parcel, Receipt
from notifications.push import is_push_service

PARALLEL = 8
SECONDS_KEPT = 24 * 3600  # by the push service, for a browser that is off; 0 would drop the notice
SIGNED_FOR = 12 * 3600
LONGEST_TEXT = 900  # of 3,993 bytes that fit: four bytes a letter at most
GONE = {404, 410}
BUSY = {429, 500, 502, 503, 504}
# Of several browsers' answers, the one that decides about the message.
ORDER = (Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.RETRY, Outcome.HELD, Outcome.REJECTED)
logger = logging.getLogger("spm.webpush")


class WebPush:
    """Every push service: the browser's address says which."""

    name = "webpush"
    has_key = True

    def __init__(self) -> None:
        self._session = OutgoingSession(pool=PARALLEL)
        self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="webpush")
        self._signatures: dict[tuple[str, bytes], tuple[float, str]] = {}

    def send(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        """Send each of *parcels* to all browsers that its address lists."""
        return list(self._pool.map(self._send_one, parcels))

    def _send_one(self, parcel: Parcel) -> Receipt:
        told = [(one["endpoint"], *self._push(one, parcel)) for one in json.loads(parcel.address)]
        gone = tuple(endpoint for endpoint, _, code in told if code == "wypisana")
        _, outcome, code = min(told, key=lambda one: ORDER.index(one[1]))
        return Receipt(parcel.message_id, outcome, gateway_id=parcel.reference, code=code, gone=gone)

    def _push(self, browser: dict[str, Any], parcel: Parcel) -> tuple[Outcome, str]:
        if not is_push_service(browser["endpoint"]):
            return Outcome.REJECTED, "nieznana usługa"
        try:
            body = WebPusher(browser).encode(payload(parcel), "aes128gcm")["body"]
            answer = self._session.call("POST", browser["endpoint"], data=body, headers=self._headers(browser, parcel))
        except (WebPushException, ValueError):
            return Outcome.REJECTED, "zły klucz przeglądarki"
        except Unreachable:
            return Outcome.HELD, "brak połączenia"
        except AnswerLost:
            return Outcome.UNKNOWN, "odpowiedź zginęła"
        if answer.status_code in {200, 201, 202}:
            return Outcome.ACCEPTED, ""
        if answer.status_code in GONE:
            return Outcome.REJECTED, "wypisana"
        if answer.status_code in {401, 403}:
            logger.error(
                "%s does not take our VAPID key (HTTP %s)", urlsplit(browser["endpoint"]).netloc, answer.status_code
            )
        return Outcome.RETRY if answer.status_code in BUSY else Outcome.REJECTED, f"HTTP {answer.status_code}"

    def _headers(self, browser: dict[str, Any], parcel: Parcel) -> dict[str, str]:
        parts = urlsplit(browser["endpoint"])
        return {
            "Authorization": self._signature(f"{parts.scheme}://{parts.netloc}"),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(SECONDS_KEPT),
            "Topic": parcel.reference,
            "Urgency": "normal",
        }

    def _signature(self, origin: str) -> str:
        """One signature serves a push service for half of its time."""
        key = bytes(settings.WEBPUSH["key"])
        until, known = self._signatures.get((origin, key), (0.0, ""))
        now = time.time()
        if until < now:
            claims = {"aud": origin, "exp": int(now) + SIGNED_FOR, "sub": settings.WEBPUSH["contact"]}
            known = str(Vapid02.from_pem(key).sign(claims)["Authorization"])
            self._signatures[origin, key] = (now + SIGNED_FOR / 2, known)
        return known


def payload(parcel: Parcel) -> bytes:
    """What the service worker shows: title, text, and the page of the message, which asks who is there."""
    told = {
        "title": parcel.subject[:120],
        "body": parcel.body[:LONGEST_TEXT],
        "lang": parcel.language,
        "tag": parcel.reference,
        "url": reverse("notifications:message", args=[parcel.message_id]),
    }
    return json.dumps(told, ensure_ascii=False).encode()
