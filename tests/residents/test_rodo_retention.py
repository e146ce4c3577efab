"""What each app forgets by its rule, and that a run killed at any line does no harm."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import InternalError, connection, transaction
from django.urls import reverse

from consents.actions import register_application, reject_application
from consents.models import ConsentApplication
from consents.replacement import Choice
from core.models import AuditEntry
from core.retention import apply_retention, permit_forgetting
from liabilities.models import ImportProblem
from notifications.actions import queue_message
from notifications.models import Message
from residents.actions import issue_code
from residents.models import AccessRecord, Account, ConfirmationCode, DataRequest, Notice, Payer
from residents.notices import tell
from residents.rodo import ask_correction, refuse_request
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def _years(number: float) -> timedelta:
    return timedelta(days=366 * number)


def forgotten(at: datetime | None = None) -> dict[str, int]:
    """What a run forgot, by category; what waits for a person is left out."""
    done = apply_retention(at=at or make.now(), by=make.BY)
    assert [one.category for one in done if one.problem] == []
    return {one.category: one.count for one in done if one.count and not one.waits}


def _aged(table: str, column: str, days: int) -> None:
    """Make every row of *table* older; triggers that would refuse stand aside for the test's own history."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET {column} = {column} - %s * interval '1 day'", [days])
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _messages(payer: Payer, *ages: int) -> None:
    for age in ages:
        queue_message(
            kind="payment_posted",
            payer_id=payer.pk,
            topic="payments",
            about="",
            facts={"amount_pln": "10.00"},
            dedupe_key=f"m-{age}",
            at=make.now() - timedelta(days=age),
        )
    Message.objects.update(state="delivered", closed_at=make.now(), subject="Wpłata", body="Wpłata 10 zł")


def test_messages_lose_text_and_address_after_a_year_and_stay_as_sent(anna_payer: Payer) -> None:
    _messages(anna_payer, 400, 300)
    assert forgotten() == {"messages": 2}
    old, young = (Message.objects.filter(dedupe_key__startswith=f"m-{age}") for age in (400, 300))
    assert {(one.state, one.subject, one.body, one.address, len(one.facts)) for one in old} == {
        ("delivered", "", "", "", 0)
    }
    assert {one.body for one in young} == {"Wpłata 10 zł"}
    assert "" not in {one.address for one in young}
    assert forgotten() == {}


def test_a_message_that_still_waits_is_not_touched(anna_payer: Payer) -> None:
    _messages(anna_payer, 400)
    Message.objects.update(state="queued", closed_at=None, body="")
    assert forgotten() == {}


def test_a_forgotten_message_says_so_in_the_inbox(signed_in: SignIn, anna: Account, anna_payer: Payer) -> None:
    _messages(anna_payer, 400)
    forgotten()
    page = signed_in(anna).get(reverse("notifications:message", args=[Message.objects.latest("pk").pk]))
    assert "Treść usunęliśmy" in page.text


def test_looks_go_after_two_years_and_no_earlier(anna: Account, anna_payer: Payer) -> None:
    for _ in range(3):
        AccessRecord.objects.create(account=anna, account_name="A", payer=anna_payer, what="test", basis="test")
    _aged("residents_accessrecord", "at", 740)
    AccessRecord.objects.create(account=anna, account_name="A", payer=anna_payer, what="young", basis="test")
    assert forgotten() == {"looks": 3}
    assert AccessRecord.objects.get().what == "young"


def test_codes_go_a_quarter_after_they_ran_out(anna_payer: Payer) -> None:
    issue_code(anna_payer, by=make.BY, at=make.now() - timedelta(days=130))
    issue_code(anna_payer, by=make.BY, at=make.now() - timedelta(days=100))
    assert forgotten() == {"codes": 1}
    assert ConfirmationCode.objects.count() == 1


def test_ended_sessions_go(signed_in: SignIn, anna: Account) -> None:
    signed_in(anna)
    Session.objects.update(expire_date=make.now() - timedelta(days=3))
    lasting = signed_in(anna)
    assert forgotten() == {"sessions": 1}
    assert lasting.get(reverse("residents:profile")).status_code == 200


def test_notices_go_after_a_year(anna: Account) -> None:
    tell(anna, "erasure_refused", asked_on="dziś")
    assert forgotten() == {}
    Notice.objects.update(made_at=make.now() - timedelta(days=370))
    assert forgotten() == {"notices": 1}


def test_answered_requests_go_after_their_years_and_waiting_ones_stay(anna: Account, anna_payer: Payer) -> None:
    asked = ask_correction(anna_payer, anna, wish="Coś.", by=make.BY, at=make.now())
    refuse_request(asked, answer="Nie.", by=make.BY, at=make.now())
    ask_correction(anna_payer, anna, wish="Coś jeszcze.", by=make.BY, at=make.now() - _years(10))
    assert forgotten(make.now() + _years(5)).get("data_requests") is None
    _aged("residents_datarequest", "decided_at", 366 * 8)
    assert forgotten() == {"data_requests": 1}
    assert DataRequest.objects.get().state == "waiting"


