"""Two records of one person: what moves, what stays, and that undoing puts everything back."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import InternalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consents.models import Consent
from consents.queries import consents_in_force
from core.errors import Refused
from core.models import AuditEntry
from liabilities.actions import PaymentPart, post_payment
from liabilities.models import LedgerEntry
from liabilities.queries import credit, open_dues, statement, unproven_instalments
from liabilities.storno import reverse_event
from notifications.actions import queue_message
from notifications.models import Message
from residents import tasks
from residents.access import AccessRecord
from residents.actions import confirm_identity, issue_code, record_death, register_payer, set_contact
from residents.identity import IdentityNumber
from residents.merging import (
    collect_strays,
    merge_in_force,
    merge_payers,
    preview_merge,
    undo_merge,
    undoable_until,
)
from residents.models import Account, Mandate, Payer, PayerMerge
from residents.queries import contacts_of, find_payer, looks_at, mandates_of
from tests import make

pytestmark = pytest.mark.django_db
FIRST, SECOND = make.pesel(1), make.nip(1)
WHY = "firma jednoosobowa tej samej osoby"


def merge(kept: Payer, duplicate: Payer, **more: object) -> PayerMerge:
    """Merged now."""
    return merge_payers(
        kept=kept, duplicate=duplicate, **{"reason": WHY, "by": make.BY, "at": make.now(), **more}
    ).merge


def undo(done: PayerMerge) -> None:
    """Undone now."""
    undo_merge(done, by=make.BY, at=make.now())


@pytest.fixture
def anna_payer() -> Payer:
    """Anna, by her PESEL, with a due."""
    made = make.payer(FIRST, "Anna Nowak")
    make.dues(make.row(FIRST, key="K-1"))
    return made


@pytest.fixture
def firm() -> Payer:
    """Anna's firm, by its NIP, with dues of its own."""
    made = make.payer(SECOND, "Anna Nowak Usługi")
    make.dues(make.row(SECOND, key="D-1", amount="200,00"), make.row(SECOND, key="D-2", kind="ODPADY", title="Odpady"))
    return made


def test_the_duplicates_number_leads_to_the_kept_record_everywhere(anna_payer: Payer, firm: Payer) -> None:
    merge(anna_payer, firm)
    assert find_payer(SECOND) == anna_payer
    assert register_payer(kind="company", name="Inna", number=SECOND, by=make.BY) == anna_payer
    make.dues(make.row(SECOND, key="D-3"), make.row(SECOND, key="D-1", amount="250,00"))
    assert make.instalment("D-3").liability.payer == anna_payer
    assert make.instalment("D-1").assessed == Decimal(250)
    assert Payer.objects.unmerged().get() == anna_payer


def test_dues_payments_and_messages_move_and_the_ledger_stays_proven(anna_payer: Payer, firm: Payer) -> None:
    make.consent(SECOND)
    queue_message(
        kind="payment_posted", payer_id=firm.pk, topic="payments", about="x", facts={}, dedupe_key="x", at=make.now()
    )
    merge(anna_payer, firm)
    assert {due.title for due in open_dues(anna_payer.pk, on=make.today())} == {"Podatek od nieruchomości", "Odpady"}
    assert sum(due.principal for due in open_dues(anna_payer.pk, on=make.today())) == Decimal(400)
    assert open_dues(firm.pk, on=make.today()) == []
    assert set(Message.objects.values_list("payer", flat=True)) == {anna_payer.pk}
    assert unproven_instalments() == []
    assert len(statement(anna_payer.pk)) == LedgerEntry.objects.count()


def test_the_same_due_of_both_records_becomes_one_with_the_instalments_of_both(anna_payer: Payer, firm: Payer) -> None:
    """K-1 and D-1 are of one kind, year and title."""
    done = merge(anna_payer, firm)
    assert make.instalment("D-1").liability == make.instalment("K-1").liability
    undo(done)
    assert make.instalment("D-1").liability.payer == firm


