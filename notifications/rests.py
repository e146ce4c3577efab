"""A gateway that takes nothing rests: one row that all workers see, a longer rest each time, then a try with a few."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from notifications.models import GatewayRest

SHORTEST, LONGEST = timedelta(seconds=5), timedelta(minutes=10)
DOUBLINGS = 7
PROBE = 10
logger = logging.getLogger("spm.dispatch")


def lay_down(gateway: str, *, reason: str, at: datetime) -> None:
    """Let *gateway* rest: 5 seconds, twice as long at each failure in a row, 10 minutes at most."""
    with transaction.atomic():
        rest, is_new = GatewayRest.objects.select_for_update().get_or_create(
            gateway=gateway, defaults={"until": at + SHORTEST, "reason": reason[:200]}
        )
        if not is_new and rest.until <= at:
            rest.until = at + min(SHORTEST * 2 ** min(rest.failures, DOUBLINGS), LONGEST)
            rest.failures = min(rest.failures + 1, 1000)
            rest.reason = reason[:200]
            rest.save()
    logger.error("%s takes nothing (%s): it rests until %s", gateway, reason, rest.until.isoformat(timespec="seconds"))


def wake_up(gateway: str) -> None:
    """*gateway* took something again."""
    GatewayRest.objects.filter(gateway=gateway).delete()
