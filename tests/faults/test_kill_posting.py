"""A worker killed (SIGKILL) while it posts payments: started again, it posts each of them once and tells it once.

Where it dies is chosen by a lock on its way: it waits there with its work half done, and is killed while it waits.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator

import psycopg2
import pytest
from django.db import connection

from core.models import InboundEvent
from liabilities.queries import balance, unproven_instalments
from notifications.models import Message
from payments.models import Payment
from payments.states import State
from spm import embedded
from tests import make
from tests.faults.outbox import environment, running, wait_until
from tests.payments.paying import Paying, body_of, digest_of, path_of, postings, send
from tests.sandbox_process import Sandbox

# Each statement, held open by somebody else, stops a worker on its way through one payment's notice.
BEFORE_THE_PAYMENT_IS_LOCKED = "SELECT 1 FROM payments_payment WHERE id = %(payment)s FOR UPDATE"
AFTER_THE_STATE_BEFORE_THE_LEDGER = (
    "SELECT 1 FROM liabilities_instalment WHERE id IN"
    " (SELECT instalment_id FROM payments_paymentline WHERE payment_id = %(payment)s) FOR UPDATE"
)
AFTER_THE_LEDGER_BEFORE_THE_CONFIRMATION = (
    "INSERT INTO notifications_message (kind, topic_code, channel, priority, payer_id, address, facts, dedupe_key)"
    " SELECT 'payment_posted', 'payments', 'sms', 20, payer_id, '', '{}', 'payment:' || id || ':sms'"
    " FROM payments_payment WHERE id = %(payment)s"
)
# With how many notices are posted when the worker dies there: all of them come by one batch, a second worker dies over
# the batch again, and the third takes them one by one.
STOPS = {
    BEFORE_THE_PAYMENT_IS_LOCKED: 0,
    AFTER_THE_STATE_BEFORE_THE_LEDGER: 0,
    AFTER_THE_LEDGER_BEFORE_THE_CONFIRMATION: 3,
}


class Paid:
    """A payment whose money PayU took, with its notice stored and not handled yet."""

    def __init__(self, paying: Paying, key: str) -> None:
        self.payment = paying.start(key)
        body = body_of(self.payment)
        assert send(body).status_code == 200
        self.notice = digest_of(body)

    def told(self) -> tuple[str, int, int, int]:
        """Its state, ledger entries, confirmations and times that it became paid."""
        return (
            Payment.objects.get(pk=self.payment.pk).state,
            postings(self.payment),
            Message.objects.filter(about=f"payment:{self.payment.pk}").count(),
            path_of(self.payment).count("paid"),
        )


UNTOUCHED = (State.REDIRECTED, 0, 0, 0)
POSTED = (State.PAID, 1, 2, 1)  # confirmed by SMS and by e-mail


@contextlib.contextmanager
def _stopped_at(statement: str, paid: Paid) -> Iterator[None]:
    """Hold the lock that *statement* takes; let go of it at the end, changing nothing."""
    other = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    try:
        with other.cursor() as cursor:
            cursor.execute(statement, {"notice": paid.notice, "payment": paid.payment.pk})
            assert cursor.rowcount == 1
        yield
    finally:
        other.rollback()
        other.close()


def _others(condition: str) -> int:
    """How many other sessions of this database meet *condition*."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            f" WHERE datname = current_database() AND pid <> pg_backend_pid() AND {condition}"
        )
        (count,) = cursor.fetchone()
    return int(count)


def _handle(settings: dict[str, str]) -> dict[str, object]:
    """Let a worker handle in peace what is left; returns what it tells."""
    ended = subprocess.run(
        [sys.executable, "manage.py", "ask_payments", "--json"],
        cwd=embedded.ROOT,
        env=settings,
        capture_output=True,
        check=True,
        timeout=60,
    )
    told: dict[str, object] = json.loads(ended.stdout)
    return told


@pytest.fixture
def paid(transactional_db: None, sandbox: Sandbox) -> list[Paid]:
    """One paid payment more than there are stops, and one before them, each of a due of its own."""
    paying = Paying()
    keys = [f"KILL-{place}" for place in range(len(STOPS) + 2)]
    make.dues(
        *(make.row(make.pesel(1), key=key, instalment=place + 3) for place, key in enumerate(keys)), source="kill"
    )
    return [Paid(paying, key) for key in keys]


def test_payments_under_a_killed_worker_are_each_posted_once(paid: list[Paid], sandbox: Sandbox) -> None:
    settings = environment(sandbox, SPM_PAYU_URL=sandbox.url)
    for place, (stop, posted) in enumerate(STOPS.items(), start=1):
        with _stopped_at(stop, paid[place]), running("manage.py", "ask_payments", environment=settings):
            wait_until(lambda: _others("wait_event_type = 'Lock'") == 1, seconds=30, what=f"a worker at: {stop}")
        wait_until(lambda: _others("true") == 0, seconds=30, what="the killed worker's session ends")
        assert [one.told() for one in paid] == [POSTED] * posted + [UNTOUCHED] * (len(paid) - posted)
    assert _handle(settings) == {"notices": 2, "asked": {}}
    assert _handle(settings) == {"notices": 0, "asked": {}}
    assert [one.told() for one in paid] == [POSTED] * len(paid)
    assert set(InboundEvent.objects.values_list("problem", "times_seen")) == {("", 1)}
    assert balance(paid[0].payment.payer_id, on=make.today()).total == 150
    assert unproven_instalments() == []
