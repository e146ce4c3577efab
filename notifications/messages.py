"""The facts of a campaign's message. Registered as the app starts (notifications/apps.py imports this file)."""

from datetime import timedelta

from notifications.kinds import Kind, Priority, register

EVENT = Kind(
    code="event",
    name="Wydarzenie w gminie",
    priority=Priority.EVENT,
    facts={
        "title": "Koncert na Rynku",
        "when": "w sobotę, 12 grudnia, o 18.00",
        "place": "Rynek 1",
        "details": "Wstęp wolny.",
        "town": "Dolina",
        "link": "https://portal.example/",
    },
    expires_after=timedelta(days=7),
)

register(EVENT)
