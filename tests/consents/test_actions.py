"""Registering, mending, accepting and rejecting papers; what actions and the database refuse."""

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import Error, IntegrityError, InternalError, connection, transaction

from consents import clause
from consents.actions import accept_application, change_draft, reject_application
from consents.models import ApplicationState, Consent, ConsentApplication, Topic
from consents.queries import accepted_applications, consents_in_force, rules
from consents.replacement import Choice
from core.actor import Actor
from core.errors import Refused
from core.models import AuditEntry
from residents.models import Account, Payer
from residents.queries import contacts_of, find_payer
from tests import make
from tests.consents import papers

pytestmark = pytest.mark.django_db
TODAY = make.today()


def accept(draft: ConsentApplication) -> ConsentApplication:
    """Accept it now."""
    return accept_application(draft, by=make.BY, at=make.now())


def test_a_draft_gives_nobody_anything_yet() -> None:
    draft = papers.register()
    assert draft.state == ApplicationState.DRAFT
    assert not Consent.objects.exists()
    assert contacts_of(draft.payer_id) == {}


def test_the_signer_becomes_a_payer_once() -> None:
    first = papers.register()
    assert papers.register().payer_id == first.payer_id
    assert find_payer(make.pesel(1)) == first.payer
    firm = papers.register(make.nip(1), name="Tartak")
    assert (firm.payer.kind, firm.identity_kind) == ("company", "nip")


def test_an_accepted_paper_puts_its_ticks_in_force_and_its_contacts_in_use() -> None:
    draft = accept(papers.register(choices=[papers.WASTE_SMS, papers.WASTE_EMAIL]))
    held = consents_in_force(draft.payer_id, at=make.now())
    assert [(row.topic.code, row.channel, row.application_id) for row in held] == [
        ("waste", "email", draft.pk),
        ("waste", "sms", draft.pk),
    ]
    assert contacts_of(draft.payer_id) == {"phone": "+48500100200", "email": "anna@example.com"}


def test_a_newer_paper_replaces_the_contacts_too() -> None:
    accept(papers.register())
    newer = accept(papers.register(choices=[papers.WASTE_EMAIL], phone="", email="nowa@example.com"))
    assert contacts_of(newer.payer_id) == {"email": "nowa@example.com"}


def test_a_resignation_ends_every_consent_and_the_past_stays_known() -> None:
    accepted_at = make.now()
    draft = accept_application(papers.register(), by=make.BY, at=accepted_at)
    accept(papers.register(choices=[], phone="", email=""))
    assert not consents_in_force(draft.payer_id, at=make.now()).exists()
    assert consents_in_force(draft.payer_id, at=accepted_at).exists()


def test_an_older_paper_that_comes_late_is_evidence_and_changes_nothing() -> None:
    newest = accept(papers.register())
    late = papers.register(choices=[papers.WASTE_EMAIL], phone="600 100 200", signed_on=TODAY - timedelta(days=40))
    accept(late)
    held = consents_in_force(newest.payer_id, at=make.now())
    assert [row.application_id for row in held] == [newest.pk]
    assert contacts_of(newest.payer_id)["phone"] == "+48500100200"
    assert [paper.pk for paper in accepted_applications(newest.payer_id)] == [newest.pk, late.pk]
    assert (rules(newest), rules(late)) == (True, False)


def test_one_persons_paper_leaves_anothers_consents_alone() -> None:
    other = accept(papers.register(make.pesel(2), name="Jan Nowak"))
    accept(papers.register())
    accept(papers.register(choices=[]))
    assert consents_in_force(other.payer_id, at=make.now()).count() == 1


def test_a_box_ticked_twice_counts_once() -> None:
    assert papers.register(choices=[papers.WASTE_SMS, papers.WASTE_SMS]).choices.count() == 1


def test_the_scan_is_kept_with_its_digest() -> None:
    draft = papers.register(scan=papers.scan(papers.PDF))
    assert draft.scan.read() == papers.PDF
    assert draft.scan_sha256 == hashlib.sha256(papers.PDF).hexdigest()


def test_numbers_and_contacts_lie_sealed_in_the_database() -> None:
    papers.register()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM consents_consentapplication")
        kept = str(cursor.fetchall())
    for secret in (make.pesel(1).value, "500100200", "anna@example.com"):
        assert secret not in kept


