"""SerwerSMS's doors `messages/send_sms.json` and `messages/reports.json`: JSON, Bearer token, lists of one length."""

import json
import re
import sqlite3
import time
from typing import Any

from aiohttp import web

from sandbox.faults import EARLY_SMS, bad_gateway, cut, hang, sms_fault
from sandbox.settings import Settings
from sandbox.sms_errors import SmsRefused
from sandbox.sms_numbers import is_landline, readable
from sandbox.sms_parts import measured
from sandbox.sms_request import Batch
from sandbox.state import STATE, State

MOST = 100_000
MOST_ASKED = 500
# What became of a message → the vendor's status and reason; everything else is still on its way.
STATES = {
    "DELIVERED": ("delivered", ""),
    "UNDELIVERED": ("undelivered", "operator_error"),
    "FAILED": ("undelivered", "operator_error"),
    "REJECTED": ("undelivered", "message_rejected"),
    "EXPIRED": ("undelivered", "message_expired"),
    "QUEUE": ("in_progress", ""),
}
UNIQUE_ID = re.compile(r"[A-Za-z0-9]{3,50}")


class Refused(Exception):
    """A refusal of the whole request, by the vendor's number and type."""

    def __init__(self, code: int, kind: str, message: str) -> None:
        super().__init__(kind)
        self.body = {"error": {"code": code, "type": kind, "message": message}}


def add_routes(app: web.Application) -> None:
    """The vendor's own host is a folder here."""
    app.router.add_post("/serwersms/messages/send_sms.json", _send)
    app.router.add_post("/serwersms/messages/reports.json", _reports)


async def _send(request: web.Request) -> web.StreamResponse:
    state = request.app[STATE]
    if state.settings.sms_down:
        return cut(request)
    fault = sms_fault(state)
    if fault in EARLY_SMS:
        return cut(request) if fault == "cut_before" else bad_gateway()
    if request.headers.get("Authorization") != f"Bearer {state.keys.sms_token}":
        refusal = {"error": {"code": 1001, "type": "Unauthorized", "message": "Invalid token"}}
        return web.json_response(refusal, status=401)
    try:
        told = _answer(await _fields(request), state)
    except Refused as refused:
        state.store.note("serwersms", "odmowa", json.dumps(refused.body))
        told = refused.body
    if fault == "cut":
        return cut(request)
    if fault == "hang":
        return await hang(request, state.settings.sms_hang_s)
    text = json.dumps(told)
    return web.Response(text=text[: len(text) // 2] if fault else text, content_type="application/json")


async def _reports(request: web.Request) -> web.StreamResponse:
    state = request.app[STATE]
    if state.settings.sms_down:
        return cut(request)
    if request.headers.get("Authorization") != f"Bearer {state.keys.sms_token}":
        refusal = {"error": {"code": 1001, "type": "Unauthorized", "message": "Invalid token"}}
        return web.json_response(refusal, status=401)
    try:
        return web.json_response({"items": _told(await _fields(request), state)})
    except Refused as refused:
        state.store.note("serwersms", "odmowa", json.dumps(refused.body))
        return web.json_response(refused.body)


def _told(said: dict[str, Any], state: State) -> list[dict[str, Any]]:
    """The rows that a question by `unique_id` or `id` asks for; nobody's ids are passed over."""
    mine, theirs = (_listed(said.get(name)) for name in ("unique_id", "id"))
    if not 0 < len(mine) + len(theirs) <= MOST_ASKED:
        raise Refused(2070, "other_error", f"unique_id or id: from 1 to {MOST_ASKED}")
    rows = [state.store.row("SELECT * FROM sms WHERE idx = ?", one) for one in mine]
    rows += [state.store.row("SELECT * FROM sms WHERE seq = ?", state.ledger.find_seq(one)) for one in theirs]
    return [_row(row, state) for row in rows if row is not None]


def _listed(said: Any) -> list[str]:
    return [str(one) for one in (said if isinstance(said, list) else [said]) if one]


def _row(row: sqlite3.Row, state: State) -> dict[str, Any]:
    status, reason = STATES.get(row["status"], ("sent", ""))
    sent = time.strftime("%F %T", time.localtime(row["sent_at"]))
    return {
        "id": state.ledger.message_id(row["seq"]),
        "unique_id": row["idx"],
        "phone": f"+{row['number']}",
        "sender": row["sender"],
        "type": "FULL" if row["sender"] != "ECO" else "ECO",
        "text": row["text"],
        "status": status,
        "reason": reason or None,
        "queued": sent,
        "sent": sent,
        "delivered": sent if status == "delivered" else None,
    }


async def _fields(request: web.Request) -> dict[str, Any]:
    try:
        said = json.loads(await request.read())
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Refused(2000, "other_error", "JSON object expected")
    return said


def _answer(said: dict[str, Any], state: State) -> dict[str, Any]:
    settings = state.settings
    phones = said.get("phone")
    phones = phones if isinstance(phones, list) else [phones]
    ids = said.get("unique_id") or []
    ids = ids if isinstance(ids, list) else [ids]
    text = said.get("text")
    if not isinstance(text, str) or not text:
        raise Refused(2010, "wrong_message", "Empty message")
    if not phones or len(phones) > MOST:
        raise Refused(2020, "wrong_number", "No phones, or too many")
    if ids and (len(ids) != len(phones) or not all(UNIQUE_ID.fullmatch(str(one)) for one in ids)):
        raise Refused(2030, "other_error", "unique_id: one for each phone, 3-50 letters and digits")
    if said.get("sender") and said["sender"] not in settings.sms_senders:
        raise Refused(2040, "wrong_sender_name", "Unknown sender")
    return _written(phones, ids or [None] * len(phones), text, str(said.get("sender") or "ECO"), state)


def _written(phones: list[Any], ids: list[Any], text: str, sender: str, state: State) -> dict[str, Any]:
    size = measured(text)
    faults = [_fault(readable(str(phone)), state.settings) for phone in phones]
    good = [place for place, fault in enumerate(faults) if not fault]
    batch = Batch(
        kind="sms",
        sender=sender,
        numbers=[readable(str(phones[place])) for place in good],
        submitted=[str(phones[place]) for place in good],
        idx=[ids[place] for place in good],
        texts=[text] * len(good),
        parts=[size.parts] * len(good),
        message=text,
        size=size,
        send_at=time.time(),
        notify_url=state.settings.serwersms_report_url,
        check_idx=False,
        test=False,
        details=False,
        invalid_numbers=[],
    )
    try:
        rows = state.ledger.accept(batch, state.settings, time.time())["list"] if good else []
    except SmsRefused as refused:
        raise Refused(2050, "limit_exhausted", "No funds") from refused
    taken = dict(zip(good, rows, strict=True))
    items = []
    for place, phone in enumerate(phones):
        item = {"phone": phone, "unique_id": ids[place], "parts": size.parts, "text": text}
        if place in taken:
            items.append(item | {"id": taken[place]["id"], "status": "queued", "queued": time.strftime("%F %T")})
        else:
            items.append(item | {"status": "unsent", "error_code": 2060, "error_message": faults[place]})
    return {"success": True, "queued": len(good), "unsent": len(phones) - len(good), "items": items}


def _fault(number: str, settings: Settings) -> str:
    special = tuple(end for end, what in settings.sms_numbers.items() if what == "INVALID")
    if not number or number.endswith(special):
        return "wrong_number"
    if is_landline(number):
        return "unsupported_number"
    return "number_is_blacklisted" if number in {readable(one) for one in settings.sms_blacklist} else ""