def _refused_paper(days_ago: int) -> ConsentApplication:
    draft = register_application(
        number=make.pesel(1),
        name="Anna Nowak",
        phone="+48500100200",
        email="anna@example.com",
        choices=[Choice("payments", "email")],
        signed_on=make.today() - timedelta(days=days_ago),
        arrived_by="paper",
        received_on=make.today() - timedelta(days=days_ago),
        scan=ContentFile(b"%PDF-1.4 skan", "skan.pdf"),
        by=make.BY,
        at=make.now() - timedelta(days=days_ago),
    )
    return reject_application(draft, reason="Brak podpisu.", by=make.BY, at=make.now() - timedelta(days=days_ago))


def test_a_refused_paper_loses_scan_and_contacts_after_a_year_and_keeps_why(anna_payer: Payer) -> None:
    old, young = _refused_paper(400), _refused_paper(300)
    where = str(old.scan.name)
    storage = old.scan.storage
    assert forgotten() == {"refused_applications": 1}
    kept = ConsentApplication.objects.get(pk=old.pk)
    assert (bool(kept.scan), kept.phone, kept.email) == (False, "", "")
    assert (kept.rejection_reason, kept.scan_sha256) == ("Brak podpisu.", old.scan_sha256)
    assert not storage.exists(where)
    assert storage.exists(str(young.scan.name))
    assert forgotten() == {}


def test_a_scan_whose_file_went_before_the_run_was_killed_is_forgotten_by_the_next(anna_payer: Payer) -> None:
    paper = _refused_paper(400)
    paper.scan.storage.delete(str(paper.scan.name))
    assert forgotten() == {"refused_applications": 1}


@pytest.mark.parametrize(
    "change", ["name = 'Kto inny', scan = '', phone = '', email = ''", "scan = 'inny.pdf'", "rejection_reason = 'x'"]
)
def test_of_a_refused_paper_nothing_else_can_be_changed_even_while_forgetting(anna_payer: Payer, change: str) -> None:
    _refused_paper(400)
    permit_forgetting("refused_applications")
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE consents_consentapplication SET {change} WHERE state = 'rejected'")


def test_an_accepted_paper_stays_evidence_while_forgetting(anna_payer: Payer) -> None:
    permit_forgetting("refused_applications")
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE consents_consentapplication SET scan = '', phone = '', email = ''")


def test_rejected_rows_of_imports_go_after_a_year(anna_payer: Payer) -> None:
    make.dues(make.row(make.pesel(1), key="BAD", amount="sto"))
    assert ImportProblem.objects.exists()
    assert forgotten(make.now() + timedelta(days=300)).get("import_problems") is None
    assert forgotten(make.now() + timedelta(days=370))["import_problems"] == 2  # what was wrong, and the row as it came


def test_dues_and_payers_only_wait_for_a_person(anna_payer: Payer) -> None:
    done = {one.category: one for one in apply_retention(at=make.now() + _years(30), by=make.BY)}
    assert {code for code, one in done.items() if one.waits} == {
        *("payers", "accounts", "mandates", "consents", "dues", "payments", "statements", "broadcasts"),
    }
    assert Payer.objects.filter(pk=anna_payer.pk).exists()
    assert make.instalment("ANNA-1")


class _Killed(BaseException):
    """As sudden as a SIGKILL for whoever holds a transaction: nothing of ours may catch it."""


class _KillAt:
    """Dies just before the *stop*-th statement of a run: at every place where something is half done."""

    def __init__(self, stop: int) -> None:
        self.left = stop

    def __call__(self, execute: Callable[..., object], sql: str, *args: object) -> object:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.left -= 1
            if self.left == 0:
                raise _Killed
        return execute(sql, *args)


def _run_until(stop: int) -> bool:
    """A run that is killed at that statement; whether it came to its end before."""
    try:
        with connection.execute_wrapper(_KillAt(stop)):
            apply_retention(at=make.now(), by=make.BY, batch=2)
    except _Killed:
        return False
    return True


def _check_halfway(papers: list[ConsentApplication]) -> None:
    """What is forgotten is forgotten whole, and the audit tells just that."""
    told = AuditEntry.objects.filter(verb="forget").values_list("subject", "details")
    by_audit = Counter[str]()
    for subject, details in told:
        by_audit[subject] += details["count"]
    emptied = Message.objects.filter(forgotten_at__isnull=False)
    assert {(one.body, one.address) for one in emptied} <= {("", "")}
    bare = ConsentApplication.objects.filter(pk__in=[paper.pk for paper in papers], scan="", phone="", email="")
    assert (
        by_audit
        == Counter({"retention:messages": emptied.count(), "retention:refused_applications": bare.count()}) - Counter()
    )


def test_a_run_killed_anywhere_leaves_whole_batches_and_the_next_one_finishes(anna_payer: Payer) -> None:
    stop, has_ended = 0, False
    while not has_ended:
        stop += 1
        with transaction.atomic():
            papers = [_refused_paper(400), _refused_paper(401), _refused_paper(402)]
            _messages(anna_payer, 400, 410, 420)
            has_ended = _run_until(stop)
            _check_halfway(papers)
            apply_retention(at=make.now(), by=make.BY)
            _check_halfway(papers)
            assert not Message.objects.filter(forgotten_at__isnull=True).exists()
            assert not any(paper.scan.storage.exists(str(paper.scan.name)) for paper in papers)
            transaction.set_rollback(True)
    assert stop > 30
