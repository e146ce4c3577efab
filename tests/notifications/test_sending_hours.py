"""When a message may go out: hours in Warsaw, Sundays and holidays, both nights when the clock changes."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import WARSAW
from notifications.sending_hours import may_send_at, next_opening

DAY = {"opens": time(9), "closes": time(20), "sundays": False}
NIGHT = {"opens": time(22), "closes": time(6), "sundays": True}
ALWAYS = {"opens": time(0), "closes": time(0), "sundays": True}
MOMENTS = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
HOURS = st.times(timezones=st.none()).map(lambda hour: hour.replace(second=0, microsecond=0))


def warsaw(text: str) -> datetime:
    """A moment by Warsaw's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW)


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        ("2026-03-05 08:59:59", False),
        ("2026-03-05 09:00", True),
        ("2026-03-05 19:59:59", True),
        ("2026-03-05 20:00", False),
        ("2026-03-07 12:00", True),  # Saturday
        ("2026-03-08 12:00", False),  # Sunday
        ("2026-11-11 12:00", False),  # Independence Day, a Wednesday
        ("2025-12-24 12:00", False),  # Christmas Eve, a day off since 2025
        ("2024-12-24 12:00", True),  # not yet then
        ("2026-04-06 12:00", False),  # Easter Monday
        ("2026-06-04 12:00", False),  # Corpus Christi
    ],
)
def test_reminders_go_out_by_day_and_not_on_days_off(moment: str, may: bool) -> None:
    assert may_send_at(warsaw(moment), **DAY) is may


@pytest.mark.parametrize(("moment", "may"), [("21:59", False), ("22:00", True), ("03:00", True), ("06:00", False)])
def test_hours_may_span_midnight(moment: str, may: bool) -> None:
    assert may_send_at(warsaw(f"2026-03-05 {moment}"), **NIGHT) is may


def test_equal_hours_mean_any_hour() -> None:
    assert may_send_at(warsaw("2026-03-08 03:30"), **ALWAYS)


def test_hours_are_warsaws_whatever_zone_the_moment_is_told_in() -> None:
    assert may_send_at(datetime(2026, 7, 1, 7, 0, tzinfo=UTC), **DAY)  # 9:00 in summer
    assert not may_send_at(datetime(2026, 1, 7, 7, 59, tzinfo=UTC), **DAY)  # 8:59 in winter


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-03-05 12:00", "2026-03-05 12:00"),
        ("2026-03-05 05:00", "2026-03-05 09:00"),
        ("2026-03-05 20:00", "2026-03-06 09:00"),
        ("2026-03-07 21:00", "2026-03-09 09:00"),  # over Sunday
        ("2026-04-04 21:00", "2026-04-07 09:00"),  # over Easter
        ("2025-12-23 21:00", "2025-12-27 09:00"),  # over three days off, to a Saturday
    ],
)
def test_what_comes_in_quiet_hours_waits_for_the_next_opening(moment: str, opening: str) -> None:
    assert next_opening(warsaw(moment), **DAY) == warsaw(opening)


@pytest.mark.parametrize(
    ("moment", "utc_hour"),
    [
        ("2026-03-28 21:00", 7),  # the night that loses an hour: 29 March is a Sunday, Monday 9:00 is 7:00 UTC
        ("2026-10-24 21:00", 8),  # the night that gains one
    ],
)
def test_the_clock_change_moves_no_opening(moment: str, utc_hour: int) -> None:
    opening = next_opening(warsaw(moment), **DAY)
    assert (opening.astimezone(WARSAW).hour, opening.astimezone(UTC).hour) == (9, utc_hour)


def test_an_opening_at_an_hour_that_the_clock_skips_still_comes() -> None:
    hours = {"opens": time(2, 30), "closes": time(5), "sundays": True}
    opening = next_opening(warsaw("2026-03-29 00:00"), **hours)
    assert may_send_at(opening, **hours)
    assert opening.astimezone(UTC).date() == warsaw("2026-03-29 04:00").date()


@given(MOMENTS, HOURS, HOURS, st.booleans())
def test_the_next_opening_is_open_and_never_before(at: datetime, opens: time, closes: time, sundays: bool) -> None:
    hours = {"opens": opens, "closes": closes, "sundays": sundays}
    opening = next_opening(at, **hours)
    assert opening >= at
    assert may_send_at(opening, **hours)
    assert opening - at < timedelta(days=6)
    if may_send_at(at, **hours):
        assert opening == at


@given(MOMENTS)
def test_nothing_is_open_between_now_and_the_next_opening(at: datetime) -> None:
    opening = next_opening(at, **DAY)
    steps = int((opening - at) / timedelta(minutes=30))
    assert not any(may_send_at(at + step * timedelta(minutes=30), **DAY) for step in range(steps))