def test_the_journal_tells_each_step_and_holds_no_data() -> None:
    draft = papers.register(scan=papers.scan())
    mend(draft, name="Anna Maria Nowak")
    accept(draft)
    steps = list(AuditEntry.objects.filter(subject=f"application:{draft.pk}").order_by("pk"))
    assert [step.verb for step in steps] == ["register_application", "change_draft", "accept_application"]
    written = str(list(AuditEntry.objects.values()))
    for secret in (make.pesel(1).value, "500100200", "anna@example.com", "Nowak"):
        assert secret not in written


@pytest.mark.parametrize(
    ("wrong", "code", "where"),
    [
        ({"phone": "12"}, "phone_unknown", "phone"),
        ({"phone": "brak"}, "phone_unreadable", "phone"),
        ({"phone": "22 621 00 00"}, "not_mobile", "phone"),
        ({"phone": ""}, "address_missing", "phone"),
        ({"phone": "  "}, "address_missing", "phone"),
        ({"choices": [Choice("waste", "voice")], "phone": ""}, "address_missing", "phone"),
        ({"choices": [papers.WASTE_EMAIL], "email": ""}, "address_missing", "email"),
        ({"email": "anna@"}, "email_unreadable", "email"),
        ({"choices": [Choice("lottery", "sms")]}, "topic_unknown", "choices"),
        ({"choices": [Choice("waste", "pigeon")]}, "channel_unknown", "choices"),
        ({"signed_on": TODAY, "received_on": TODAY - timedelta(days=1)}, "signed_after_received", "signed_on"),
        ({"signed_on": TODAY + timedelta(days=3), "received_on": TODAY}, "in_future", "signed_on"),
        ({"received_on": TODAY + timedelta(days=3)}, "in_future", "received_on"),
    ],
)
def test_a_paper_that_cannot_be_right_is_refused_and_leaves_no_trace(
    wrong: dict[str, Any], code: str, where: str
) -> None:
    with pytest.raises(Refused) as refusal:
        papers.register(**wrong)
    assert (refusal.value.code, refusal.value.where) == (code, where)
    assert not ConsentApplication.objects.exists()
    assert not Payer.objects.exists()


def test_a_landline_is_good_enough_where_no_sms_is_wanted() -> None:
    assert papers.register(choices=[papers.WASTE_EMAIL], phone="22 621 00 00").phone == "+48226210000"


def test_a_kind_that_is_out_of_use_takes_no_new_consents() -> None:
    Topic.objects.filter(code="waste").update(is_active=False)
    with pytest.raises(Refused, match="Nieznany rodzaj"):
        papers.register()


def mend(draft: ConsentApplication, **said: Any) -> ConsentApplication:
    """Type the draft again, with *said* otherwise."""
    words: dict[str, Any] = {
        "name": draft.name,
        "phone": draft.phone,
        "email": draft.email,
        "choices": [papers.WASTE_SMS],
        "signed_on": draft.signed_on,
        "arrived_by": draft.arrived_by,
        "received_on": draft.received_on,
        "scan": None,
    }
    return change_draft(draft, by=make.BY, at=make.now(), **{**words, **said})


def test_a_draft_is_mended_and_its_ticks_are_replaced() -> None:
    draft = papers.register()
    mended = mend(draft, name="Anna Maria Nowak", choices=[papers.WASTE_EMAIL], phone="")
    mended.refresh_from_db()
    assert (mended.name, mended.phone) == ("Anna Maria Nowak", "")
    assert [(box.topic.code, box.channel) for box in mended.choices.all()] == [("waste", "email")]


def test_a_mended_draft_keeps_its_scan_until_a_new_one_comes() -> None:
    draft = papers.register(scan=papers.scan(papers.PDF))
    assert mend(draft).scan.read() == papers.PDF
    mend(draft, scan=papers.scan(papers.PNG, "skan.png"))
    draft.refresh_from_db()
    assert draft.scan.read() == papers.PNG
    assert draft.scan_sha256 == hashlib.sha256(papers.PNG).hexdigest()


