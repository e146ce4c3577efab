"""Delivery reports of SerwerSMS: its call is a nudge, its answer to our question is the truth; and what is never told
is asked about.

Reports that it pushes carry no signature, and their fields are set in its panel: whatever message a push names, the
vendor itself is asked. The answers are stored raw before they are applied, as pushes are.
"""

import hashlib
import json
import logging
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import parse_qsl

from core import inbound
from core.errors import Refused
from core.models import InboundEvent
from notifications.actions import DeliveryReport, queue_untaken, record_reports
from notifications.gateways.serwersms_reports import MOST, NotTold, ask
from notifications.models import Message, message_reference
from notifications.states import State

GATEWAY = "serwersms"
PUSHED, ANSWERED = "serwersms", "serwersms-answers"
FIRST_ASKED, LAST_ASKED = timedelta(minutes=5), timedelta(hours=72)
MOST_ASKED = 5000
OWN_ID = re.compile(r"spm(\d{1,18})")
VENDOR_ID = re.compile(r"[0-9A-Za-z]{6,40}")
REASONS = {
    "message_expired": "telefon był zbyt długo wyłączony",
    "unsupported_number": "numer nieobsługiwany",
    "message_rejected": "operator odrzucił wiadomość",
    "missed_call": "nikt nie odebrał",
    "wrong_number": "błędny numer",
    "operator_error": "błąd operatora",
    "number_is_blacklisted": "numer na czarnej liście",
    "wrong_message": "błędna treść",
}
logger = logging.getLogger("spm.reports")


def read_push(raw: str) -> list[int]:
    """The messages that a push names, whatever its fields are called: by our id, or by the vendor's.

    Raises Refused `report_unreadable` when it names none in a form that either of us gives.
    """
    words = _words(raw)
    mine = [int(found[1]) for word in words if (found := OWN_ID.fullmatch(word))]
    if not mine and not any(VENDOR_ID.fullmatch(word) for word in words):
        raise Refused("report_unreadable", "Raport bez numeru wiadomości.")
    return mine


def _words(raw: str) -> list[str]:
    """The values of a form, or of JSON however deep."""
    try:
        return list(_values(json.loads(raw)))
    except ValueError:
        return [word for _, value in parse_qsl(raw) for word in value.split(",")]


def _values(told: object) -> Iterable[str]:
    if isinstance(told, dict):
        told = list(told.values())
    if isinstance(told, list):
        for one in told:
            yield from _values(one)
    elif isinstance(told, str | int):
        yield str(told)


def apply_pushes(*, at: datetime) -> int:
    """Ask about every message that a stored push names, and apply the answers; returns how many pushes were handled."""
    handled = 0
    for event in inbound.unhandled(PUSHED):
        try:
            handled += inbound.handle(event.pk, partial(_asked_about, at=at), at=at)
        except NotTold as error:
            logger.warning("SerwerSMS: %s; the push waits", error)
            break
        except Exception:  # kept for the next sweep; the others must go on
            logger.exception("push %s was not applied", event.pk)
    apply_answers(at=at)
    return handled


def _asked_about(event: InboundEvent, *, at: datetime) -> str:
    raw = bytes(event.body).decode("utf-8", "replace")
    words = [word for word in _words(raw) if VENDOR_ID.fullmatch(word)]
    theirs = Message.objects.filter(gateway=GATEWAY, gateway_id__in=words).values_list("pk", flat=True)
    wanted = sorted(
        {*Message.objects.filter(gateway=GATEWAY, pk__in=read_push(raw)).values_list("pk", flat=True)} | {*theirs}
    )
    if not wanted:
        return "raport o nieznanych wiadomościach"
    _ask_and_store(wanted, at=at)
    return ""


