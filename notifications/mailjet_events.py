"""Mailjet's tracking events, single or in lists: read by anymail, tied to messages by a mark that only we can write.

Source: the vendor's Event API. `sent` says that the recipient's server took the message.
"""

import json
import logging
from datetime import datetime
from functools import partial
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType
from anymail.webhooks.mailjet import MailjetTrackingWebhookView

from core import inbound
from core.errors import Refused
from core.models import InboundEvent
from notifications.actions import DeliveryReport, record_reports
from notifications.dsn import Verdict
from notifications.return_address import returned_reference
from notifications.returns import Return, take_back
from notifications.states import State

SOURCE = "mailjet"
DEAD = {"user unknown", "mailbox inactive", "invalid domain", "no mail host", "typofix"}
MOST_EVENTS = 1000
logger = logging.getLogger("spm.mailjet")


def read_events(raw: str) -> list[dict[str, Any]]:
    """The events of a call. Raises Refused `report_unreadable` for anything but an event or a list of them."""
    try:
        told = json.loads(raw)
    except ValueError:
        told = None
    events = told if isinstance(told, list) else [told]
    if len(events) > MOST_EVENTS or not all(isinstance(one, dict) and one.get("event") for one in events):
        raise Refused("report_unreadable", "Zdarzenie bez rodzaju.")
    return events


def apply_events(*, at: datetime) -> int:
    """Apply every stored call that nobody has applied yet; returns how many. One that fails leaves the others."""
    handled = 0
    for event in inbound.unhandled(SOURCE):
        try:
            handled += inbound.handle(event.pk, partial(_apply, at=at), at=at)
        except Exception:  # kept for the next sweep; the others must go on
            logger.exception("Mailjet's events %s were not applied", event.pk)
    return handled


def _apply(event: InboundEvent, *, at: datetime) -> str:
    reader = MailjetTrackingWebhookView(webhook_secret=["-"])  # its own door stays shut: ours has checked the caller
    unknown = 0
    for told in read_events(bytes(event.body).decode("utf-8", "replace")):
        reference = returned_reference([str(told.get("CustomID", ""))])
        unknown += not (reference and _apply_one(reader.esp_to_anymail_event(told), reference, at=at))
    return f"zdarzenia o nieznanych wiadomościach: {unknown}" if unknown else ""


def _apply_one(told: AnymailTrackingEvent, reference: str, *, at: datetime) -> bool:
    """Act on one event; returns whether the message is one that we know."""
    if told.event_type == EventType.DELIVERED:
        if reference.startswith("spm-l"):
            return True
        report = DeliveryReport(str(told.message_id or ""), reference, State.DELIVERED)
        return not record_reports([report], gateway=SOURCE, at=at).unknown
    return take_back(Return(reference, _verdict(told), _words(told)), gateway=SOURCE, at=at)


def _verdict(told: AnymailTrackingEvent) -> Verdict:
    if told.event_type in {EventType.COMPLAINED, EventType.UNSUBSCRIBED}:
        return Verdict.DEAD
    if told.event_type not in {EventType.BOUNCED, EventType.REJECTED}:
        return Verdict.NOTHING
    error = str(told.esp_event.get("error", ""))
    if error == "quota exceeded" or (told.event_type == EventType.BOUNCED and not told.esp_event.get("hard_bounce")):
        return Verdict.LATER
    return Verdict.DEAD if error in DEAD else Verdict.REFUSED


def _words(told: AnymailTrackingEvent) -> str:
    if told.event_type == EventType.COMPLAINED:
        return "zgłoszono jako spam"
    if told.event_type == EventType.UNSUBSCRIBED:
        return "wypisano się u operatora"
    return str(told.esp_event.get("error", ""))[:60] or "bez powodu"
