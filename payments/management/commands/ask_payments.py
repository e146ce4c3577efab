"""`manage.py ask_payments [--json]`: handle stored notices and ask about late payments, as the timetable does."""

from typing import Any

from django.utils import timezone

from core.commands import HouseCommand
from payments.notices import ask_late_payments, handle_notices


class Command(HouseCommand):
    """Does what the timetable does for payments, by hand."""

    help = "Handle stored notices and ask providers about late payments."

    def run(self, **options: Any) -> dict[str, Any]:
        """Do it and tell."""
        now = timezone.now()
        return {"notices": handle_notices(at=now), "asked": ask_late_payments(at=now)}
