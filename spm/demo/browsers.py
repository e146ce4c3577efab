"""A browser of the demo's resident at the sandbox's push service."""

from datetime import datetime

import requests
from django.conf import settings

from core.actor import Actor
from notifications.push import public_key, subscribe_browser


def add_browser(payer_id: int, *, topics: list[str], by: Actor, at: datetime) -> None:
    """A browser of the payer's at the sandbox; nothing where the town pushes no notices."""
    if not settings.WEBPUSH["key"] or not settings.WEBPUSH["origins"]:
        return
    asked = {"applicationServerKey": public_key(), "name": "Telefon pani Anny"}
    answer = requests.post(f"{settings.WEBPUSH['origins'][0]}/control/push", json=asked, timeout=10)
    answer.raise_for_status()
    told = answer.json()
    subscribe_browser(
        payer_id,
        endpoint=told["endpoint"],
        **told["keys"],
        browser="Chrome, Android",
        topics=topics,
        by=by,
        at=at,
    )
