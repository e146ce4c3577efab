"""Mailjet's Send API v3.1 (`/mailjet/v3.1/send`): HTTP Basic, up to 50 messages, each refused or taken by itself.

Source: the vendor's reference of POST /send and its guide of error codes. What is taken lies in the sandbox's mailbox.
"""

import base64
import json
import re
import time
import uuid
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from typing import Any

from aiohttp import web

from sandbox.courier import NOTICES_COURIER
from sandbox.faults import bad_gateway, cut, hang
from sandbox.mailbox import keep_mail
from sandbox.mailjet_events import queue_events
from sandbox.state import STATE, State

MOST = 50
ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
KNOWN = {
    *("From", "Sender", "To", "Cc", "Bcc", "ReplyTo", "Subject", "TextPart", "HTMLPart", "CustomID", "EventPayload"),
    *("TrackOpens", "TrackClicks", "Headers", "CustomCampaign", "Attachments", "InlinedAttachments", "Priority"),
}
TEXTS = ("Subject", "TextPart", "HTMLPart", "CustomID", "EventPayload")
# Headers that have a property of their own, or are Mailjet's.
OWN_HEADERS = {
    *("from", "sender", "subject", "to", "cc", "bcc", "reply-to", "return-path", "delivered-to", "dkim-signature"),
    *("message-id", "list-id", "received", "x-mailer", "user-agent", "x-mj-customid", "x-mj-eventpayload"),
}


class Wrong(Exception):
    """What is wrong with one message, in the vendor's words."""

    def __init__(self, code: str, message: str, related: list[str], status: int = 400) -> None:
        super().__init__(code)
        self.error = {
            "ErrorIdentifier": str(uuid.uuid4()),
            "ErrorCode": code,
            "StatusCode": status,
            "ErrorMessage": message,
            "ErrorRelatedTo": related,
        }


def add_routes(app: web.Application) -> None:
    """The vendor's own host is a folder here."""
    app.router.add_post("/mailjet/v3.1/send", _send)


async def _send(request: web.Request) -> web.StreamResponse:
    state = request.app[STATE]
    fault = state.next_fault("mailjet_next")
    if state.settings.mail_down or fault == "cut":
        return cut(request)
    if fault in {"http500", "http503"}:
        return bad_gateway()
    if fault == "hang":
        return await hang(request, state.settings.sms_hang_s)
    keys = f"{state.keys.mailjet_api_key}:{state.keys.mailjet_secret_key}".encode()
    if request.headers.get("Authorization") != f"Basic {base64.b64encode(keys).decode()}":
        return _whole(401, "mj-0001", "API key authentication/authorization failure.")
    if fault == "http429":
        return _whole(429, "mj-0002", "Too many requests")
    try:
        said = json.loads(await request.read())
        messages = [{**said.get("Globals", {}), **one} for one in said["Messages"]]
    except (ValueError, TypeError, KeyError, AttributeError):
        return _whole(400, "mj-0003", "Malformed JSON, please review the syntax and properties types.")
    if not 0 < len(messages) <= MOST:
        return _whole(400, "mj-0005", f"Between 1 and {MOST} messages are expected.")
    told = [_one(message, state) for message in messages]
    request.app[NOTICES_COURIER].wake()
    if fault == "cut_after":
        return cut(request)
    statuses = [one["Errors"][0]["StatusCode"] for one in told if one["Status"] == "error"]
    text = json.dumps({"Messages": told})
    return web.Response(
        text="<html>" if fault == "html" else text,
        status=max(statuses, default=200),
        content_type="application/json",
    )


def _whole(status: int, code: str, message: str) -> web.Response:
    return web.json_response(
        {"ErrorIdentifier": str(uuid.uuid4()), "ErrorCode": code, "StatusCode": status, "ErrorMessage": message},
        status=status,
    )


def _one(message: dict[str, Any], state: State) -> dict[str, Any]:
    try:
        _check(message, state)
    except Wrong as wrong:
        state.store.note("mailjet", "odmowa", json.dumps(wrong.error))
        return {"Status": "error", "Errors": [wrong.error]}
    guid = str(uuid.uuid4())
    letter = _letter(message, guid)
    people = [one["Email"] for one in message["To"]]
    mail_id = keep_mail(state.store, message["From"]["Email"], people, letter.as_bytes(policy=SMTP), time.time())
    number = 1_152_921_500_000_000_000 + mail_id  # a 64-bit number, as theirs
    for address in people:
        queue_events(state, address, number, guid, message)
    return {
        "Status": "success",
        "CustomID": message.get("CustomID", ""),
        "To": [
            {
                "Email": address,
                "MessageUUID": guid,
                "MessageID": number,
                "MessageHref": f"https://api.mailjet.com/v3/REST/message/{number}",
            }
            for address in people
        ],
        "Cc": [],
        "Bcc": [],
    }


def _check(message: dict[str, Any], state: State) -> None:
    """Raises Wrong for the first thing that is."""
    if unknown := sorted(set(message) - KNOWN):
        raise Wrong("mj-0003", f'"{unknown[0]}" is an unknown property.', [unknown[0]])
    for name in ("From", "To"):
        if not message.get(name):
            raise Wrong("mj-0003", f'Mandatory property "{name}" is missing.', [name])
    for name in TEXTS:
        if name in message and not isinstance(message[name], str):
            raise Wrong("mj-0004", 'Type mismatch. Expected type "string".', [name])
    if not isinstance(message["To"], list) or not isinstance(message["From"], dict):
        raise Wrong("mj-0004", 'Type mismatch. Expected type "array of emails".', ["To"])
    _check_content(message)
    for place, one in enumerate(message["To"]):
        if not ADDRESS.fullmatch(str(one.get("Email", ""))):
            raise Wrong("mj-0013", f'"{one.get("Email")}" is an invalid email address.', [f"To[{place}].Email"])
    sender = str(message["From"].get("Email", ""))
    if sender.rpartition("@")[2] not in state.settings.mailjet_domains:
        raise Wrong("send-0008", f'"{sender}" is not a validated sender.', ["From"], status=403)


def _check_content(message: dict[str, Any]) -> None:
    if not (message.get("TextPart") or message.get("HTMLPart")):
        raise Wrong("send-0003", 'At least "HTMLPart" or "TextPart" must be provided.', ["HTMLPart", "TextPart"])
    if not isinstance(message.get("Headers", {}), dict):
        raise Wrong("mj-0004", 'Type mismatch. Expected type "collection".', ["Headers"])
    if own := [name for name in message.get("Headers", {}) if name.lower() in OWN_HEADERS]:
        raise Wrong("send-0011", f'Header "{own[0]}" cannot be customized.', [f"Headers['{own[0]}']"])


def _letter(message: dict[str, Any], guid: str) -> EmailMessage:
    """The letter as the recipient's program would see it."""
    letter = EmailMessage()
    letter["From"] = formataddr((message["From"].get("Name", ""), message["From"]["Email"]))
    letter["To"] = ", ".join(one["Email"] for one in message["To"])
    letter["Subject"] = message.get("Subject", "")
    letter["Message-ID"] = f"<{guid}@mailjet.example>"
    letter.set_content(message.get("TextPart", ""))
    if message.get("HTMLPart"):
        letter.add_alternative(message["HTMLPart"], subtype="html")
    for name, value in message.get("Headers", {}).items():
        letter[name] = str(value)
    return letter
