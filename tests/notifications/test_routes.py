"""Several gateways of a channel: shares, fail-over, the switch, limits a second and of money; dead addresses."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from notifications import tasks
from notifications.actions import queue_message
from notifications.dispatch import dispatch
from notifications.gateways import Outcome, Receipt
from notifications.kinds import Priority
from notifications.models import GatewayRest, Message, Route, Spending, SuppressedAddress
from notifications.shares import Cap, CapState, in_turn
from notifications.suppression import lift
from residents.models import Payer
from tests import make
from tests.notifications.posting import confirm, later, only, remind, send, states
from tests.notifications.watched_gateway import WatchedGateway, accept_all

AT = make.now()


class SecondGateway(WatchedGateway):
    """Another operator of the same channel."""

    name = "second"
    calls: ClassVar[list[object]] = []  # type: ignore[assignment]


@pytest.fixture
def two(watched: type[WatchedGateway], settings: Settings) -> type[WatchedGateway]:
    """Two gateways for SMS, equal in weight."""
    settings.MESSAGE_GATEWAYS = {
        "sms": ["tests.notifications.watched_gateway.WatchedGateway", "tests.notifications.test_routes.SecondGateway"]
    }
    SecondGateway.calls = []
    SecondGateway.answer = staticmethod(accept_all)
    return watched


def _held(parcels: object) -> list[Receipt]:
    return [Receipt(one.message_id, Outcome.HELD, code="brak środków") for one in parcels]  # type: ignore[attr-defined]


def _taken() -> Counter[str]:
    return Counter(Message.objects.filter(state="sent").values_list("gateway", flat=True))


@pytest.mark.django_db
def test_when_one_gateway_takes_nothing_the_other_takes_all(two: type[WatchedGateway], anna_told: Payer) -> None:
    two.answer = staticmethod(_held)
    for key in range(30):
        confirm(anna_told, str(key), at=AT)
    Message.objects.filter(channel="email").delete()
    send(AT)
    assert _taken() == {"second": 30}
    assert set(GatewayRest.objects.values_list("gateway", flat=True)) <= {"watched"}


@pytest.mark.django_db
def test_what_is_in_doubt_at_one_gateway_never_goes_to_the_other(two: type[WatchedGateway], anna_told: Payer) -> None:
    Route.objects.create(gateway="second", weight=0)
    two.answer = staticmethod(lambda parcels: [])
    confirm(anna_told, at=AT)
    send(AT)
    for minutes in range(1, 600, 7):
        send(later(AT, minutes=minutes))
    assert SecondGateway.calls == []
    assert two.calls


@pytest.mark.django_db
def test_one_that_is_switched_off_gets_nothing_and_one_of_weight_0_only_stands_in(
    two: type[WatchedGateway], anna_told: Payer
) -> None:
    Route.objects.create(gateway="second", weight=0)
    confirm(anna_told, "1", at=AT)
    send(AT)
    assert SecondGateway.calls == []
    Route.objects.create(gateway="watched", is_on=False)
    confirm(anna_told, "2", at=AT)
    send(AT)
    assert len(SecondGateway.calls) == 1


@pytest.mark.django_db
def test_a_limit_a_second_holds_over_the_whole_run(watched: type[WatchedGateway], anna_told: Payer) -> None:
    Route.objects.create(gateway="watched", per_second=10)
    for key in range(35):
        confirm(anna_told, str(key), at=AT)
    Message.objects.filter(channel="email").delete()
    now = [AT]
    moments: list[tuple[datetime, int]] = []

    def note(parcels: object) -> list[Receipt]:
        moments.append((now[0], len(parcels)))  # type: ignore[arg-type]
        return accept_all(parcels)  # type: ignore[arg-type]

    def rest(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    watched.answer = staticmethod(note)
    dispatch(clock=lambda: now[0], worker="test", pause=rest)
    assert set(states()) == {"sent"}
    for moment, _ in moments:
        window = sum(count for at, count in moments if moment <= at < moment + timedelta(seconds=1))
        assert window <= 20  # the limit and one burst of it
    assert now[0] - AT >= timedelta(seconds=2.5)


@pytest.mark.django_db
def test_the_urgent_lane_leaves_reminders_to_others(watched: type[WatchedGateway], anna_told: Payer) -> None:
    remind(anna_told, at=AT)
    confirm(anna_told, at=AT)
    Message.objects.filter(channel="email").delete()
    dispatch(clock=lambda: AT, worker="urgent", least_urgent=Priority.TRANSACTION)
    assert (only(kind="payment_posted").state, only(kind="due_approaching").state) == ("sent", "queued")


@pytest.mark.django_db
def test_the_timetables_urgent_job_sends_confirmations_only(watched: type[WatchedGateway], anna_told: Payer) -> None:
    remind(anna_told, at=make.now())
    confirm(anna_told, at=make.now())
    Message.objects.filter(channel="email").delete()
    assert tasks.dispatch_urgent() == {"sent": 1}
    assert tasks.dispatch_urgent() == {}


@pytest.mark.django_db
def test_at_the_cap_only_crisis_messages_leave(watched: type[WatchedGateway], anna_told: Payer) -> None:
    Route.objects.create(gateway="watched", point_price=Decimal("0.5"), daily_cap_pln=Decimal("1.00"))
    watched.answer = staticmethod(
        lambda parcels: [
            Receipt(one.message_id, Outcome.ACCEPTED, parts=2, cost_points=Decimal("2.0")) for one in parcels
        ]
    )
    confirm(anna_told, "1", at=AT)
    Message.objects.filter(channel="email").delete()
    send(AT)
    assert (Spending.objects.get().messages, Spending.objects.get().parts, Spending.objects.get().points) == (1, 2, 2)
    confirm(anna_told, "2", at=AT)
    warning = queue_message(
        kind="payment_posted",
        payer_id=anna_told.pk,
        topic="payments",
        about="",
        facts=Message.objects.order_by("pk")[0].facts,
        dedupe_key="crisis:1",
        at=AT,
    )
    assert warning
    Message.objects.filter(dedupe_key__startswith="crisis").update(priority=Priority.CRISIS)
    Message.objects.filter(channel="email").delete()
    send(AT)
    assert states() == ["sent", "queued", "sent"]
    send(later(AT, days=1))
    assert states() == ["sent", "sent", "sent"]


@pytest.mark.django_db
def test_an_address_that_does_not_exist_gets_nothing_more_until_staff_lift_it(
    watched: type[WatchedGateway], anna_told: Payer
) -> None:
    watched.answer = staticmethod(
        lambda parcels: [
            Receipt(one.message_id, Outcome.REJECTED, code="błędny numer", is_dead=True) for one in parcels
        ]
    )
    confirm(anna_told, "1", at=AT)
    send(AT)
    watched.answer = staticmethod(accept_all)
    confirm(anna_told, "2", at=AT)
    send(AT)
    refused = Message.objects.filter(channel="sms").order_by("pk")[1]
    assert (refused.state, refused.reason) == ("refused", "adres nie przyjmuje wiadomości: błędny numer")
    assert len(watched.calls) == 1
    lift(SuppressedAddress.objects.get(), by=make.BY)
    confirm(anna_told, "3", at=AT)
    send(AT)
    assert Message.objects.filter(channel="sms").order_by("pk")[2].state == "sent"


@pytest.mark.django_db
def test_a_claim_never_takes_more_than_its_limit(watched: type[WatchedGateway], anna_told: Payer) -> None:
    for key in range(40):
        confirm(anna_told, str(key), at=AT)
    Message.objects.filter(channel="email").delete()
    assert dispatch(clock=lambda: AT, worker="test", most=7).told() == {"sent": 7}


@pytest.mark.parametrize(
    ("spent", "state"),
    [("79.99", CapState.FREE), ("80.00", CapState.WARNING), ("99.99", CapState.WARNING), ("100.00", CapState.REACHED)],
)
def test_a_cap_warns_from_80_percent(spent: str, state: CapState) -> None:
    assert Cap(Decimal(100), Decimal(spent)).state is state
    assert Cap(None, Decimal(spent)).state is CapState.FREE


@given(st.lists(st.integers(0, 9), min_size=1, max_size=5), st.floats(0, 1, exclude_max=True))
def test_every_gateway_is_asked_once_and_weight_0_last(weights: list[int], chance: float) -> None:
    order = in_turn(weights, chance)
    assert sorted(order) == list(range(len(weights)))
    asked = [weights[place] > 0 for place in order]
    assert asked == sorted(asked, reverse=True)


def test_shares_follow_the_weights() -> None:
    first = Counter(in_turn([3, 1], chance / 100)[0] for chance in range(100))
    assert first == {0: 75, 1: 25}
