"""Several reminders to one person by one channel go out as one, and each stays true by itself."""

import pytest

from notifications.actions import withdraw_messages
from notifications.joining import join_waiting
from notifications.models import Message
from residents.models import Payer
from tests import make
from tests.notifications.posting import confirm, later, remind, resident, send, states
from tests.notifications.watched_gateway import WatchedGateway, accept_all

pytestmark = pytest.mark.django_db
AT = make.now()


@pytest.fixture
def three(anna_told: Payer) -> list[Message]:
    """Anna's three reminders by SMS, joined into one."""
    for key in ("1", "2", "3"):
        remind(anna_told, key, at=AT)
    Message.objects.filter(channel="email").delete()
    assert join_waiting() == 2
    return list(Message.objects.order_by("pk"))


def _bodies(watched: type[WatchedGateway]) -> list[str]:
    return [parcel.body for call in watched.calls for parcel in call]


def test_three_reminders_are_one_sms_that_counts_them(watched: type[WatchedGateway], three: list[Message]) -> None:
    assert send(AT) == {"sent": 1}
    [body] = _bodies(watched)
    assert body.startswith("Dolina: terminy platnosci: 3, najblizszy 15 maja 2026.")
    assert states() == ["sent", "joined", "joined"]


def test_what_is_paid_meanwhile_is_not_told(watched: type[WatchedGateway], three: list[Message]) -> None:
    assert withdraw_messages(about=["instalment:2"], reason="zapłacono", at=AT) == 1
    send(AT)
    assert "terminy platnosci: 2," in _bodies(watched)[0]
    assert states() == ["sent", "withdrawn", "joined"]


def test_when_the_first_is_paid_the_next_speaks_for_the_rest(
    watched: type[WatchedGateway], three: list[Message]
) -> None:
    withdraw_messages(about=["instalment:1"], reason="zapłacono", at=AT)
    assert states() == ["withdrawn", "queued", "joined"]
    send(AT)
    assert "terminy platnosci: 2," in _bodies(watched)[0]


def test_the_last_one_left_is_told_as_one(watched: type[WatchedGateway], three: list[Message]) -> None:
    withdraw_messages(about=["instalment:1", "instalment:3"], reason="zapłacono", at=AT)
    send(AT)
    assert _bodies(watched)[0].startswith("Dolina: zbliza sie termin platnosci, 15 maja 2026.")
    assert states() == ["withdrawn", "sent", "withdrawn"]


def test_when_the_first_comes_too_late_the_others_still_go(watched: type[WatchedGateway], anna_told: Payer) -> None:
    remind(anna_told, "1", at=AT, expires_at=later(AT, hours=1))
    remind(anna_told, "2", at=AT, expires_at=later(AT, hours=9))
    Message.objects.filter(channel="email").delete()
    join_waiting()
    send(later(AT, hours=2))
    assert states() == ["expired", "sent"]


def test_when_all_come_too_late_one_run_closes_them_all(watched: type[WatchedGateway], anna_told: Payer) -> None:
    for one in "123":
        remind(anna_told, one, at=AT, expires_at=later(AT, hours=1))
    Message.objects.filter(channel="email").delete()
    join_waiting()
    send(later(AT, hours=2))
    assert states() == ["expired", "expired", "expired"]


def test_a_consent_withdrawn_meanwhile_silences_all_of_them(
    watched: type[WatchedGateway], three: list[Message]
) -> None:
    make.consent(make.pesel(1), channels=("email",), signed_on=make.today())
    send(AT)
    send(AT)
    send(AT)
    assert set(states()) == {"refused"}
    assert watched.calls == []


def test_two_people_other_channels_and_other_kinds_are_not_joined(anna_told: Payer) -> None:
    other = resident(2, phone="+48500300400", email="jan@example.com")
    remind(anna_told, "1", at=AT)
    remind(other, "2", at=AT)
    confirm(anna_told, at=AT)
    assert join_waiting() == 0


def test_an_answer_that_was_lost_is_asked_again_in_the_same_words(
    watched: type[WatchedGateway], three: list[Message]
) -> None:
    watched.answer = staticmethod(lambda parcels: [])
    send(AT)
    remind(Payer.objects.get(pk=three[0].payer_id), "4", at=AT)
    Message.objects.filter(channel="email").delete()
    assert join_waiting() == 0
    watched.answer = staticmethod(accept_all)
    send(later(AT, minutes=30))
    assert len({body for body in _bodies(watched) if "platnosci: 3," in body}) == 1
    assert len(watched.calls[0]) == 1
