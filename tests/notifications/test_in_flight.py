"""What a worker that was killed amid e-mails leaves behind: the one message in flight on each connection, no more.

Without the mark `django_db`, which would empty the seeded tables beside `transactional_db`.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest
from django.db import connection

from notifications.claiming import claim_batch, lease
from notifications.gateways import Gateway, Outcome, Receipt, gateways_of
from notifications.in_flight import Journal, WatchedFlight
from notifications.models import Attempt, InFlight, Message, Spending
from notifications.sweeping import reclaim_leases
from tests import make
from tests.notifications.posting import confirm, idx, later, resident, send, states
from tests.sandbox_process import Sandbox

AT = later(make.now(), hours=1)  # after the texts were written, also where migrations run first
OVER = AT + lease()


@pytest.fixture
def journal(transactional_db: None) -> Iterator[Journal]:
    """A worker's journal."""
    with closing(Journal("worker")) as made:
        yield made


def _claimed(journal: Journal, gateway: Gateway, count: int) -> tuple[WatchedFlight, list[int]]:
    """A batch of *count* letters as a worker holds it before it sends: its flight and the messages' ids."""
    whom = resident(channels=("email",))
    for place in range(count):
        confirm(whom, str(place), at=AT)
    flight = journal.flight(gateway)
    assert isinstance(flight, WatchedFlight)
    batch = claim_batch("email", gateway, at=AT, worker=flight.lease, limit=count, before_commit=flight.open)
    return flight, [message.message_id for message in batch.messages]


def test_what_was_accepted_is_sent_what_was_in_flight_is_in_doubt_and_the_rest_waits_untried(
    sandbox: Sandbox, journal: Journal
) -> None:
    flight, (taken, refused, lost, flying, last, untouched) = _claimed(journal, gateways_of("email")[0], 6)
    outcomes = ((taken, Outcome.ACCEPTED), (refused, Outcome.RETRY), (lost, Outcome.UNKNOWN))
    for message_id, outcome in outcomes:
        assert flight.may_go(0, message_id)
        flight.landed(0, Receipt(message_id, outcome))
    assert flight.may_go(0, flying)
    assert flight.may_go(1, last)
    flight.landed(1, Receipt(last, Outcome.ACCEPTED))
    flight.ended(1)
    assert reclaim_leases(at=OVER) == 6
    assert states() == ["sent", "queued", "unknown", "unknown", "sent", "queued"]
    sent = Message.objects.get(pk=taken)
    assert (sent.sent_at, sent.attempts, sent.leased_by.partition("/")[0]) == (AT, 1, "taken-over")
    assert sent.gateway_id.startswith(f"<{idx(sent)}@")
    assert "123,45" in sent.body
    assert Message.objects.get(pk=flying).reason == "wysyłanie przerwane"
    assert [one.attempts for one in Message.objects.filter(state="queued")] == [0, 0]
    assert list(Spending.objects.values_list("messages", flat=True)) == [2]
    told = Attempt.objects.order_by("message_id").values_list("outcome", flat=True)
    assert list(told) == ["accepted", "held", "unknown", "unknown", "accepted", "held"]
    assert not InFlight.objects.exists()
    assert not flight.may_go(1, untouched), "a worker that hung and wakes up sends nothing of what was given back"
    assert [flight.is_ours(one) for one in (taken, flying, untouched)] == [False, True, False]
    assert send(later(OVER, seconds=1)) == {"sent": 2}
    assert sandbox.control("GET", "mail/counts")["total"] == 2


def test_a_connection_goes_on_to_a_new_row_and_leaves_nothing_in_doubt_behind(
    sandbox: Sandbox, journal: Journal
) -> None:
    flight, ids = _claimed(journal, gateways_of("email")[0], 110)
    outcomes = [Outcome.ACCEPTED] * 60
    outcomes[3], outcomes[24], outcomes[49] = Outcome.UNKNOWN, Outcome.RETRY, Outcome.REJECTED
    for message_id, outcome in zip(ids, outcomes, strict=False):
        assert flight.may_go(0, message_id)
        flight.landed(0, Receipt(message_id, outcome))
    assert flight.may_go(0, ids[60])
    assert InFlight.objects.count() == 8, "two rows a connection, however many messages"
    reclaim_leases(at=OVER)
    state = dict(zip(ids, states(), strict=True))
    assert {place for place, one in enumerate(ids) if state[one] == "unknown"} == {3, 60}
    assert {place for place, one in enumerate(ids[:60]) if state[one] == "queued"} == {24, 49}


def test_after_a_fall_of_postgresql_the_whole_batch_is_in_doubt(sandbox: Sandbox, journal: Journal) -> None:
    flight, ids = _claimed(journal, gateways_of("email")[0], 3)
    assert flight.may_go(0, ids[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'notifications_inflight'")
        assert cursor.fetchone() == ("u",), "what a fall would leave half written, it must empty"
    InFlight.objects.all().delete()
    assert not flight.may_go(0, ids[1])
    assert send(OVER) == {}
    assert states() == ["unknown"] * 3


def test_a_worker_leaves_no_rows_behind_and_each_batch_has_a_lease_of_its_own(
    sandbox: Sandbox, transactional_db: None
) -> None:
    whom = resident(channels=("email",))
    for place in range(2):
        confirm(whom, str(place), at=AT)
        send(AT, worker="same")
    assert states() == ["sent", "sent"]
    assert len(set(Message.objects.values_list("leased_by", flat=True))) == 2
    assert not InFlight.objects.exists()