def test_credit_moves_by_counter_entries_and_an_import_does_not_count_it_twice(anna_payer: Payer, firm: Payer) -> None:
    pay(firm, "D-1", "250")
    make.dues(make.row(SECOND, key="D-2", kind="ODPADY", title="Odpady", paid="100,00"))
    pay(firm, "D-2", "30")
    held = credit(firm.pk)
    done = merge(anna_payer, firm)
    assert (credit(firm.pk), credit(anna_payer.pk)) == (Decimal(0), held)
    make.dues(make.row(SECOND, key="D-1", amount="200,00", paid="200,00"))
    assert credit(anna_payer.pk) == held
    undo(done)
    assert (credit(firm.pk), credit(anna_payer.pk)) == (held, Decimal(0))


def pay(whom: Payer, key: str, amount: str) -> None:
    """At the counter, today."""
    post_payment(
        payer_id=whom.pk,
        parts=[PaymentPart(make.instalment(key).pk, Decimal(amount))],
        value_on=make.today(),
        reference=f"test:{key}:{amount}:{LedgerEntry.objects.count()}",
        by=make.BY,
        at=make.now(),
    )


def test_an_entry_of_before_the_merge_is_reversed_for_who_owns_the_due_now(anna_payer: Payer, firm: Payer) -> None:
    pay(firm, "D-1", "250")
    merge(anna_payer, firm)
    entry = LedgerEntry.objects.get(kind="payment", account="principal")
    reverse_event(entry, reason="pomyłka", on=make.today(), by=make.BY, at=make.now())
    assert (credit(firm.pk), credit(anna_payer.pk)) == (Decimal(0), Decimal(0))
    assert make.instalment("D-1").outstanding == Decimal(200)


def test_accounts_of_the_duplicate_act_for_the_kept_record_and_a_second_own_account_rests(
    anna_payer: Payer, firm: Payer
) -> None:
    own, bookkeeper = make.account("anna@example.com"), make.account("ksiegowa@example.com")
    make.mandate(own, anna_payer)
    make.mandate(own, firm, basis="representative")
    make.mandate(bookkeeper, firm, basis="representative")
    done = merge(anna_payer, firm)
    assert [mandate.payer for mandate in mandates_of(bookkeeper, at=make.now())] == [anna_payer]
    assert [mandate.payer for mandate in mandates_of(own, at=make.now())] == [anna_payer]
    undo(done)
    assert {mandate.payer for mandate in mandates_of(own, at=make.now())} == {anna_payer, firm}


def test_a_code_handed_out_for_the_duplicate_still_confirms(anna_payer: Payer, firm: Payer) -> None:
    code = issue_code(firm, by=make.BY, at=make.now())
    merge(anna_payer, firm)
    who = make.account("anna@example.com")
    made = confirm_identity(who, number=SECOND, code=code, by=make.BY, at=make.now())
    assert isinstance(made, Mandate)
    assert made.payer == anna_payer


def test_looks_stay_where_they_were_and_are_shown_for_both(anna_payer: Payer, firm: Payer, clerk: Account) -> None:
    for payer in (anna_payer, firm):
        AccessRecord.objects.create(account=clerk, account_name="Maria", payer=payer, what="karta", basis="zadanie")
    merge(anna_payer, firm)
    assert len(looks_at(anna_payer.pk)) == 2
    assert AccessRecord.objects.filter(payer=firm).count() == 1


NEWER, OLDER = make.today() - timedelta(days=5), make.today() - timedelta(days=60)


@pytest.mark.parametrize("newer_is", ["kept", "duplicate"])
def test_of_two_papers_the_newer_one_rules_with_its_contacts(anna_payer: Payer, firm: Payer, newer_is: str) -> None:
    signed = {"kept": (NEWER, OLDER), "duplicate": (OLDER, NEWER)}[newer_is]
    make.consent(FIRST, phone="+48500100200", topics=["property_tax"], signed_on=signed[0])
    make.consent(SECOND, phone="+48600700800", email="", channels=["sms"], topics=["waste"], signed_on=signed[1])
    before = {payer: (in_force(payer), contacts_of(payer.pk)) for payer in (anna_payer, firm)}
    done = merge(anna_payer, firm)
    ruling = before[anna_payer if newer_is == "kept" else firm]
    assert (in_force(anna_payer), contacts_of(anna_payer.pk)) == ruling
    assert in_force(firm) == set()
    undo(done)
    assert {payer: (in_force(payer), contacts_of(payer.pk)) for payer in (anna_payer, firm)} == before


