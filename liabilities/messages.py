"""The facts of each reminder. Registered as the app starts (liabilities/apps.py imports this file)."""

from datetime import timedelta

from notifications.kinds import Kind, Priority, register

FACTS = {
    "title": "Podatek od nieruchomości",
    "instalment": "2",
    "year": "2026",
    "amount_pln": "123.45",
    "payable_on": "2026-05-15",
    "town": "Dolina",
    "link": "https://portal.example/naleznosci/",
}

DUE_APPROACHING = Kind(
    code="due_approaching",
    name="Zbliża się termin płatności",
    priority=Priority.REMINDER,
    facts=FACTS,
    expires_after=timedelta(days=7),
)
DUE_PASSED = Kind(
    code="due_passed",
    name="Minął termin płatności",
    priority=Priority.REMINDER,
    facts=FACTS,
    expires_after=timedelta(days=7),
)

for _kind in (DUE_APPROACHING, DUE_PASSED):
    register(_kind)