def poll_reports(*, at: datetime) -> int:
    """Ask about messages that nobody has told us of for five minutes, for three days at most; returns how many were
    asked about. What is in doubt is asked about as well: what the vendor does not know by then, it never took, and that
    goes again.
    """
    silent = Message.objects.filter(
        gateway=GATEWAY,
        state__in=[State.SENT, State.UNKNOWN],
        sent_at__lte=at - FIRST_ASKED,
        sent_at__gt=at - LAST_ASKED,
    )
    wanted = list(silent.order_by("pk").values_list("pk", flat=True)[:MOST_ASKED])
    try:
        for start in range(0, len(wanted), MOST):
            _ask_and_store(wanted[start : start + MOST], at=at)
    except NotTold as error:
        logger.warning("SerwerSMS: %s; asked again later", error)
    apply_answers(at=at)
    return len(wanted)


def _ask_and_store(message_ids: Sequence[int], *, at: datetime) -> None:
    """Keep an answer that ends something, or knows nothing of what is in doubt; one that says «on its way» is asked for
    again anyway.
    """
    raw = ask([message_reference(message_id) for message_id in message_ids])
    lacking = Message.objects.filter(pk__in=_lacking(raw, message_ids), state=State.UNKNOWN).order_by("pk")
    untaken = ",".join(map(str, lacking.values_list("pk", flat=True)))
    if not untaken and not _reports(raw):
        return
    # The same words said later speak of another try.
    headers = {"untaken": untaken, "asked_at": at.isoformat()} if untaken else {}
    key = hashlib.sha256(raw + json.dumps(headers).encode() if headers else raw).hexdigest()
    inbound.receive(ANSWERED, key=key, headers=headers, body=raw, is_verified=True)


def apply_answers(*, at: datetime) -> int:
    """Apply every stored answer that nobody has applied yet; returns how many."""
    handled = 0
    for event in inbound.unhandled(ANSWERED):
        try:
            handled += inbound.handle(event.pk, partial(_apply, at=at), at=at)
        except Exception:  # kept for the next sweep; the others must go on
            logger.exception("answer %s was not applied", event.pk)
    return handled


def _apply(event: InboundEvent, *, at: datetime) -> str:
    raw = bytes(event.body)
    applied = record_reports(_reports(raw), gateway=GATEWAY, at=at)
    if untaken := event.headers.get("untaken"):
        before = datetime.fromisoformat(event.headers["asked_at"]) - FIRST_ASKED
        queue_untaken(list(map(int, untaken.split(","))), gateway=GATEWAY, in_doubt_before=before, at=at)
    return f"raporty o nieznanych wiadomościach: {applied.unknown}" if applied.unknown else ""


def _reports(raw: bytes) -> list[DeliveryReport]:
    """The rows of an answer that end a message."""
    rows = json.loads(raw).get("items") or []
    told = (_report(row) for row in rows if isinstance(row, dict))
    return [report for report in told if report is not None]


def _lacking(raw: bytes, asked: Iterable[int]) -> list[int]:
    """Of the messages that were *asked* about those of which the answer says nothing at all."""
    rows = json.loads(raw).get("items") or []
    found = (OWN_ID.fullmatch(str(row.get("unique_id") or "")) for row in rows if isinstance(row, dict))
    known = {int(one[1]) for one in found if one}
    return [one for one in asked if one not in known]


def _report(row: dict[str, object]) -> DeliveryReport | None:
    reason = str(row.get("reason") or "").lower()
    found = OWN_ID.fullmatch(str(row.get("unique_id") or ""))
    reference = message_reference(int(found[1])) if found else ""
    gateway_id = str(row.get("id") or "")
    words = REASONS.get(reason, "bramka nie doręczyła wiadomości")
    match str(row.get("status") or "").lower():
        case "delivered":
            return DeliveryReport(gateway_id, reference, State.DELIVERED)
        case "undelivered" if reason == "message_expired":
            return DeliveryReport(gateway_id, reference, State.EXPIRED, words)
        case "undelivered" | "unsent":
            return DeliveryReport(gateway_id, reference, State.FAILED, words)
    return None
