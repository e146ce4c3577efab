"""A payment over dues: by law, once, in order."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Refused
from core.models import AuditEntry
from liabilities.actions import PaymentPart, Posting, charge_costs, post_payment, write_off
from liabilities.models import Instalment, LedgerEntry
from liabilities.queries import balance, credit, open_dues, unproven_instalments
from liabilities.storno import reverse_event
from notifications.models import Message
from residents.models import Payer
from tests import make

AT = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
NUMBER = make.pesel(5)
TERM = date(2026, 1, 15)
PAID_ON = AT.date()


def due(key: str = "A-1", **extra: object) -> Instalment:
    """An imported due payable by 15 January 2026 unless said otherwise."""
    make.dues(
        make.row(NUMBER, key=key, due_on=extra.pop("due_on", TERM), **extra), as_of=datetime(2026, 1, 2, tzinfo=UTC)
    )  # type: ignore[arg-type]
    return make.instalment(key)


def pay(*parts: tuple[Instalment, str], reference: str = "payment:1", on: date = PAID_ON) -> Posting:
    """Post a payment of these parts."""
    return post_payment(
        payer_id=parts[0][0].liability.payer_id,
        parts=[PaymentPart(instalment.pk, Decimal(amount)) for instalment, amount in parts],
        value_on=on,
        reference=reference,
        by=make.BY,
        at=AT,
    )


def told(posting: Posting) -> tuple[str, str, str, str]:
    """Costs, interest, principal, credit."""
    return str(posting.costs), str(posting.interest), str(posting.principal), str(posting.credit)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [
        # 48 days at 11 % (civil 9,5 %), 119 at 10,5 % (9,25 %): 48.70 → 49 zł of tax interest, civil to the grosz.
        ("PODATEK_NIERUCHOMOSCI_OF", "1049.00", ("0.00", "49.00", "1000.00", "0.00")),
        ("PODATEK_NIERUCHOMOSCI_OF", "1100.00", ("0.00", "49.00", "1000.00", "51.00")),
        # Ordynacja podatkowa art. 55 § 2: in proportion.
        ("PODATEK_NIERUCHOMOSCI_OF", "524.50", ("0.00", "24.50", "500.00", "0.00")),
        # Kodeks cywilny art. 451: interest first.
        ("DZIERZAWA", "142.65", ("0.00", "42.65", "100.00", "0.00")),
        # No interest on alcohol fees.
        ("KONCESJA_ALKOHOLOWA", "1000.00", ("0.00", "0.00", "1000.00", "0.00")),
    ],
)
def test_a_payment_is_split_by_the_law_of_its_due(kind: str, amount: str, expected: tuple[str, ...]) -> None:
    instalment = due(kind=kind, amount="1000,00")
    posting = pay((instalment, amount))
    assert told(posting) == expected
    instalment.refresh_from_db()
    assert instalment.outstanding == Decimal("1000.00") - posting.principal
    assert posting.closed == ((instalment.pk,) if instalment.outstanding == 0 else ())
    assert unproven_instalments() == []
    interest = LedgerEntry.objects.filter(account="interest").values_list("amount", flat=True)
    assert sum(interest) == 0


@pytest.mark.django_db
def test_the_costs_of_a_letter_are_paid_first() -> None:
    instalment = due(amount="1000,00")
    charge_costs(instalment, amount=Decimal(16), reference="letter:1", on=PAID_ON, by=make.BY, at=AT)
    assert told(pay((instalment, "16.00"))) == ("16.00", "0.00", "0.00", "0.00")
    assert told(pay((instalment, "1049.00"), reference="payment:2")) == ("0.00", "49.00", "1000.00", "0.00")


@pytest.mark.django_db
def test_the_rest_accrues_from_the_first_term_not_from_the_part_payment() -> None:
    instalment = due(amount="1000,00")
    pay((instalment, "524.50"))
    (left,) = open_dues(instalment.liability.payer_id, on=PAID_ON)
    assert (left.principal, left.interest.amount, left.interest.due_on) == (Decimal(500), Decimal(24), TERM)


@pytest.mark.django_db
def test_the_same_reference_again_posts_nothing_and_tells_the_same() -> None:
    instalment = due(amount="100,00", due_on=date(2026, 12, 15))
    first = pay((instalment, "120.00"))
    entries = LedgerEntry.objects.count()
    assert pay((instalment, "120.00")) == first
    assert (first.credit, first.closed) == (Decimal(20), (instalment.pk,))
    assert LedgerEntry.objects.count() == entries
    assert AuditEntry.objects.filter(verb="post_payment").count() == 1


@pytest.mark.django_db
def test_two_parts_of_one_due_are_one_payment_of_their_sum() -> None:
    instalment = due(amount="100,00", due_on=date(2026, 12, 15))
    assert told(pay((instalment, "60.00"), (instalment, "60.00"))) == ("0.00", "0.00", "100.00", "20.00")


@pytest.mark.django_db
def test_messages_about_a_paid_due_are_withdrawn_and_others_stay() -> None:
    paid, other = due("A-1", due_on=date(2026, 12, 15)), due("A-2", due_on=date(2026, 12, 15), instalment=2)
    for instalment in (paid, other):
        Message.objects.create(
            kind="due_approaching",
            topic_code="property_tax",
            channel="sms",
            priority=30,
            payer=instalment.liability.payer,
            address="+48500100200",
            about=f"instalment:{instalment.pk}",
            dedupe_key=instalment.external_id,
        )
    pay((paid, "100.00"), (other, "99.99"))
    assert dict(Message.objects.values_list("dedupe_key", "state")) == {"A-1": "withdrawn", "A-2": "queued"}


@pytest.mark.django_db
@pytest.mark.parametrize("amounts", [[], ["0"], ["-1"], ["5", "0"]])
def test_nothing_and_less_than_nothing_are_refused(amounts: list[str]) -> None:
    instalment = due()
    with pytest.raises(Refused) as refusal:
        post_payment(
            payer_id=instalment.liability.payer_id,
            parts=[PaymentPart(instalment.pk, Decimal(amount)) for amount in amounts],
            value_on=PAID_ON,
            reference="payment:1",
            by=make.BY,
            at=AT,
        )
    assert refusal.value.code == "nothing_to_post"


@pytest.mark.django_db
def test_somebody_elses_due_is_refused_and_nothing_is_posted() -> None:
    mine = due()
    make.dues(make.row(make.pesel(6), key="B-1", name="Jan Inny"))
    with pytest.raises(Refused) as refusal:
        pay((mine, "10.00"), (make.instalment("B-1"), "10.00"))
    assert refusal.value.code == "foreign_due"
    assert LedgerEntry.objects.filter(kind="payment").count() == 0


@pytest.mark.django_db
def test_a_write_off_closes_a_due_and_never_goes_below_nothing() -> None:
    instalment = due(amount="100,00")
    with pytest.raises(Refused, match="Można odpisać najwyżej"):
        write_off(instalment, amount=Decimal("100.01"), reason="umorzenie", on=PAID_ON, by=make.BY, at=AT)
    write_off(instalment, amount=Decimal(100), reason="umorzenie", on=PAID_ON, by=make.BY, at=AT)
    instalment.refresh_from_db()
    assert (instalment.assessed, instalment.outstanding) == (0, 0)


@pytest.mark.django_db
def test_a_storno_names_what_it_reverses_and_is_made_once() -> None:
    instalment = due(amount="100,00", due_on=date(2026, 12, 15))
    pay((instalment, "40.00"))
    entry = LedgerEntry.objects.get(kind="payment")
    (storno,) = reverse_event(entry, reason="pomyłka", on=PAID_ON, by=make.BY, at=AT)
    instalment.refresh_from_db()
    assert (storno.reverses, storno.amount, instalment.outstanding) == (entry, Decimal(40), Decimal(100))
    for again in (entry, storno):
        with pytest.raises(Refused, match="już wystornowany"):
            reverse_event(again, reason="pomyłka", on=PAID_ON, by=make.BY, at=AT)


@pytest.mark.django_db
def test_a_storno_that_would_leave_less_than_nothing_is_refused() -> None:
    instalment = due(amount="100,00", due_on=date(2026, 12, 15))
    pay((instalment, "40.00"))
    with pytest.raises(Refused, match="wpłacono już więcej"):
        reverse_event(LedgerEntry.objects.get(kind="assessment"), reason="x", on=PAID_ON, by=make.BY, at=AT)
    assert unproven_instalments() == []


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.integers(1, 300_000), min_size=1, max_size=5),
    days=st.integers(0, 300),
    kind=st.sampled_from(["PODATEK_ROLNY", "DZIERZAWA", "KONCESJA_ALKOHOLOWA"]),
)
def test_no_grosz_is_lost_whatever_is_paid(amounts: list[int], days: int, kind: str) -> None:
    with transaction.atomic():
        instalment = due(amount="1234,56", kind=kind)
        payer = instalment.liability.payer_id
        on = date.fromordinal(TERM.toordinal() + days)
        for place, grosze in enumerate(amounts):
            amount = Decimal(grosze).scaleb(-2)
            posting = pay((instalment, str(amount)), reference=f"payment:{place}", on=on)
            assert posting.costs + posting.interest + posting.principal + posting.credit == amount
            assert min(posting.costs, posting.interest, posting.principal, posting.credit) >= 0
        paid = -sum(LedgerEntry.objects.filter(kind="payment").values_list("amount", flat=True))
        assert paid == Decimal(sum(amounts)).scaleb(-2)
        instalment.refresh_from_db()
        assert instalment.outstanding + sum(
            -entry.amount for entry in LedgerEntry.objects.filter(kind="payment", account="principal")
        ) == Decimal("1234.56")
        assert credit(payer) == 0 or instalment.outstanding == 0
        seen = balance(payer, on=on)
        assert seen.total == seen.principal + seen.interest + seen.costs - seen.credit
        assert unproven_instalments() == []
        transaction.set_rollback(True)


@pytest.mark.usefixtures("committed")
def test_two_payments_at_once_end_in_one_paid_due_and_one_credit() -> None:
    instalment = due(amount="100,00", due_on=date(2026, 12, 15))
    together, postings = threading.Barrier(2, timeout=60), {}

    def post(reference: str) -> None:
        together.wait(timeout=10)
        try:
            postings[reference] = pay((instalment, "100.00"), reference=reference)
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=[f"payment:{number}"]) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted((str(p.principal), str(p.credit)) for p in postings.values()) == [
        ("0.00", "100.00"),
        ("100.00", "0.00"),
    ]
    instalment.refresh_from_db()
    assert (instalment.outstanding, credit(instalment.liability.payer_id)) == (0, Decimal(100))


@pytest.mark.usefixtures("committed")
def test_a_payment_and_an_import_of_one_due_wait_for_each_other() -> None:
    instalment = due(amount="100,00", due_on=date(2026, 12, 15))
    together, failures = threading.Barrier(2, timeout=60), []

    def run(work: object) -> None:
        together.wait(timeout=10)
        try:
            work()  # type: ignore[operator]
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    row = make.row(NUMBER, due_on=date(2026, 12, 15), amount="100,00", paid="100,00")
    works = [
        lambda: pay((instalment, "100.00")),
        lambda: make.dues(row, as_of=datetime(2026, 6, 1, tzinfo=UTC)),
    ]
    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert failures == []
    instalment.refresh_from_db()
    assert (instalment.outstanding, credit(instalment.liability.payer_id)) == (0, Decimal(100))
    assert unproven_instalments() == []


def again(table: str, other: str = "") -> str:
    """SQL that enters each row of a table once more, with another key."""
    row = f"jsonb_populate_record(r, '{{\"id\": 999999{other}}}')"
    return f"INSERT INTO liabilities_{table} SELECT ({row}).* FROM liabilities_{table} AS r"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE liabilities_ledgerentry SET amount = 1", "Cannot update"),
        ("DELETE FROM liabilities_ledgerentry", "Cannot update or delete"),
        ("UPDATE liabilities_instalment SET outstanding = -0.01", "instalment_outstanding_not_negative"),
        ("UPDATE liabilities_instalment SET costs = -0.01", "instalment_costs_not_negative"),
        ("UPDATE liabilities_instalment SET payable_by = due_on - 1", "instalment_payable_not_before_due"),
        (again("instalment"), "instalment_external_id_once"),
        (again("liability"), "liability_once_per_source"),
        (again("ledgerentry"), "ledger_entry_posted_once"),
        (again("ledgerentry", ', "kind": "payment"'), "ledger_entry_sign_of_kind"),
        (again("ledgerentry", ', "account": "credit"'), "ledger_entry_credit_has_no_instalment"),
        ("UPDATE liabilities_importrun SET rows = 7", "import_run_rows_add_up"),
        ("UPDATE liabilities_interestrate SET percent = -1", "interest_rate_not_negative"),
        ("UPDATE liabilities_reminderrule SET days_before = 3", "reminder_rule_once_a_day"),
    ],
)
def test_the_database_refuses_what_must_not_be(sql: str, constraint: str) -> None:
    due()
    with pytest.raises(Exception, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert (Payer.objects.count(), LedgerEntry.objects.count(), unproven_instalments()) == (1, 1, [])


@pytest.mark.django_db
def test_a_bulk_of_entries_keeps_the_sums_of_each_due() -> None:
    first, second = due("A-1"), due("A-2", instalment=2)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            payer=first.liability.payer,
            instalment=instalment,
            kind="payment",
            account="principal",
            amount=Decimal(-amount),
            value_on=PAID_ON,
            reference=f"test:{place}",
        )
        for place, (instalment, amount) in enumerate([(first, 1), (second, 2), (first, 3)])
    )
    assert [make.instalment(key).outstanding for key in ("A-1", "A-2")] == [Decimal(96), Decimal(98)]
    with pytest.raises(IntegrityError, match="instalment_outstanding_not_negative"):
        LedgerEntry.objects.create(
            payer=first.liability.payer,
            instalment=first,
            kind="payment",
            account="principal",
            amount=Decimal(-97),
            value_on=PAID_ON,
            reference="test:9",
        )
