"""Who is reminded on which day, once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings

from core.encryption import unseal
from core.models import AuditEntry
from liabilities import tasks
from liabilities.actions import PaymentPart, post_payment
from liabilities.messages import DUE_APPROACHING, DUE_PASSED
from liabilities.models import ReminderRule
from liabilities.reminders import ReminderReport, queue_reminders
from notifications.models import Message
from notifications.queries import TextKey, newest_texts
from notifications.sms_text import sms_size, transliterate
from notifications.texts import check, fill, format_facts
from tests import make

pytestmark = pytest.mark.django_db
NUMBER = make.pesel(5)
KNOWN = datetime(2026, 5, 1, 6, 0, tzinfo=UTC)
TERM = date(2026, 5, 15)


def remind(on: date) -> ReminderReport:
    """The job of a day, at nine in the morning."""
    return queue_reminders(on=on, at=datetime(on.year, on.month, on.day, 7, tzinfo=UTC), by=make.BY)


@pytest.fixture
def due() -> None:
    """Anna owes 100 zł by 15 May and agreed to SMS and e-mail about property tax."""
    make.consent(NUMBER, signed_on=date(2026, 3, 1), at=KNOWN)
    make.dues(make.row(NUMBER, due_on=TERM), as_of=KNOWN)


@pytest.mark.usefixtures("due")
@pytest.mark.parametrize(
    ("days_before", "kind"),
    [(7, "due_approaching"), (1, "due_approaching"), (-1, "due_passed"), (-14, "due_passed")],
)
def test_the_rules_remind_by_both_channels_on_their_days(days_before: int, kind: str) -> None:
    report = remind(TERM - timedelta(days=days_before))
    assert (report.queued, report.by_rule[days_before], sum(report.by_rule.values())) == (2, 2, 2)
    messages = Message.objects.order_by("channel")
    instalment = make.instalment()
    assert [(m.kind, m.channel, m.about, m.dedupe_key) for m in messages] == [
        (kind, channel, f"instalment:{instalment.pk}", f"instalment:{instalment.pk}:rule:{days_before}:{channel}")
        for channel in ("email", "sms")
    ]
    assert [m.address for m in messages] == ["anna@example.com", "+48500100200"]
    assert messages[0].facts == {
        "title": "Podatek od nieruchomości",
        "year": "2026",
        "instalment": "1",
        "amount_pln": "100.00",
        "payable_on": "2026-05-15",
        "town": "Dolina",
        "link": f"{settings.BASE_URL}/naleznosci/",
    }


@pytest.mark.usefixtures("due")
def test_a_second_run_and_a_later_change_queue_nothing() -> None:
    day = TERM - timedelta(days=7)
    assert remind(day).queued == 2
    assert remind(day).queued == 0
    make.dues(make.row(NUMBER, due_on=TERM, amount="120,00"), as_of=KNOWN + timedelta(hours=1))
    assert remind(day).queued == 0
    assert Message.objects.count() == 2


@pytest.mark.usefixtures("due")
@pytest.mark.parametrize("day", [TERM - timedelta(days=8), TERM, TERM + timedelta(days=2)])
def test_other_days_remind_nobody(day: date) -> None:
    assert remind(day).queued == 0


@pytest.mark.usefixtures("due")
def test_before_the_term_a_reminder_lives_until_its_day_ends_after_it_a_week() -> None:
    remind(date(2026, 5, 8))
    # Midnight in Warsaw after 15 May.
    assert set(Message.objects.values_list("expires_at", flat=True)) == {datetime(2026, 5, 15, 22, tzinfo=UTC)}


def test_the_term_is_counted_as_the_law_moved_it() -> None:
    make.consent(NUMBER, signed_on=date(2026, 3, 1), at=KNOWN)
    make.dues(make.row(NUMBER, due_on=date(2026, 5, 16)), as_of=KNOWN)  # a Saturday: payable by Monday the 18th
    assert remind(date(2026, 5, 9)).queued == 0
    assert remind(date(2026, 5, 11)).queued == 2


def test_only_consent_to_that_kind_of_due_counts() -> None:
    make.consent(NUMBER, topics=("waste",), channels=("sms",), signed_on=date(2026, 3, 1), at=KNOWN)
    make.dues(
        make.row(NUMBER, key="A-1", due_on=TERM),
        make.row(NUMBER, key="A-2", due_on=TERM, kind="ODPADY"),
        make.row(make.pesel(6), key="B-1", due_on=TERM, kind="ODPADY", name="Jan Bez Zgody"),
        as_of=KNOWN,
    )
    assert remind(TERM - timedelta(days=1)).queued == 1
    assert Message.objects.get().about == f"instalment:{make.instalment('A-2').pk}"


@pytest.mark.usefixtures("due")
def test_a_paid_due_reminds_nobody_and_withdraws_what_waits() -> None:
    remind(TERM - timedelta(days=7))
    due = make.instalment()
    post_payment(
        payer_id=due.liability.payer_id,
        parts=[PaymentPart(due.pk, make.pln("100"))],
        value_on=date(2026, 5, 9),
        reference="payment:1",
        by=make.BY,
        at=datetime(2026, 5, 9, 12, tzinfo=UTC),
    )
    assert remind(TERM - timedelta(days=1)).queued == 0
    assert set(Message.objects.values_list("state", flat=True)) == {"withdrawn"}


@pytest.mark.usefixtures("due")
def test_a_rule_may_leave_out_a_channel_or_sleep() -> None:
    ReminderRule.objects.filter(days_before=7).update(by_sms=False)
    ReminderRule.objects.filter(days_before=1).update(is_active=False)
    assert remind(TERM - timedelta(days=7)).by_rule == {7: 1, -1: 0, -14: 0}
    assert remind(TERM - timedelta(days=1)).queued == 0


def test_a_source_with_old_data_is_declined_and_others_are_not() -> None:
    make.consent(NUMBER, channels=("sms",), signed_on=date(2026, 3, 1), at=KNOWN)
    make.dues(make.row(NUMBER, key="OLD", due_on=TERM), source="dawny", as_of=KNOWN - timedelta(days=30))
    make.dues(make.row(NUMBER, key="NEW", due_on=TERM), source="nowy", as_of=KNOWN)
    report = remind(TERM - timedelta(days=7))
    assert (report.queued, report.declined_sources) == (1, ("dawny",))
    assert Message.objects.get().about == f"instalment:{make.instalment('NEW').pk}"
    assert AuditEntry.objects.get(verb="queue_reminders").details == {"queued": 1, "joined": 0, "declined": ["dawny"]}


@pytest.mark.usefixtures("due")
def test_the_addresses_stay_sealed_in_the_outbox() -> None:
    remind(TERM - timedelta(days=7))
    sealed = Message.objects.extra(select={"raw": "address"}).values_list("raw", flat=True)
    assert {value[:3] for value in sealed} == {"v1:"}
    assert {unseal(value) for value in sealed} == {"anna@example.com", "+48500100200"}


@pytest.mark.parametrize("kind", [DUE_APPROACHING, DUE_PASSED])
def test_the_sms_fits_one_part_and_says_nothing_private(kind: object) -> None:
    text = newest_texts()[TextKey(kind.code, "sms")]  # type: ignore[attr-defined]
    facts = {**kind.facts, "town": "Bielsko-Biała", "link": "https://portal.bielsko-biala.example/naleznosci/"}  # type: ignore[attr-defined]
    sent = transliterate(fill(text.body, format_facts({**facts, "payable_on": "2026-09-15"})))
    size = sms_size(sent)
    assert (size.encoding, size.parts) == ("GSM-7", 1)
    assert "123" not in sent
    assert "podatek" not in sent.lower()


@pytest.mark.parametrize("kind", [DUE_APPROACHING, DUE_PASSED])
def test_the_email_tells_what_how_much_until_when_and_how_to_pay(kind: object) -> None:
    text = newest_texts()[TextKey(kind.code, "email")]  # type: ignore[attr-defined]
    assert check(f"{text.subject}\n{text.body}", kind.facts) == []  # type: ignore[attr-defined]
    sent = fill(text.body, format_facts(kind.facts))  # type: ignore[attr-defined]
    for word in ("Podatek od nieruchomości", "123,45\u00a0zł", "15\u00a0maja\u00a02026", "https://portal.example/"):
        assert word in sent


def test_the_job_of_the_morning_and_the_nightly_proof_run() -> None:
    number = make.pesel(9)
    make.consent(number)
    make.dues(make.row(number, due_on=make.today() + timedelta(days=7)))
    queued = tasks.queue_reminders.run()
    assert queued == Message.objects.count()
    assert tasks.prove_ledger.run() == 0