def in_force(payer: Payer) -> set[tuple[str, str]]:
    """What holds now."""
    return {(consent.topic.code, consent.channel) for consent in consents_in_force(payer.pk, at=make.now())}


def test_a_paper_accepted_after_the_merge_stays_with_the_kept_record(anna_payer: Payer, firm: Payer) -> None:
    make.consent(SECOND, phone="+48600700800", topics=["waste"], signed_on=OLDER)
    done = merge(anna_payer, firm)
    make.consent(SECOND, phone="+48501800900", topics=["crisis"], signed_on=NEWER, at=make.now())
    assert contacts_of(anna_payer.pk)["phone"] == "+48501800900"
    undo(done)
    assert contacts_of(anna_payer.pk)["phone"] == "+48501800900"
    assert contacts_of(firm.pk)["phone"] == "+48600700800"
    assert in_force(firm) == {("waste", "sms"), ("waste", "email")}
    assert in_force(anna_payer) == {("crisis", "sms"), ("crisis", "email")}


def test_a_third_record_follows_and_merges_are_undone_one_by_one(anna_payer: Payer, firm: Payer) -> None:
    third = make.payer(make.nip(2), "Trzeci")
    inner = merge(firm, third)
    outer = merge(anna_payer, firm)
    assert find_payer(make.nip(2)) == anna_payer
    third.refresh_from_db()
    assert third.kept_id == anna_payer.pk
    with pytest.raises(Refused) as refusal:
        undo(inner)
    assert refusal.value.code == "merged_further"
    undo(outer)
    assert find_payer(make.nip(2)) == firm
    undo(inner)
    assert find_payer(make.nip(2)) == third


def test_what_cannot_be_merged_is_refused_with_a_reason(anna_payer: Payer, firm: Payer) -> None:
    def refused(code: str, kept: Payer, duplicate: Payer, **more: object) -> None:
        with pytest.raises(Refused) as refusal:
            merge(kept, duplicate, **more)
        assert refusal.value.code == code

    refused("same_payer", anna_payer, anna_payer)
    refused("reason_missing", anna_payer, firm, reason=" ")
    refused("reason_with_number", anna_payer, firm, reason=f"PESEL {FIRST.value[:6]} {FIRST.value[6:]}")
    record_death(anna_payer, deceased_on=make.today(), on=make.today(), by=make.BY)
    refused("deceased_differs", anna_payer, firm)
    record_death(anna_payer, deceased_on=None, on=make.today(), by=make.BY)
    done = merge(anna_payer, firm)
    other = make.payer(make.nip(2), "Trzeci")
    refused("payer_merged", other, firm)
    refused("payer_merged", firm, other)
    undo(done)
    with pytest.raises(Refused) as refusal:
        undo(done)
    assert refusal.value.code == "undone_already"
    assert merge_in_force(firm) is None


def test_after_thirty_days_a_merge_stands(anna_payer: Payer, firm: Payer) -> None:
    done = merge(anna_payer, firm, at=make.now() - timedelta(days=31))
    assert undoable_until(done) < make.now()
    with pytest.raises(Refused) as refusal:
        undo(done)
    assert refusal.value.code == "too_late"


def test_a_preview_tells_what_would_move_and_changes_nothing(anna_payer: Payer, firm: Payer) -> None:
    before = everything()
    told = preview_merge(kept=anna_payer, duplicate=firm, by=make.BY, at=make.now())
    assert {(one.words, one.moved) for one in told} == {("należności", 2)}
    assert everything() == before


def test_what_came_to_the_duplicate_at_the_very_moment_is_collected(anna_payer: Payer, firm: Payer) -> None:
    done = merge(anna_payer, firm)
    stray = Mandate.objects.create(
        account=make.account("x@example.com"), payer=firm, basis="attorney", scope="view", confirmed_how="x"
    )
    assert tasks.collect_strays() == 1
    assert collect_strays(by=make.BY, at=make.now()) == 0
    stray.refresh_from_db()
    assert stray.payer == anna_payer
    undo(done)
    stray.refresh_from_db()
    assert stray.payer == firm
    assert collect_strays(by=make.BY, at=make.now()) == 0


