"""What SerwerSMS says became of messages: action messages/reports, asked by our own ids, at most 500 at once.

Source: the vendor's HTTPS API v2, «Checking the SMS delivery reports».
"""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from core.http import AnswerLost, OutgoingSession, Unreachable
from notifications.gateways.serwersms import unique_id

MOST = 500
logger = logging.getLogger("spm.serwersms")


class NotTold(Exception):
    """SerwerSMS did not answer, or not so that it can be read: ask again later."""


def ask(references: Sequence[str]) -> bytes:
    """The vendor's answer about at most MOST messages, raw. Raises NotTold."""
    try:
        answer = OutgoingSession(pool=1).call(
            "POST",
            f"{str(settings.SERWERSMS['url']).rstrip('/')}/messages/reports.json",
            json={"unique_id": [unique_id(reference) for reference in references]},
            headers={"Authorization": f"Bearer {settings.SERWERSMS['token']}"},
        )
    except (Unreachable, AnswerLost) as error:
        raise NotTold("brak połączenia") from error
    if answer.status_code != 200 or items_of(answer) is None:
        logger.error("SerwerSMS does not tell what became of messages (HTTP %s)", answer.status_code)
        raise NotTold(f"HTTP {answer.status_code}")
    return bytes(answer.content)


def items_of(answer: Any) -> list[dict[str, Any]] | None:
    """The rows of an answer (anything with `json()`), None when it is no report."""
    try:
        told = answer.json()
    except ValueError:
        return None
    rows = told.get("items") if isinstance(told, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else None
