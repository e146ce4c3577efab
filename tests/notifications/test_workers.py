"""Workers with connections of their own: nothing open during a call, nothing taken twice.

Without the mark `django_db`, which would empty the seeded tables beside `transactional_db`.
"""

import threading

from django.db import connection

from notifications.dispatch import dispatch
from notifications.models import Attempt, Message
from tests import make
from tests.notifications import watched_gateway
from tests.notifications.posting import confirm, idx, resident, send, states
from tests.sandbox_process import Sandbox

AT = make.now()


def test_no_transaction_is_open_while_the_gateway_is_called_and_its_tries_are_kept_already(
    transactional_db: None, watched: type[watched_gateway.WatchedGateway]
) -> None:
    confirm(resident(channels=("sms",)), at=AT)
    seen: list[tuple[bool, int]] = []

    def look(parcels: watched_gateway.Parcels) -> watched_gateway.Receipts:
        seen.append((connection.in_atomic_block, Attempt.objects.filter(ended_at=None).count()))
        return watched_gateway.accept_all(parcels)

    watched.answer = staticmethod(look)
    assert send(AT) == {"sent": 1}
    assert seen == [(False, 1)]


def test_four_workers_at_once_take_no_message_twice(transactional_db: None, sandbox: Sandbox) -> None:
    whom = resident()
    for place in range(60):
        confirm(whom, str(place), at=AT)
    met = threading.Barrier(4, timeout=60)

    def work(name: str) -> None:
        met.wait()
        try:
            for _ in range(5):
                dispatch(clock=lambda: AT, worker=name, most=10)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(f"worker-{place}",)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send(AT)
    assert set(states()) == {"sent"}
    assert sorted(sandbox.control("GET", "sms/idx")) == sorted(idx(m) for m in Message.objects.filter(channel="sms"))
    assert sandbox.control("GET", "mail/counts") == {"total": 60, "distinct_message_id": 60, "duplicates": 0}
    assert Attempt.objects.count() == 120
