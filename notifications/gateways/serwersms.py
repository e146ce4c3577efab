"""SerwerSMS.pl: SMS by JSON, equal texts in one request, our own ids (`unique_id`) echoed in reports.

Source: the vendor's HTTPS API v2, action messages/send_sms. Its documents do not promise that a repeated `unique_id` is
refused, so a lost answer leaves its messages in doubt; nothing of a request that it refuses as a whole is sent.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings

from core.http import AnswerLost, OutgoingSession, Unreachable
from notifications.gateways import Outcome, Parcel, Receipt

PARALLEL = 4
# The vendor's types of errors of a whole request that say: stop, somebody must look at the account.
ACCOUNT = {
    "wrong_sender_name",
    "limit_exhausted",
    "lock_send",
    "no_permission_to_send_messages",
    "sending_to_foreign_networks_is_locked",
    "unauthorized",
}
DEAD = {"wrong_number", "unsupported_number", "number_is_blacklisted"}
WORDS = {
    "wrong_number": "błędny numer",
    "unsupported_number": "numer nieobsługiwany",
    "number_is_blacklisted": "numer na czarnej liście",
    "message_rejected": "bramka odrzuciła treść",
    "wrong_message": "błędna treść",
    "limit_exhausted": "brak środków na koncie SerwerSMS",
    "wrong_sender_name": "nieznana nazwa nadawcy",
    "lock_send": "konto SerwerSMS zablokowane",
    "unauthorized": "SerwerSMS nie przyjmuje tokenu",
    "operator_error": "błąd operatora",
}
logger = logging.getLogger("spm.serwersms")


class SerwerSms:
    """One account at SerwerSMS, over kept connections."""

    name = "serwersms"
    has_key = False

    def __init__(self) -> None:
        self._session = OutgoingSession(pool=PARALLEL)
        self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="serwersms")

    def send(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        """Hand over *parcels*, equal texts together, several requests at a time."""
        by_text: dict[str, list[Parcel]] = {}
        for parcel in parcels:
            by_text.setdefault(parcel.body, []).append(parcel)
        most = int(settings.SERWERSMS["batch"])
        batches = [some[start : start + most] for some in by_text.values() for start in range(0, len(some), most)]
        return [receipt for receipts in self._pool.map(self._send, batches) for receipt in receipts]

    def _send(self, batch: list[Parcel]) -> list[Receipt]:
        form: dict[str, object] = {
            "phone": [parcel.address for parcel in batch],
            "unique_id": [unique_id(parcel.reference) for parcel in batch],
            "text": batch[0].body,
            "sender": str(settings.SERWERSMS["sender"]),
            "details": True,
            "utf": not batch[0].body.isascii(),
        }
        try:
            answer = self._session.call(
                "POST",
                f"{str(settings.SERWERSMS['url']).rstrip('/')}/messages/send_sms.json",
                json=form,
                headers={"Authorization": f"Bearer {settings.SERWERSMS['token']}"},
            )
        except Unreachable:
            return _all(batch, Outcome.HELD, "brak połączenia")
        except AnswerLost:
            return _all(batch, Outcome.UNKNOWN, "odpowiedź zginęła")
        if answer.status_code in {401, 403, 429}:
            return _all(batch, Outcome.HELD, WORDS["unauthorized"] if answer.status_code != 429 else "HTTP 429")
        try:
            told = answer.json()
        except ValueError:
            return _all(batch, Outcome.UNKNOWN, f"odpowiedź nieczytelna, HTTP {answer.status_code}")
        if isinstance(told, dict) and isinstance(told.get("error"), dict):
            return _refused(batch, told["error"])
        if not isinstance(told, dict) or not isinstance(told.get("items"), list):
            return _all(batch, Outcome.UNKNOWN, f"odpowiedź nieczytelna, HTTP {answer.status_code}")
        return _taken(batch, told["items"])


def unique_id(reference: str) -> str:
    """Our reference as the vendor takes it: letters and digits alone."""
    return reference.replace("-", "")


def _refused(batch: Sequence[Parcel], error: dict[str, Any]) -> list[Receipt]:
    """The whole request was refused: nothing of it was sent."""
    kind = str(error.get("type", "")).lower()
    words = WORDS.get(kind, f"błąd {str(error.get('code', ''))[:10]}")
    if kind in ACCOUNT:
        logger.error("SerwerSMS refuses everything (%s). Check the account, the token and the credit.", kind)
        return _all(batch, Outcome.HELD, words)
    return _all(batch, Outcome.RETRY if len(batch) > 1 else Outcome.REJECTED, words)


def _taken(batch: Sequence[Parcel], items: Sequence[object]) -> list[Receipt]:
    """One receipt a parcel, in the order of the request; one that the answer leaves out is in doubt."""
    rows = {str(item.get("unique_id", "")): item for item in items if isinstance(item, dict)}
    return [_receipt(parcel, rows.get(unique_id(parcel.reference))) for parcel in batch]


def _receipt(parcel: Parcel, row: dict[str, Any] | None) -> Receipt:
    if row is None:
        return Receipt(parcel.message_id, Outcome.UNKNOWN, code="brak w odpowiedzi")
    if row.get("status") == "unsent":
        kind = str(row.get("error_message", "")).lower()
        words = WORDS.get(kind, f"błąd {str(row.get('error_code', ''))[:10]}")
        return Receipt(parcel.message_id, Outcome.REJECTED, code=words, is_dead=kind in DEAD)
    parts = str(row.get("parts"))
    return Receipt(
        parcel.message_id,
        Outcome.ACCEPTED,
        gateway_id=str(row.get("id", "")),
        parts=int(parts) if parts.isdecimal() else None,
    )


def _all(batch: Sequence[Parcel], outcome: Outcome, code: str) -> list[Receipt]:
    return [Receipt(parcel.message_id, outcome, code=code) for parcel in batch]
