"""Both nights in which the clock changes: nothing goes out in quiet hours, nothing twice, everything in the morning."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from core.dates import WARSAW
from notifications.dispatch import dispatch
from notifications.gateways import Parcel
from tests.notifications.posting import remind, resident, states
from tests.notifications.watched_gateway import WatchedGateway, accept_all

STEP = timedelta(minutes=20)


@pytest.mark.django_db
@pytest.mark.parametrize("eve", [datetime(2026, 3, 28, 19, tzinfo=WARSAW), datetime(2026, 10, 24, 19, tzinfo=WARSAW)])
@pytest.mark.parametrize("sundays", [True, False])
def test_a_night_that_is_an_hour_shorter_or_longer_changes_nothing(
    eve: datetime, sundays: bool, settings: Settings
) -> None:
    settings.MESSAGE_GATEWAYS = {"sms": ["tests.notifications.watched_gateway.WatchedGateway"]}
    settings.SENDING_HOURS = {"opens": "09:00", "closes": "20:00", "sundays": sundays}
    WatchedGateway.answer = staticmethod(accept_all)
    anna = resident(channels=("sms",))
    at = eve.astimezone(UTC)  # steps of real time, whatever the clocks on the wall do
    sent: dict[int, datetime] = {}
    for key in range(3 * 24 * 2):
        WatchedGateway.calls = []
        if key < 3 * 16:  # until the morning after
            remind(anna, str(key), at=at, expires_at=at + timedelta(days=3))
        dispatch(clock=lambda moment=at: moment, worker="night")
        for parcel in _parcels():
            assert parcel.message_id not in sent
            sent[parcel.message_id] = at.astimezone(WARSAW)
        at += STEP
    assert set(states()) == {"sent"}
    assert len(sent) == 3 * 16
    assert all(9 <= moment.hour < 20 for moment in sent.values())
    assert sundays or not any(moment.weekday() == 6 for moment in sent.values())


def _parcels() -> list[Parcel]:
    return [parcel for call in WatchedGateway.calls for parcel in call]
