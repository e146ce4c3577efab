"""Delivery reports of SMSAPI: one GET may carry many, in comma-separated lists; read, then applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from core import inbound
from core.errors import Refused
from core.models import InboundEvent
from notifications.actions import record_report
from notifications.states import State

SOURCE = "smsapi"
# The vendor's status_name → ours; names not here say nothing final (QUEUE, ACCEPTED, SENT, RENEWAL).
STATES = {
    "DELIVERED": State.DELIVERED,
    "UNDELIVERED": State.FAILED,
    "FAILED": State.FAILED,
    "REJECTED": State.FAILED,
    "EXPIRED": State.EXPIRED,
    "NOT_FOUND": State.FAILED,
    "STOP": State.FAILED,
    "UNKNOWN": State.FAILED,
}


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
    """Apply every stored report that nobody has applied yet; returns how many events were handled."""
    return sum(inbound.handle(event.pk, lambda kept: _apply(kept, at), at=at) for event in inbound.unhandled(SOURCE))


def _apply(event: InboundEvent, at: datetime) -> str:
    unknown = 0
    for report in read_reports(bytes(event.body).decode("utf-8", "replace")):
        state = STATES.get(report.status)
        if state is None:
            continue
        try:
            record_report(
                gateway=SOURCE,
                gateway_id=report.gateway_id,
                reference=report.reference,
                state=state,
                code=report.status,
                at=at,
            )
        except LookupError:
            unknown += 1
    return f"raporty o nieznanych wiadomościach: {unknown}" if unknown else ""
