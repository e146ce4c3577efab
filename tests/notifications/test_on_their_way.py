"""Several batches on their way at once: claimed one while others are at the gateway, and every promise kept."""

import threading
from decimal import Decimal
from typing import ClassVar

import pytest
from pytest_django.fixtures import Settings

from notifications import dispatch as dispatching
from notifications.dispatch import dispatch
from notifications.gateways import Outcome, Receipt
from notifications.kinds import Priority
from notifications.models import Attempt, GatewayRest, Message, Route, Spending
from notifications.on_their_way import AT_ONCE
from residents.models import Payer
from tests import make
from tests.notifications.posting import confirm, resident, send
from tests.notifications.watched_gateway import Parcels, Receipts, WatchedGateway, accept_all

AT = make.now()
BATCH, MESSAGES = 3, 20
PATH = "tests.notifications.test_on_their_way"


class Keyless(WatchedGateway):
    """One that takes the same message again."""

    name = "keyless"
    has_key = False
    calls: ClassVar[list[Parcels]] = []


class StandIn(WatchedGateway):
    """Another operator of the same channel."""

    name = "stand-in"
    calls: ClassVar[list[Parcels]] = []


class _Busy:
    """Accepts everything, and knows how many batches it held at once."""

    def __init__(self, *, until: int = 1) -> None:
        self.most, self._now, self._until = 0, 0, until
        self._changed = threading.Condition()

    def __call__(self, parcels: Parcels) -> Receipts:
        with self._changed:
            self._now += 1
            self.most = max(self.most, self._now)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.most >= self._until, timeout=20)
            self._now -= 1
        return [Receipt(one.message_id, Outcome.ACCEPTED, f"W-{one.message_id}", 1, Decimal("0.17")) for one in parcels]


@pytest.fixture
def many(watched: type[WatchedGateway], monkeypatch: pytest.MonkeyPatch, db: None) -> Payer:
    """Twenty confirmations that are due, in batches of three."""
    monkeypatch.setattr(dispatching, "BATCH", BATCH)
    whom = resident(channels=("sms",))
    for place in range(MESSAGES):
        confirm(whom, str(place), at=AT)
    return whom


def _taken_ids(gateway: type[WatchedGateway]) -> list[int]:
    return sorted(parcel.message_id for parcels in gateway.calls for parcel in parcels)


def test_the_next_batch_is_claimed_while_others_are_at_the_gateway(watched: type[WatchedGateway], many: Payer) -> None:
    busy = _Busy(until=AT_ONCE)
    watched.answer = staticmethod(busy)
    assert send(AT) == {"sent": MESSAGES}
    assert AT_ONCE <= busy.most <= AT_ONCE + 1
    assert _taken_ids(watched) == sorted(Message.objects.values_list("pk", flat=True))
    assert not Attempt.objects.exclude(outcome="accepted").exists()


@pytest.mark.parametrize("most", [1, BATCH, 2 * BATCH + 1])
def test_a_run_takes_no_more_than_it_may(watched: type[WatchedGateway], many: Payer, most: int) -> None:
    assert dispatch(clock=lambda: AT, worker="test", most=most).told() == {"sent": most}
    assert len(_taken_ids(watched)) == most == Message.objects.filter(state="sent").count()
    assert Message.objects.filter(state="queued", attempts=0).count() == MESSAGES - most


def test_what_a_gateway_without_keys_holds_is_one_batch(
    watched: type[WatchedGateway], many: Payer, settings: Settings
) -> None:
    settings.MESSAGE_GATEWAYS = {"sms": [f"{PATH}.Keyless"]}
    Keyless.calls.clear()
    busy = _Busy()
    Keyless.answer = staticmethod(busy)
    assert send(AT) == {"sent": MESSAGES}
    assert busy.most == 1


def test_a_cap_in_zloty_is_passed_by_one_batch_at_most(watched: type[WatchedGateway], many: Payer) -> None:
    Route.objects.create(gateway="watched", daily_cap_pln=Decimal("1.00"), point_price=Decimal(1))
    watched.answer = staticmethod(_Busy())
    send(AT)
    assert Decimal("1.00") <= Spending.objects.get().points < Decimal("1.00") + BATCH * Decimal("0.17")


def test_no_cap_slows_a_warning_down(watched: type[WatchedGateway], many: Payer) -> None:
    Message.objects.update(priority=Priority.CRISIS)
    Route.objects.create(gateway="watched", daily_cap_pln=Decimal("1.00"), point_price=Decimal(1))
    busy = _Busy(until=AT_ONCE)
    watched.answer = staticmethod(busy)
    assert send(AT) == {"sent": MESSAGES}
    assert busy.most >= AT_ONCE


def test_a_gateway_that_dies_with_several_batches_on_their_way_costs_none_a_try(
    watched: type[WatchedGateway], many: Payer, settings: Settings
) -> None:
    settings.MESSAGE_GATEWAYS = {"sms": [f"{WatchedGateway.__module__}.WatchedGateway", f"{PATH}.StandIn"]}
    Route.objects.create(gateway="stand-in", weight=0)
    StandIn.calls.clear()
    StandIn.answer = staticmethod(accept_all)
    together = threading.Barrier(AT_ONCE, timeout=20)

    def die(parcels: Parcels) -> Receipts:
        if len(watched.calls) <= AT_ONCE:
            together.wait()
        return [Receipt(one.message_id, Outcome.HELD, code="brak połączenia") for one in parcels]

    watched.answer = staticmethod(die)
    send(AT)
    assert set(Message.objects.values_list("state", "gateway", "attempts")) == {("sent", "stand-in", 1)}
    assert _taken_ids(StandIn) == sorted(Message.objects.values_list("pk", flat=True))
    assert AT_ONCE <= len(watched.calls) <= AT_ONCE + 1
    assert GatewayRest.objects.get().gateway == "watched"
