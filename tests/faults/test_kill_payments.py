"""Web, worker and PostgreSQL killed by SIGKILL at random while two residents pay one due: no grosz lost, none twice.

A few kills among all tests; `make faults` has 200 (SPM_FAULTS_KILLS).
"""

import os
import random
import tempfile
import threading
import time
from pathlib import Path

import pytest

from tests.faults.payment_life import PATIENCE, Portal, Resident, running_portal

KILLS = int(os.environ.get("SPM_FAULTS_KILLS") or 6)
CHANCE = random.Random(20261121)
POSTED = """
    SELECT p.number::text, p.state, p.amount + p.fee, count(e.id), COALESCE(-sum(e.amount), 0)
    FROM payments_payment AS p LEFT JOIN liabilities_ledgerentry AS e
        ON e.kind = 'payment' AND (e.reference = 'payment:' || p.id OR e.reference LIKE 'payment:' || p.id || ':%')
    GROUP BY p.id
"""


def _kill_while_they_pay(portal: Portal, residents: list[Resident]) -> None:
    while sum(portal.kills.values()) < KILLS:
        time.sleep(CHANCE.uniform(0.1, 2.2))  # now amid a payment, now after some
        portal.strike(CHANCE)
    deadline = time.monotonic() + PATIENCE  # on a busy machine nobody may have paid by then
    while len(portal.taken()) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)


def _everything_rests(portal: Portal, residents: list[Resident]) -> None:
    """Nobody kills any more: what is known to a provider reaches us, by its notices or when the payers come back."""
    deadline = time.monotonic() + PATIENCE
    while True:
        posted = {number for number, state, *_ in portal.ask(POSTED) if state == "paid"}
        missing = (portal.taken().keys() | portal.promised()) - posted
        if not missing:
            return
        assert time.monotonic() < deadline, f"{len(missing)} payments never arrived: {sorted(missing)[:5]}"
        for one in residents:
            for number in missing & set(one.numbers):
                one.come_back(number)
        portal.sandbox.control("POST", "flush")
        time.sleep(0.5)


@pytest.mark.usefixtures("django_db_setup")
def test_whatever_is_killed_each_payment_is_posted_once() -> None:
    # Not pytest's folder: any other pytest shuts that one against the account under which PostgreSQL runs.
    with tempfile.TemporaryDirectory(prefix="spm-kill-") as folder, running_portal(Path(folder)) as portal:
        stop = threading.Event()
        residents = [Resident(portal, who, stop) for who in (0, 1)]
        for one in residents:
            one.start()
        _kill_while_they_pay(portal, residents)
        stop.set()
        for one in residents:
            one.join(PATIENCE)
        _everything_rests(portal, residents)
        portal.manage("ask_payments")
        taken, rows = portal.taken(), portal.ask(POSTED)
        print(f"{portal.kills}, {len(rows)} payments, {len(taken)} paid")
        assert {number for number, state, *_ in rows if state == "paid"} == taken.keys()
        assert {(total, sum_) for number, _, total, _, sum_ in rows if number in taken} == {(1, 1)}
        assert {count for number, _, _, count, _ in rows if number in taken} == {1}
        assert not any(count for number, _, _, count, _ in rows if number not in taken)
        (ledger,) = portal.ask("SELECT -sum(amount) FROM liabilities_ledgerentry WHERE kind = 'payment'")
        assert ledger[0] == len(taken) >= 2
        (unhandled,) = portal.ask("SELECT count(*) FROM core_inboundevent WHERE is_verified AND handled_at IS NULL")
        assert unhandled[0] == 0
        portal.manage("prove_ledger")