def test_mending_into_something_wrong_leaves_the_draft_as_it_was() -> None:
    draft = papers.register()
    with pytest.raises(Refused):
        mend(draft, phone="12", choices=[papers.WASTE_EMAIL])
    assert [box.channel for box in draft.choices.all()] == ["sms"]


def test_a_rejection_needs_a_reason_and_keeps_it() -> None:
    draft = papers.register()
    with pytest.raises(Refused) as refusal:
        reject_application(draft, reason="  ", by=make.BY, at=make.now())
    assert refusal.value.code == "reason_missing"
    reject_application(draft, reason=" brak podpisu ", by=make.BY, at=make.now())
    draft.refresh_from_db()
    assert (draft.state, draft.rejection_reason) == ("rejected", "brak podpisu")
    assert not Consent.objects.exists()


@pytest.mark.parametrize("first", ["accept", "reject"])
@pytest.mark.parametrize("then", ["accept", "reject", "mend"])
def test_what_is_decided_stays_decided(first: str, then: str) -> None:
    steps = {
        "accept": accept,
        "reject": lambda draft: reject_application(draft, reason="brak podpisu", by=make.BY, at=make.now()),
        "mend": mend,
    }
    draft = papers.register()
    decided = steps[first](draft)
    with pytest.raises(Refused) as refusal:
        steps[then](draft)
    assert refusal.value.code == "already_decided"
    draft.refresh_from_db()
    assert draft.state == decided.state


def test_evidence_keeps_who_registered_who_decided_and_which_clause_was_signed(clerk: Account) -> None:
    by = Actor(name=clerk.full_name, account_id=clerk.pk)
    draft = papers.register(by=by)
    accept_application(draft, by=by, at=make.now())
    draft.refresh_from_db()
    assert (draft.registered_by, draft.decided_by_name) == (clerk, "Maria Referent")
    assert draft.clause_version == clause.VERSION


@pytest.fixture
def decided() -> ConsentApplication:
    """An accepted paper with one consent in force."""
    return accept(papers.register())


@pytest.mark.parametrize(
    ("refusal", "statement"),
    [
        (InternalError, "UPDATE consents_consentapplication SET name = 'Kto inny'"),
        (InternalError, "UPDATE consents_consentapplication SET state = 'draft', decided_at = NULL"),
        (InternalError, "DELETE FROM consents_consentapplication"),
        (InternalError, "UPDATE consents_applicationchoice SET channel = 'email'"),
        (InternalError, "DELETE FROM consents_applicationchoice"),
        (
            InternalError,
            (
                "INSERT INTO consents_applicationchoice (application_id, topic_id, channel)"
                " SELECT application_id, topic_id, 'email' FROM consents_applicationchoice"
            ),
        ),
        (
            IntegrityError,
            (
                "INSERT INTO consents_consent (payer_id, topic_id, channel, application_id, during)"
                " SELECT payer_id, topic_id, channel, application_id, tstzrange(now() - interval '1 day', NULL)"
                " FROM consents_consent"
            ),
        ),
        (IntegrityError, "UPDATE consents_consent SET channel = 'pigeon'"),
        (IntegrityError, "DELETE FROM residents_payer"),
    ],
)
def test_the_database_guards_the_evidence(decided: ConsentApplication, refusal: type[Error], statement: str) -> None:
    with pytest.raises(refusal), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("application_decided_at_iff_decided", "state = 'accepted'"),
        ("application_decided_at_iff_decided", "decided_at = now()"),
        ("application_rejected_with_reason", "state = 'rejected', decided_at = now()"),
        ("application_signed_before_received", "signed_on = received_on + 1"),
    ],
)
def test_the_database_refuses_a_draft_that_contradicts_itself(constraint: str, change: str) -> None:
    papers.register()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE consents_consentapplication SET {change}")


def test_the_same_consent_may_come_again_after_it_ended() -> None:
    for choices in ([papers.WASTE_SMS], [], [papers.WASTE_SMS]):
        draft = accept(papers.register(choices=choices))
    assert Consent.objects.count() == 2
    assert consents_in_force(draft.payer_id, at=make.now()).get().application_id == draft.pk


def test_a_paper_from_before_the_portal_is_taken_with_its_own_day() -> None:
    draft = accept(papers.register(signed_on=date(2019, 1, 2), received_on=date(2019, 1, 3)))
    assert rules(draft)
