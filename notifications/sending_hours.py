"""When a message may go out: hours of the day in Warsaw, and days off."""

from datetime import datetime, time, timedelta

from core.dates import WARSAW, public_holidays

SUNDAY = 6


def _is_quiet_day(day: datetime, *, sundays: bool) -> bool:
    return not sundays and (day.weekday() == SUNDAY or day.date() in public_holidays(day.year))


def may_send_at(at: datetime, *, opens: time, closes: time, sundays: bool) -> bool:
    """Whether *at* (aware) lies in the sending hours; *opens* equal to *closes* means any hour, 22 to 6 the night.

    Without *sundays*, nothing goes out on Sundays and public holidays.
    """
    local = at.astimezone(WARSAW)
    if _is_quiet_day(local, sundays=sundays):
        return False
    if opens < closes:
        return opens <= local.time() < closes
    return opens == closes or local.time() >= opens or local.time() < closes


def next_opening(at: datetime, *, opens: time, closes: time, sundays: bool) -> datetime:
    """*at* itself when it lies in the sending hours, else the next moment that does (aware, Europe/Warsaw)."""
    if may_send_at(at, opens=opens, closes=closes, sundays=sundays):
        return at
    day = at.astimezone(WARSAW).date()
    while True:
        for start in (time(0), opens):
            candidate = datetime.combine(day, start, WARSAW)
            if candidate > at and may_send_at(candidate, opens=opens, closes=closes, sundays=sundays):
                return candidate
        day += timedelta(days=1)
