"""Forgetting by rule: what is past its term goes, in batches, and nothing else does."""

import io
import json
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import InternalError, connection, transaction
from django.template import engines
from django.urls import reverse

from core import audit, inbound, tasks
from core.dates import WARSAW
from core.errors import Refused
from core.models import AuditEntry, InboundEvent, RetentionRule
from core.processing import CATEGORIES, Category, Period, Unit
from core.retention import apply_retention, change_rule, period_of, permit_forgetting
from residents.models import Account
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def _event(days_ago: int, *, handled: bool = True, verified: bool = True) -> InboundEvent:
    event, _ = inbound.receive(
        "payu", key=f"{days_ago}-{handled}-{verified}", headers={}, body=b"{}", is_verified=verified
    )
    at = make.now() - timedelta(days=days_ago)
    InboundEvent.objects.filter(pk=event.pk).update(received_at=at, handled_at=at if handled else None)
    return event


def _counts(**options: bool) -> dict[str, int]:
    return {one.category: one.count for one in apply_retention(at=make.now(), by=make.BY, **options) if one.count}


def _entry(days_ago: int) -> None:
    with transaction.atomic():
        audit.record("test", "test:1", by=make.BY)
        newest = AuditEntry.objects.latest("pk")
        with connection.cursor() as cursor:  # the trigger refuses even us: it stands aside for the test's own history
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER USER")
            cursor.execute(
                "UPDATE core_auditentry SET at = now() - %s * interval '1 day' WHERE id = %s", [days_ago, newest.pk]
            )
            cursor.execute("ALTER TABLE core_auditentry ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    ("period", "on", "first_kept"),
    [
        (Period(90, Unit.DAYS), "2026-11-21", "2026-08-23"),
        (Period(24, Unit.MONTHS), "2026-11-21", "2024-11-21"),
        (Period(6, Unit.MONTHS), "2026-08-31", "2026-02-28"),
        (Period(12, Unit.MONTHS), "2028-02-29", "2027-02-28"),
        # A tax due in 2020 lapses at the end of 2025 (art. 70 § 1): on New Year's Day 2026, not a day before.
        (Period(5, Unit.CALENDAR_YEARS), "2025-12-31", "2020-01-01"),
        (Period(5, Unit.CALENDAR_YEARS), "2026-01-01", "2021-01-01"),
    ],
)
def test_a_term_ends_with_the_whole_of_its_last_day(period: Period, on: str, first_kept: str) -> None:
    at = datetime.fromisoformat(f"{on}T14:30").replace(tzinfo=WARSAW)
    assert period.horizon(at) == datetime.fromisoformat(first_kept).replace(tzinfo=WARSAW)


def test_every_category_of_the_register_has_its_rule_and_every_rule_its_category() -> None:
    rules = {rule.category: rule for rule in RetentionRule.objects.all()}
    assert set(rules) == set(CATEGORIES)
    for code, category in CATEGORIES.items():
        assert (period_of(rules[code]), rules[code].since) == (category.keep, category.since)
        assert rules[code].legal_basis == category.kept_basis


def test_what_every_rule_names_can_be_counted_and_forgotten() -> None:
    for category in CATEGORIES.values():
        assert category.count_overdue(before=make.now() - timedelta(days=36_500)) == 0
        if category.forget:
            assert category.forget_some(before=make.now() - timedelta(days=36_500), most=10) == 0


def test_old_events_go_and_those_that_wait_for_a_worker_stay() -> None:
    _event(100), _event(100, handled=False, verified=False)
    stay = {_event(100, handled=False).pk, _event(80).pk}
    assert _counts() == {"inbound_events": 2}
    assert set(InboundEvent.objects.values_list("pk", flat=True)) == stay


def test_a_second_run_finds_nothing() -> None:
    _event(100)
    assert _counts() == {"inbound_events": 1}
    assert _counts() == {}


def test_a_rehearsal_counts_and_forgets_nothing() -> None:
    _event(100)
    assert _counts(is_rehearsal=True) == {"inbound_events": 1}
    assert InboundEvent.objects.count() == 1
    assert not AuditEntry.objects.filter(verb="forget").exists()


def test_each_batch_is_told_to_the_audit() -> None:
    for days in range(100, 105):
        _event(days)
    apply_retention(at=make.now(), by=make.BY, batch=2)
    told = AuditEntry.objects.filter(verb="forget", subject="retention:inbound_events").order_by("pk")
    assert [entry.details["count"] for entry in told] == [2, 2, 1]


