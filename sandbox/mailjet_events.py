"""Mailjet's Event API: what became of a message, POSTed as JSON to one address with name and password in it.

`mail_refusals` says which recipients bounce, as for the mail server: 5.1.1 is a hard bounce, 4xx a soft one.
"""

import json
import time
from typing import Any

from sandbox.notices import queue_notice
from sandbox.state import State


def queue_events(state: State, address: str, number: int, guid: str, message: dict[str, Any]) -> None:
    """One event: `sent` (the recipient's server took it) or `bounce`."""
    told = {
        "time": int(time.time()),
        "MessageID": number,
        "Message_GUID": guid,
        "email": address,
        "mj_campaign_id": 0,
        "mj_contact_id": 0,
        "customcampaign": message.get("CustomCampaign", ""),
        "CustomID": message.get("CustomID", ""),
        "Payload": message.get("EventPayload", ""),
        **_outcome(state, address),
    }
    url = state.settings.mailjet_webhook_url
    body = json.dumps(told).encode()
    queue_notice(state, "mailjet", str(number), str(told["event"]), url, body, time.time(), {})


def _outcome(state: State, address: str) -> dict[str, Any]:
    refusals = state.settings.mail_refusals
    refusal = refusals.get(address.lower()) or refusals.get(address.lower().rpartition("@")[0], "")
    if not refusal:
        return {"event": "sent", "mj_message_id": "1", "smtp_reply": "sent (250 2.0.0 OK)"}
    is_hard = refusal.startswith("5")
    return {
        "event": "bounce",
        "blocked": is_hard,
        "hard_bounce": is_hard,
        "error_related_to": "recipient",
        "error": "user unknown" if is_hard else "quota exceeded",
        "comment": refusal,
    }
