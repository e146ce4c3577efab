"""A mistake is undone by counter-entries that name what they undo: once, and whole."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import Refused
from core.models import AuditEntry
from liabilities.actions import charge_costs, write_off
from liabilities.credits import credits_of, lots_of
from liabilities.models import LedgerEntry
from liabilities.queries import unproven_instalments
from liabilities.refund import refund_credit
from liabilities.set_off_rules import Ground
from liabilities.storno import reverse_event
from tests import make
from tests.liabilities.ledger_town import TAX, due, moment, pay, seen, set_off, total_of

PAID = date(2026, 7, 1)
LATER = date(2026, 7, 20)


def undo(entry: LedgerEntry) -> list[LedgerEntry]:
    """Storno on the twentieth."""
    return reverse_event(entry, reason="wpłata innej osoby", on=LATER, by=make.BY, at=moment(LATER))


@pytest.mark.django_db
def test_of_a_payment_everything_goes_back_and_each_counter_entry_names_its_entry() -> None:
    first = due()
    charge_costs(first, amount=Decimal(16), reference="letter:1", on=PAID, by=make.BY, at=moment(PAID))
    posting = pay(first, "1100.00", on=PAID, reference="payment:1")
    assert (posting.costs, posting.interest, posting.principal, posting.credit) == (16, 49, 1000, 35)
    stornos = undo(LedgerEntry.objects.filter(reference="payment:1").order_by("-pk")[0])
    assert {storno.reverses for storno in stornos} == set(LedgerEntry.objects.filter(reference="payment:1"))
    assert (seen(first, on=PAID).total, credits_of(first.liability.payer_id)) == (Decimal(1065), {})
    assert total_of(first.liability.payer_id) == Decimal(1016)
    assert unproven_instalments() == []
    told = AuditEntry.objects.get(verb="reverse_event")
    assert (told.details["reason"], len(told.details["entries"])) == ("wpłata innej osoby", len(stornos))


@pytest.mark.django_db
def test_a_payment_is_undone_once_by_whichever_of_its_entries() -> None:
    pay(due(), "1100.00", on=PAID, reference="payment:1")
    entries = list(LedgerEntry.objects.filter(reference="payment:1"))
    stornos = undo(entries[0])
    for again in (*entries, *stornos):
        with pytest.raises(Refused, match="już wystornowany"):
            undo(again)


@pytest.mark.usefixtures("committed")
def test_two_clerks_who_undo_one_payment_at_once_undo_it_once() -> None:
    first = due()
    pay(first, "1100.00", on=PAID, reference="payment:1")
    entries = list(LedgerEntry.objects.filter(reference="payment:1"))
    together, refusals = threading.Barrier(2, timeout=60), []

    def reverse(entry: LedgerEntry) -> None:
        together.wait(timeout=10)
        try:
            undo(entry)
        except Refused as refusal:
            refusals.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=reverse, args=[entry]) for entry in (entries[0], entries[-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert refusals == ["already_reversed"]
    assert seen(first, on=PAID).principal == Decimal(1000)
    assert unproven_instalments() == []


@pytest.mark.django_db
def test_a_payment_whose_credit_is_used_up_waits_until_that_is_undone() -> None:
    first, second = due(), due("A-2", amount="100,00", due_on=date(2026, 12, 15))
    pay(first, "1100.00", on=PAID, reference="payment:1")
    set_off(second, of=TAX, ground=Ground.EX_OFFICIO, on=LATER)
    entry = LedgerEntry.objects.get(reference="payment:1", account="principal")
    with pytest.raises(Refused) as refusal:
        undo(entry)
    assert refusal.value.code == "credit_used"
    undo(LedgerEntry.objects.get(kind="set_off", account="credit"))
    assert seen(second, on=LATER).principal == Decimal(100)
    assert [(lot.arose_on, lot.amount) for lot in lots_of(first.liability.payer_id, TAX)] == [(PAID, Decimal(51))]
    undo(entry)
    assert credits_of(first.liability.payer_id) == {}


@pytest.mark.django_db
def test_a_storno_of_an_assessment_lowers_what_was_assessed() -> None:
    first = due()
    undo(LedgerEntry.objects.get(kind="assessment"))
    first.refresh_from_db()
    assert (first.assessed, first.outstanding) == (0, 0)
    assert make.dues(make.row(make.pesel(5), amount="1000,00", due_on=date(2026, 1, 15), title="A-1")).rejected == 0
    first.refresh_from_db()
    assert first.outstanding == 0
    assert unproven_instalments() == []


@pytest.mark.django_db
def test_a_storno_of_a_write_off_opens_the_due_again() -> None:
    first = due()
    write_off(first, amount=Decimal(400), reason="korekta", on=PAID, by=make.BY, at=moment(PAID))
    undo(LedgerEntry.objects.get(kind="write_off"))
    first.refresh_from_db()
    assert (first.assessed, first.outstanding) == (Decimal(1000), Decimal(1000))


@pytest.mark.django_db
def test_a_refund_takes_no_more_than_the_credit_and_the_same_again_is_one() -> None:
    first = due()
    pay(first, "1100.00", on=PAID)
    payer = first.liability.payer_id
    kept = {"payer_id": payer, "due_kind": TAX, "on": LATER, "by": make.BY, "at": moment(LATER)}
    with pytest.raises(Refused, match="51,00"):
        refund_credit(amount=Decimal("51.01"), reference="refund:1", **kept)  # type: ignore[arg-type]
    for _ in range(2):
        refund_credit(amount=Decimal(50), reference="refund:1", **kept)  # type: ignore[arg-type]
    assert credits_of(payer) == {TAX: Decimal(1)}


@pytest.mark.django_db
def test_a_reason_is_asked_for() -> None:
    pay(due(), "100.00", on=PAID)
    with pytest.raises(Refused) as refusal:
        reverse_event(LedgerEntry.objects.all()[0], reason=" ", on=LATER, by=make.BY, at=moment(LATER))
    assert refusal.value.code == "reason_missing"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"kind": "refund", "amount": Decimal(1), "account": "credit"}, "ledger_entry_credit_not_negative"),
        ({"kind": "correction", "amount": Decimal(1), "account": "credit"}, "ledger_entry_correction_names_another"),
    ],
)
def test_the_database_refuses_a_credit_below_nothing_and_a_storno_of_nothing(
    change: dict[str, object], constraint: str
) -> None:
    payer = due().liability.payer
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LedgerEntry.objects.create(payer=payer, value_on=PAID, reference="x", **change)


@pytest.mark.django_db
def test_the_database_lets_only_a_credit_name_a_kind_of_due() -> None:
    first = due()
    with pytest.raises(IntegrityError, match="ledger_entry_due_kind_is_a_credits"), transaction.atomic():
        LedgerEntry.objects.create(
            payer=first.liability.payer,
            instalment=first,
            kind="payment",
            account="principal",
            amount=Decimal(-1),
            value_on=PAID,
            reference="x",
            due_kind_id=TAX,
        )