def test_a_rule_out_of_use_forgets_nothing() -> None:
    RetentionRule.objects.filter(category="inbound_events").update(is_active=False)
    _event(100)
    assert _counts() == {}


def test_a_rule_that_fails_is_told_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Category(**{**vars(CATEGORIES["audit"]), "forget": "tests.core.test_retention.refuse_to_forget"})
    monkeypatch.setitem(CATEGORIES, "audit", broken)
    _event(100)
    done = {one.category: one for one in apply_retention(at=make.now(), by=make.BY)}
    assert done["audit"].problem == "InternalError"
    assert done["inbound_events"].count == 1


def refuse_to_forget(before: datetime, most: int) -> int:
    """A category whose table the database guards."""
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'guarded'; END $$")
    return 0


def test_the_audit_is_kept_for_its_years_and_then_forgotten() -> None:
    _entry(days_ago=61 * 31), _entry(days_ago=365 * 4)
    assert _counts() == {"audit": 1}
    assert AuditEntry.objects.filter(verb="test").count() == 1


def test_the_database_refuses_to_forget_the_audit_of_the_last_two_years_whatever_the_rule_says() -> None:
    _entry(days_ago=700)
    permit_forgetting("audit")
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        AuditEntry.objects.all().delete()
    assert audit.forget_entries(make.now(), 10) == 0
    assert AuditEntry.objects.filter(verb="test").exists()


@pytest.mark.parametrize("category", ["", "looks"])
def test_the_database_refuses_to_delete_old_entries_when_nobody_is_forgetting_them(category: str) -> None:
    _entry(days_ago=3000)
    permit_forgetting(category)
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        AuditEntry.objects.filter(verb="test").delete()


def test_entries_are_never_changed_even_while_forgetting() -> None:
    _entry(days_ago=3000)
    permit_forgetting("audit")
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        AuditEntry.objects.filter(verb="test").update(verb="else")


@pytest.mark.parametrize(
    ("category", "amount", "unit", "code"),
    [
        ("looks", 23, "months", "shorter_than_law"),
        ("looks", 365, "days", "shorter_than_law"),
        ("dues", 4, "calendar_years", "shorter_than_law"),
        ("messages", 0, "days", "amount_wrong"),
        ("messages", 30_000, "months", "amount_wrong"),
    ],
)
def test_a_time_that_the_law_does_not_let_is_refused(category: str, amount: int, unit: str, code: str) -> None:
    rule = RetentionRule.objects.get(category=category)
    with pytest.raises(Refused) as refusal:
        change_rule(rule, amount=amount, unit=unit, is_active=True, by=make.BY, at=make.now())
    assert refusal.value.code == code
    assert period_of(RetentionRule.objects.get(pk=rule.pk)) == CATEGORIES[category].keep


def test_an_administrator_changes_a_time_on_its_page_and_it_is_recorded(
    signed_in: SignIn, administrator: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")  # Unfold's templates count on it
    rule = RetentionRule.objects.get(category="messages")
    looks = RetentionRule.objects.get(category="looks")
    page, page_of_looks = (reverse("admin:core_retentionrule_change", args=[one.pk]) for one in (rule, looks))
    browser = signed_in(administrator)
    refused = browser.post(page_of_looks, {"amount": 6, "unit": "months", "is_active": "on"})
    assert "co najmniej: 24 miesiące" in refused.text
    assert browser.post(page, {"amount": 18, "unit": "months", "is_active": "on"}).status_code == 302
    assert period_of(RetentionRule.objects.get(pk=rule.pk)) == Period(18, Unit.MONTHS)
    assert AuditEntry.objects.filter(verb="change_retention", subject="retention:messages").count() == 1


def test_the_command_rehearses_and_forgets() -> None:
    _event(100)
    told = json.loads(_run("--dry-run", "--json"))
    rule = next(one for one in told["rules"] if one["category"] == "inbound_events")
    assert (told["dry_run"], rule["count"], rule["waits_for_a_person"]) == (True, 1, False)
    assert InboundEvent.objects.exists()
    assert "usunięto 1" in _run()
    assert not InboundEvent.objects.exists()


def _run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("apply_retention", *arguments, stdout=out)
    return out.getvalue()


def test_the_nightly_job_forgets() -> None:
    _event(100)
    assert tasks.apply_retention.run() == {"inbound_events": 1}
