"""An import killed (SIGKILL) anywhere on its way: its file is in the ledger whole or not at all, and goes in once."""

import os
import random
import signal
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Count, Sum

from liabilities.importing import ImportReport
from liabilities.models import ImportRun, Instalment, LedgerEntry, RejectedRow
from liabilities.queries import unproven_instalments
from tests import make
from tests.faults.outbox import wait_until

ROWS, KILLS = 2_000, 8
T0 = datetime(2026, 3, 1, tzinfo=UTC)


def bring(edition: int, source: str = "kill") -> ImportReport:
    """A file in which each due is a złoty more than in the edition before; its last row is refused."""
    amount = f"{100 + edition},00"
    rows = [
        make.row(make.pesel(place % 500), key=f"K{place}", instalment=place % 4 + 1, due_on=date(2026, 5, 15),
                 amount=amount, title=f"działka {place}")
        for place in range(ROWS)
    ]  # fmt: skip
    return make.dues(*rows, rows[0], source=source, as_of=T0 + timedelta(days=edition))


def _killed_after(seconds: float, run: Callable[[], object]) -> None:
    """Let another process *run* for so long, and kill it; its session ends before we look."""
    child = os.fork()
    if child == 0:  # nothing of the parent's may be closed here: the connection is left as it is, unused
        connection.connection = None
        try:
            run()
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(seconds)  # where it is by then is the test's matter
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    wait_until(lambda: _others() == 0, seconds=20, what="the killed importer's session ends")


def _others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        (count,) = cursor.fetchone()
    return int(count)


def _told() -> tuple[int, set[int], int]:
    """How many dues there are, what they come to, and how many rejected rows are kept."""
    dues = Instalment.objects.filter(source="kill")
    amounts = {int(amount) for amount in dues.values_list("assessed", flat=True).distinct()}
    return dues.count(), amounts, RejectedRow.objects.filter(run__source="kill").count()


@pytest.mark.usefixtures("transactional_db")
def test_a_killed_import_is_whole_or_not_there_and_once_when_it_is_run_again() -> None:
    began = time.monotonic()
    bring(0, source="measured")
    whole = time.monotonic() - began
    chance = random.Random()
    for edition in range(KILLS):
        before = ImportRun.objects.filter(source="kill").count()
        _killed_after(chance.uniform(0, whole * 1.1), lambda edition=edition: bring(edition))  # type: ignore[misc]
        after = ImportRun.objects.filter(source="kill").count()
        count, amounts, rejected = _told()
        assert (after - before, rejected) in {(0, before), (1, after)}
        assert (count, len(amounts)) == ((ROWS, 1) if after else (0, 0))
        assert not after or after == before or amounts == {100 + edition}
    report = bring(KILLS)
    assert (report.created + report.updated, report.rejected) == (ROWS, 1)
    assert _told()[:2] == (ROWS, {100 + KILLS})
    entered = LedgerEntry.objects.filter(instalment__source="kill").values("instalment")
    assert set(entered.annotate(total=Sum("amount"), runs=Count("reference")).values_list("total", flat=True)) == {
        100 + KILLS
    }
    assert set(entered.annotate(runs=Count("pk")).values_list("runs", flat=True)) == {
        ImportRun.objects.filter(source="kill").count()
    }
    assert unproven_instalments() == []