def test_the_database_lets_nobody_merge_into_a_merged_record_nor_rewrite_what_moved(
    anna_payer: Payer, firm: Payer
) -> None:
    merge(anna_payer, firm)
    third = make.payer(make.nip(2), "Trzeci")
    for change in (
        f"UPDATE residents_payer SET merged_into_id = {firm.pk} WHERE id = {third.pk}",
        f"UPDATE residents_payer SET merged_into_id = {third.pk} WHERE id = {anna_payer.pk}",
        "DELETE FROM residents_mergemove",
        "UPDATE residents_payermerge SET reason = ''",
    ):
        with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert AuditEntry.objects.filter(verb="merge_payers").get().details["duplicate"] == firm.pk


HISTORY = {
    *("core.AuditEntry", "residents.PayerMerge", "residents.MergeMove", "residents.MergeUndo"),
    *("consents.Consent", "liabilities.LedgerEntry"),
}


def everything() -> Mapping[str, object]:
    """Every row of every table of ours but the history, and of the history what holds now."""
    tables = {
        model._meta.label: sorted(model._base_manager.values_list(), key=str)
        for model in apps.get_models()
        if model._meta.managed and model._meta.app_label != "sessions" and model._meta.label not in HISTORY
    }
    consents = Consent.objects.filter(during__endswith__isnull=True)
    in_force_now = sorted(consents.values_list("payer_id", "topic_id", "channel"))
    held = {payer_id: credit(payer_id) for payer_id in Payer.objects.values_list("pk", flat=True)}
    return {**tables, "in force": in_force_now, "credit": held}


Deed = tuple[str, int, int]
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(("due", "pay", "paper", "mandate", "contact", "message")), st.integers(0, 1), st.integers(0, 3)
    ),
    max_size=8,
)


def do(deed: Deed, people: list[tuple[IdentityNumber, Payer]], accounts: list[Account]) -> None:
    """One thing that may have happened to one of the two records."""
    what, whose, which = deed
    number, payer = people[whose]
    if what == "due":
        make.dues(make.row(number, key=f"{whose}-{which}", title=f"Podatek {which // 2}"))
    elif what == "pay" and LedgerEntry.objects.filter(instalment__external_id=f"{whose}-{which}").exists():
        pay(payer, f"{whose}-{which}", str(60 + 30 * which))
    elif what == "paper":
        day = make.today() - timedelta(days=10 * which + 5 * whose)
        email = f"a{whose}@example.com" if which % 2 else ""
        channels = ("sms", "email") if email else ("sms",)
        make.consent(number, phone=f"+4850010020{which}", email=email, channels=channels, signed_on=day, at=make.now())
    elif what == "mandate" and not Mandate.objects.filter(account=accounts[which], payer=payer).exists():
        make.mandate(accounts[which], payer, basis="attorney")
    elif what == "contact":
        address = f"+4860010020{which}"
        set_contact(payer.pk, kind="phone", address=address, source="sprostowanie", by=make.BY, at=make.now())
    elif what == "message":
        queue_message(
            kind="payment_posted",
            payer_id=payer.pk,
            topic="payments",
            about="x",
            facts={},
            dedupe_key=f"{whose}-{which}",
            at=make.now(),
        )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_merged_and_undone_every_table_is_as_before_save_for_the_history(db: None, deeds: list[Deed]) -> None:
    with transaction.atomic():
        people = [(FIRST, make.payer(FIRST, "Anna")), (SECOND, make.payer(SECOND, "Firma"))]
        accounts = [make.account(f"a{place}@example.com") for place in range(4)]
        for deed in deeds:
            do(deed, people, accounts)
        before = everything()
        done = merge(people[0][1], people[1][1])
        assert everything() != before
        undo(done)
        assert everything() == before
        assert unproven_instalments() == []
        transaction.set_rollback(True)
