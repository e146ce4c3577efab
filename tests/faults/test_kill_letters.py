"""A worker killed (SIGKILL) while it makes dunning letters: the next one goes on, no number is given twice or lost."""

import contextlib
from collections.abc import Iterator

import psycopg2
from django.db import connection

from liabilities import tasks
from liabilities.letter_register import number_gaps
from liabilities.models import DunningLetter, LetterFile, RunState
from tests.faults.outbox import environment, running, wait_until
from tests.liabilities.dunning import many_arrears, order
from tests.sandbox_process import Sandbox

PEOPLE = 44
# Each statement, held open by somebody else, stops a worker on its way.
BEFORE_A_NUMBER = "SELECT pg_advisory_xact_lock(hashtextextended('dunning letters', 0))"
IN_THE_MIDDLE_OF_NUMBERING = """
INSERT INTO liabilities_dunningletter
    (run_id, place, year, number, payer_id, issued_on, principal, interest, cost, content)
SELECT id, 9999, extract(year FROM issued_on), 40, (SELECT min(id) FROM residents_payer), issued_on, 1, 0, 16, ''
FROM liabilities_letterrun
"""


@contextlib.contextmanager
def _held(statement: str) -> Iterator[None]:
    other = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    try:
        with other.cursor() as cursor:
            cursor.execute(statement)
        yield
    finally:
        other.rollback()
        other.close()


def _waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone() == (1,))


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return bool(cursor.fetchone() == (0,))


def test_letters_under_a_killed_worker_have_each_number_once(transactional_db: None, sandbox: Sandbox) -> None:
    many_arrears(PEOPLE)
    run, told = order(), environment(sandbox)
    for stop in (BEFORE_A_NUMBER, IN_THE_MIDDLE_OF_NUMBERING):
        with _held(stop), running("manage.py", "work_letters", environment=told):
            wait_until(_waits, seconds=30, what=f"a worker at: {stop}")
        wait_until(_alone, seconds=30, what="the killed worker's session ends")
        assert (DunningLetter.objects.count(), run.addressees.count()) == (0, PEOPLE)
    with running("manage.py", "work_letters", "--processes", "1", environment=told):
        wait_until(lambda: LetterFile.objects.count() >= 20, seconds=60, what="some sheets are stored")
    wait_until(_alone, seconds=30, what="the killed worker's session ends")
    stored = dict(LetterFile.objects.values_list("letter_id", "sha256"))
    assert 20 <= len(stored) < PEOPLE, "the kill came too late: the test proves nothing"
    assert tasks.work_letter_runs() == PEOPLE - len(stored)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    letters = DunningLetter.objects.order_by("number")
    assert [letter.number for letter in letters] == list(range(1, PEOPLE + 1))
    assert len({letter.payer_id for letter in letters}) == PEOPLE
    assert number_gaps(letters[0].year) == []
    assert stored.items() <= dict(LetterFile.objects.values_list("letter_id", "sha256")).items()
    assert LetterFile.objects.count() == PEOPLE
    assert tasks.work_letter_runs() == 0
