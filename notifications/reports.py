"""Delivery reports of SMSAPI: one GET may carry many, in comma-separated lists; read, then applied."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import parse_qs

from core import inbound
from core.errors import Refused
from core.models import InboundEvent
from notifications.actions import DeliveryReport, record_reports
from notifications.models import LETTER_PREFIX
from notifications.states import State

SOURCE = "smsapi"
# The vendor's status_name → our state and its reason. Names not here end nothing: QUEUE, ACCEPTED, SENT, RENEWAL, and
# UNKNOWN, by which the vendor says that the operator told it nothing.
STATES = {
    "DELIVERED": (State.DELIVERED, ""),
    "UNDELIVERED": (State.FAILED, "telefon nie przyjął wiadomości"),
    "FAILED": (State.FAILED, "bramka nie zdołała wysłać wiadomości"),
    "REJECTED": (State.FAILED, "operator odrzucił wiadomość"),
    "EXPIRED": (State.EXPIRED, "telefon był zbyt długo wyłączony"),
    "NOT_FOUND": (State.FAILED, "bramka nie zna tej wiadomości"),
    "STOP": (State.FAILED, "wysyłanie zatrzymane w bramce"),
}
logger = logging.getLogger("spm.reports")


@dataclass(frozen=True)
class Report:
    """What the gateway says of one message."""

    gateway_id: str
    reference: str
    status: str


def read_reports(query: str) -> list[Report]:
    """The reports that a query string carries. Raises Refused `report_unreadable` when its lists do not match."""
    fields: Mapping[str, list[str]] = parse_qs(query, keep_blank_values=True)
    ids = fields.get("MsgId", [""])[0].split(",")
    names = fields.get("status_name", [""])[0].split(",")
    references = fields.get("idx", [""])[0].split(",")
    if not ids[0] or not names[0] or len(names) != len(ids):
        raise Refused("report_unreadable", "Raport bez numeru lub stanu wiadomości.")
    if len(references) != len(ids):
        references = [""] * len(ids)
    return [Report(*fields_of_one) for fields_of_one in zip(ids, references, names, strict=True)]


def apply_reports(*, at: datetime) -> int:
    """Apply every stored report that nobody has applied yet; returns how many. One that fails leaves the others."""
    handled = 0
    for event in inbound.unhandled(SOURCE):
        try:
            handled += inbound.handle(event.pk, partial(_apply, at=at), at=at)
        except Exception:  # kept for the next sweep; the others must go on
            logger.exception("report %s was not applied", event.pk)
    return handled


def _apply(event: InboundEvent, *, at: datetime) -> str:
    reports = [
        DeliveryReport(report.gateway_id, report.reference, *STATES[report.status])
        for report in read_reports(bytes(event.body).decode("utf-8", "replace"))
        if report.status in STATES and not report.reference.startswith(LETTER_PREFIX)
    ]
    applied = record_reports(reports, gateway=SOURCE, at=at)
    return f"raporty o nieznanych wiadomościach: {applied.unknown}" if applied.unknown else ""
