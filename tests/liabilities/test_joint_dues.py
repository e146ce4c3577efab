"""A due that several payers owe: each sees it, one payment settles it for all."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from core.errors import Refused
from core.models import AuditEntry
from liabilities.account_card import CardChoice, account_card, card_lines
from liabilities.actions import PaymentPart, Posting, post_payment
from liabilities.bearers import set_bearers
from liabilities.disclosure import SECTION
from liabilities.models import Instalment, LedgerEntry, LiabilityBearer
from liabilities.queries import credit, open_dues, unproven_instalments
from liabilities.reminders import queue_reminders
from notifications.models import Message
from residents.merging import merge_payers
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn

ANNA, JAN, EWA = make.pesel(1), make.pesel(2), make.pesel(3)
TERM = date(2026, 12, 15)
AT = datetime(2026, 11, 3, 10, tzinfo=UTC)


def joint_due(*, amount: str = "100,00") -> tuple[Instalment, Payer, Payer]:
    """A due named after Anna that Jan owes, too."""
    anna, jan = make.payer(ANNA, "Anna Nowak"), make.payer(JAN, "Jan Nowak")
    make.dues(make.row(ANNA, due_on=TERM, amount=amount), as_of=datetime(2026, 10, 1, tzinfo=UTC))
    due = make.instalment()
    set_bearers({due.liability_id: [jan.pk]}, reason="współwłasność", by=make.BY)
    return due, anna, jan


def pay(payer: Payer, due: Instalment, amount: str, reference: str) -> Posting:
    """That payer pays."""
    return post_payment(
        payer_id=payer.pk,
        parts=[PaymentPart(due.pk, Decimal(amount))],
        value_on=AT.date(),
        reference=reference,
        by=make.BY,
        at=AT,
    )


@pytest.mark.django_db
def test_each_sees_the_whole_due_and_one_payment_settles_it_for_all() -> None:
    due, anna, jan = joint_due()
    for payer in (anna, jan):
        (seen,) = open_dues(payer.pk, on=AT.date())
        assert (seen.instalment_id, seen.total, seen.joint_with) == (due.pk, Decimal(100), 1)
    pay(jan, due, "100.00", "payment:1")
    assert open_dues(anna.pk, on=AT.date()) == open_dues(jan.pk, on=AT.date()) == []
    for payer in (anna, jan):
        card = account_card(CardChoice(payer.pk), page=1, at=AT)
        assert ([line.kind for line in card.lines], card.closing, card.opening) == (["wpłata", "przypis"], 0, 0)
        assert [line.balance for line in card_lines(CardChoice(payer.pk))] == [Decimal(100), 0]


@pytest.mark.django_db
def test_what_the_second_paid_too_much_is_the_seconds_own() -> None:
    due, anna, jan = joint_due()
    pay(anna, due, "80.00", "payment:1")
    assert pay(jan, due, "80.00", "payment:2").credit == Decimal(60)
    assert (credit(anna.pk), credit(jan.pk)) == (0, Decimal(60))
    assert account_card(CardChoice(anna.pk), page=1, at=AT).closing == 0
    assert account_card(CardChoice(jan.pk), page=1, at=AT).closing == Decimal(-60)


@pytest.mark.usefixtures("committed")
def test_of_two_who_pay_in_the_same_second_the_second_has_the_money_back() -> None:
    due, anna, jan = joint_due()
    together, postings = threading.Barrier(2, timeout=60), {}

    def post(payer: Payer) -> None:
        together.wait(timeout=10)
        try:
            postings[payer.pk] = pay(payer, due, "100.00", f"payment:{payer.pk}")
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=[payer]) for payer in (anna, jan)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(posting.credit for posting in postings.values()) == [0, Decimal(100)]
    assert {payer: posting.credit for payer, posting in postings.items()} == {
        payer.pk: credit(payer.pk) for payer in (anna, jan)
    }
    assert unproven_instalments() == []


@pytest.mark.django_db
def test_a_stranger_neither_sees_nor_pays_a_joint_due() -> None:
    due, _, _ = joint_due()
    ewa = make.payer(EWA, "Ewa Obca")
    assert open_dues(ewa.pk, on=AT.date()) == []
    with pytest.raises(Refused, match="nie należy"):
        pay(ewa, due, "100.00", "payment:1")


@pytest.mark.django_db
def test_each_is_reminded_once_by_their_own_consent() -> None:
    due, _, _ = joint_due()
    make.consent(ANNA, at=AT)
    make.consent(JAN, name="Jan Nowak", phone="+48500100300", email="jan@example.com", channels=["sms"], at=AT)
    morning = datetime(2026, 12, 8, 7, tzinfo=UTC)
    make.dues(make.row(ANNA, due_on=TERM), as_of=morning)
    for _ in range(2):
        queue_reminders(on=morning.date(), at=morning, by=make.BY)
    told = Message.objects.filter(about=f"instalment:{due.pk}").order_by("payer_id", "channel")
    assert [(message.payer.name, message.channel) for message in told] == [
        ("Anna Nowak", "email"),
        ("Anna Nowak", "sms"),
        ("Jan Nowak", "sms"),
    ]
    pay(make.payer(JAN, "Jan Nowak"), due, "100.00", "payment:1")
    assert set(told.values_list("state", flat=True)) == {"withdrawn"}


@pytest.mark.django_db
def test_the_set_of_bearers_is_replaced_whole_and_the_same_again_changes_nothing() -> None:
    due, anna, jan = joint_due()
    ewa = make.payer(EWA, "Ewa Nowak")
    assert set_bearers({due.liability_id: [ewa.pk, anna.pk]}, reason="sprzedaż", by=make.BY) == 1
    assert set_bearers({due.liability_id: [ewa.pk]}, reason="sprzedaż", by=make.BY) == 0
    assert list(LiabilityBearer.objects.values_list("payer_id", flat=True)) == [ewa.pk]
    assert open_dues(jan.pk, on=AT.date()) == []
    told = AuditEntry.objects.filter(verb="set_bearers").order_by("pk").last()
    assert told is not None
    assert told.details == {"reason": "sprzedaż", "added": 1, "removed": 1}


@pytest.mark.django_db
def test_two_records_of_one_owner_merged_leave_a_due_of_one_person() -> None:
    due, anna, jan = joint_due()
    merge_payers(kept=anna, duplicate=jan, reason="ta sama osoba", by=make.BY, at=AT)
    (seen,) = open_dues(anna.pk, on=AT.date())
    assert (seen.instalment_id, seen.joint_with) == (due.pk, 0)


@pytest.mark.django_db
def test_a_merged_bearer_keeps_the_joint_due() -> None:
    due, _, jan = joint_due()
    ewa = make.payer(EWA, "Jan Nowak")
    merge_payers(kept=ewa, duplicate=jan, reason="ta sama osoba", by=make.BY, at=AT)
    (seen,) = open_dues(ewa.pk, on=AT.date())
    assert (seen.instalment_id, seen.joint_with) == (due.pk, 1)


@pytest.mark.django_db
def test_my_data_tell_of_a_joint_due_and_of_its_entries_but_not_who_the_others_are() -> None:
    due, _, jan = joint_due()
    pay(jan, due, "40.00", "payment:1")
    tables = {table.code: [list(row) for row in table.rows(jan.pk)] for table in SECTION.tables}
    assert [(row[0], row[-1]) for row in tables["instalments"]] == [(due.pk, 1)]
    assert len(tables["entries"]) == LedgerEntry.objects.count() == 2
    assert "Anna" not in str(tables)


@pytest.mark.django_db
def test_the_pages_call_a_joint_due_joint_and_name_nobody(anna: Account, signed_in: SignIn) -> None:
    ours = Instalment.objects.get(external_id="ANNA-1")
    set_bearers({ours.liability_id: [make.payer(JAN, "Jan Współwłaściciel").pk]}, reason="akt", by=make.BY)
    client = signed_in(anna)
    page = client.get(f"/naleznosci/{ours.pk}/").content.decode()
    assert "Należność wspólna" in page
    assert page.count("Podstawa: Kodeks cywilny, art. 366, w&nbsp;podatkach z&nbsp;art. 91 Ordynacji podatkowej.") == 1
    assert "wspólna" in client.get("/naleznosci/").content.decode()
    assert "Współwłaściciel" not in page
