"""The facts of a campaign's message. Registered as the app starts (notifications/apps.py imports this file)."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from notifications.kinds import Digest, Facts, Kind, Priority, register

FACTS = {
    "title": "Koncert na Rynku",
    "when": "w sobotę, 12 grudnia, o 18.00",
    "place": "Rynek 1",
    "details": "Wstęp wolny.",
    "town": "Dolina",
    "link": "https://portal.example/",
}


def told_at_once(facts: Sequence[Facts]) -> Facts:
    """The facts of one message about several events: titles in a line, and each with when, where and its link."""
    lines = [f"– {one['title']}, {one['when']}, {one['place']}: {one['link']}" for one in facts]
    return {
        "count": str(len(facts)),
        "titles": ", ".join(one["title"] for one in facts),
        "events": "\n".join(lines),
        "town": facts[0]["town"],
        "link": f"{settings.BASE_URL}/wiadomosci/",
    }


SEVERAL_EVENTS = Kind(
    code="several_events",
    name="Kilka wydarzeń naraz",
    priority=Priority.EVENT,
    facts={
        "count": "2",
        "titles": "Koncert na Rynku, Bieg Doliny",
        "events": "– Koncert na Rynku, w sobotę, 12 grudnia, o 18.00, Rynek 1: https://portal.example/",
        "town": "Dolina",
        "link": "https://portal.example/wiadomosci/",
    },
)
EVENT = Kind(
    code="event",
    name="Wydarzenie w gminie",
    priority=Priority.EVENT,
    facts=FACTS,
    expires_after=timedelta(days=7),
    digest=Digest(SEVERAL_EVENTS.code, told_at_once, only_over_cap=True),
)

for _kind in (SEVERAL_EVENTS, EVENT):
    register(_kind)
