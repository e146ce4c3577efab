"""Terms put off, arrears spread over instalments, sums remitted (OP art. 49, 57, 67a, 259)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.errors import Refused
from liabilities import tasks
from liabilities.deferral import defer
from liabilities.models import Decision, DecisionPart, Instalment, LimitationFact
from liabilities.plan import Rate, equal_rates, spread
from liabilities.prolongation import Stretch, prolongation_fee
from liabilities.queries import open_dues, unproven_instalments
from liabilities.relief_end import end_relief, lapse_reliefs
from liabilities.remission import remit
from liabilities.storno import reverse_event
from tests import make
from tests.liabilities.ledger_town import (
    NUMBER,
    council_resolved_a_fee,
    due,
    moment,
    pay,
    ruling,
    seen,
    total_of,
)

APPLIED, DECIDED = date(2026, 4, 1), date(2026, 4, 20)
UNTIL = date(2026, 9, 30)
TERMS = [date(2026, 5, 29), date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)]


def put_off(instalment: Instalment, *, until: date = UNTIL, with_fee: bool = True) -> Decision:
    """A deferral applied for on the first of April and decided on the twentieth."""
    decided = ruling(DECIDED, applied_on=APPLIED)
    return defer(instalment, decided, until=until, with_fee=with_fee, by=make.BY, at=moment(DECIDED))


def spread_out(*instalments: Instalment, rates: list[Rate]) -> Decision:
    """A plan applied for and decided on the same days."""
    return spread(
        payer_id=instalments[0].liability.payer_id,
        instalment_ids=[instalment.pk for instalment in instalments],
        rates=rates,
        ruling=ruling(DECIDED, applied_on=APPLIED),
        with_fee=True,
        by=make.BY,
        at=moment(DECIDED),
    )


def test_op_57_the_fee_is_half_the_rate_of_the_day_of_decision_in_full_zloty_of_365_days() -> None:
    # 1000 × 182 × 5,25 % : 365 = 26,18 zł
    assert prolongation_fee([Stretch(Decimal(1000), APPLIED, UNTIL)], percent=Decimal("5.25")) == Decimal("26.00")
    assert prolongation_fee([Stretch(Decimal(1000), UNTIL, APPLIED)], percent=Decimal("5.25")) == 0


@pytest.mark.django_db
def test_op_49_1_a_deferred_arrear_owes_what_it_did_on_the_day_of_application_and_the_fee() -> None:
    council_resolved_a_fee()
    arrear = due()
    before = seen(arrear, on=APPLIED).interest.amount
    put_off(arrear)
    for on in (DECIDED, UNTIL):
        now = seen(arrear, on=on)
        assert (now.principal, now.interest.amount, now.fee, now.is_overdue) == (1000, before, 26, False)
    assert seen(arrear, on=UNTIL).relief.startswith("odroczenie terminu")
    posting = pay(arrear, "1049.00", on=UNTIL)
    assert (posting.principal, posting.interest, posting.credit) == (1000, Decimal(23 + 26), 0)
    assert seen(arrear, on=UNTIL).is_paid
    assert unproven_instalments() == []


@pytest.mark.django_db
def test_op_49_2_once_missed_interest_counts_from_the_first_term_and_the_fee_falls() -> None:
    council_resolved_a_fee()
    arrear, plain = due(), due("B-1")
    put_off(arrear)
    late = UNTIL + timedelta(days=1)
    now, as_ever = seen(arrear, on=late), seen(plain, on=late)
    assert (now.interest.amount, now.fee, now.is_missed) == (as_ever.interest.amount, 0, True)
    assert lapse_reliefs(on=late, by=make.BY, at=moment(late)) == 0
    week = late + timedelta(days=8)
    assert [lapse_reliefs(on=week, by=make.BY, at=moment(week)) for _ in range(2)] == [1, 0]
    arrear.refresh_from_db()
    assert (arrear.payable_by, arrear.accrues_after, arrear.fee) == (plain.payable_by, None, 0)
    assert "art. 259" in Decision.objects.get().ended_why
    assert seen(arrear, on=week).total == seen(plain, on=week).total


@pytest.mark.django_db
def test_op_57_7_without_a_resolution_of_the_council_there_is_no_fee() -> None:
    arrear = due()
    put_off(arrear)
    assert seen(arrear, on=UNTIL).fee == 0


@pytest.mark.django_db
def test_a_term_put_off_before_it_came_bears_no_interest_but_the_fee_from_the_day_after_it() -> None:
    council_resolved_a_fee()
    coming = due(due_on=date(2026, 5, 15))
    put_off(coming, until=date(2026, 6, 15))
    now = seen(coming, on=date(2026, 6, 15))
    # 1000 × 31 × 5,25 % : 365 = 4,46 zł
    assert (now.interest.amount, now.fee) == (0, Decimal(4))


@pytest.mark.django_db
def test_a_source_that_knows_nothing_of_a_deferral_does_not_take_it_back() -> None:
    arrear = due()
    put_off(arrear)
    row = make.row(NUMBER, key="A-1", title="A-1", amount="1000,00", paid="100,00", due_on=date(2026, 1, 15))
    assert make.dues(row, as_of=moment(date(2026, 5, 4))).updated == 1
    arrear.refresh_from_db()
    assert (arrear.payable_by, arrear.accrues_after, arrear.outstanding) == (UNTIL, date(2026, 1, 15), 900)
    assert make.dues(row, as_of=moment(date(2026, 5, 5))).unchanged == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "until", "code"),
    [
        ("PODATEK_ROLNY", DECIDED, "term_not_later"),
        ("KONCESJA_ALKOHOLOWA", UNTIL, "relief_licence"),
    ],
)
def test_what_cannot_be_put_off_is_refused(kind: str, until: date, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        put_off(due(kind=kind), until=until)
    assert refusal.value.code == code
    assert Decision.objects.count() == 0


@pytest.mark.django_db
def test_a_decision_is_entered_once_and_a_due_has_one_new_term() -> None:
    first, second = due(), due("B-1")
    decision = put_off(first)
    with pytest.raises(Refused, match="już nowy termin"):
        put_off(first)
    with pytest.raises(Refused) as refusal:
        defer(second, ruling(DECIDED, number=decision.number), until=UNTIL, with_fee=True, by=make.BY, at=moment(UNTIL))
    assert refusal.value.code == "decision_known"
    assert seen(second, on=DECIDED).relief == ""


@pytest.mark.django_db
def test_a_plan_makes_an_instalment_of_each_rate_and_loses_no_grosz() -> None:
    council_resolved_a_fee()
    first, second = due(), due("B-1", amount="333,33", due_on=date(2026, 3, 16))
    payer = first.liability.payer_id
    owed = seen(first, on=APPLIED).total + seen(second, on=APPLIED).total
    decision = spread_out(first, second, rates=equal_rates(Decimal("1333.33"), TERMS))
    rates = open_dues(payer, on=DECIDED)
    fees = sum(part.fee for part in DecisionPart.objects.all())
    assert sum(rate.total for rate in rates) == owed + fees == total_of(payer)
    assert fees > 0
    assert [rate.number for rate in rates] == [1, 2, 3, 4, 4, 5]
    assert [rate.principal for rate in rates[:3]] == [Decimal("266.66")] * 3
    assert {rate.interest.amount for rate in open_dues(payer, on=TERMS[0])} == {r.interest.amount for r in rates}
    for old in (first, second):
        old.refresh_from_db()
        assert old.outstanding == 0
    assert decision.parts.count() == 6
    assert unproven_instalments() == []


@pytest.mark.django_db
def test_op_259_1_a_missed_rate_lapses_alone_and_1a_three_in_a_row_bring_down_the_plan() -> None:
    council_resolved_a_fee()
    arrear = due()
    decision = spread_out(arrear, rates=equal_rates(Decimal(1000), TERMS))
    late = TERMS[0] + timedelta(days=8)
    assert lapse_reliefs(on=late, by=make.BY, at=moment(late)) == 1
    first, *others = open_dues(arrear.liability.payer_id, on=late)
    assert (first.payable_by, first.fee, first.is_overdue) == (date(2026, 1, 15), 0, True)
    assert all(rate.fee > 0 and not rate.is_overdue for rate in others)
    pay(Instalment.objects.get(pk=others[0].instalment_id), str(others[0].total), on=TERMS[1])
    for term in TERMS[2:]:
        day = term + timedelta(days=8)
        lapse_reliefs(on=day, by=make.BY, at=moment(day))
    decision.refresh_from_db()
    assert "art. 259 § 1a" in decision.ended_why
    open_ones = open_dues(arrear.liability.payer_id, on=day)
    assert {rate.payable_by for rate in open_ones} == {date(2026, 1, 15)}
    assert sum(rate.principal for rate in open_ones) == Decimal(800)
    assert unproven_instalments() == []


@pytest.mark.django_db
def test_a_repealed_decision_ends_once_and_its_entries_are_no_matter_of_storno() -> None:
    arrear = due()
    decision = spread_out(arrear, rates=equal_rates(Decimal(1000), TERMS))
    entry = arrear.entries.get(kind="transfer")
    with pytest.raises(Refused) as refusal:
        reverse_event(entry, reason="x", on=DECIDED, by=make.BY, at=moment(DECIDED))
    assert refusal.value.code == "decision_stands"
    assert end_relief(decision, why="uchylona przez SKO", on=TERMS[0], by=make.BY, at=moment(TERMS[0])) == 5
    with pytest.raises(Refused, match="już nie obowiązuje"):
        end_relief(decision, why="x", on=TERMS[0], by=make.BY, at=moment(TERMS[0]))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rates", "code"),
    [
        ([Rate(TERMS[0], Decimal(1000))], "rates_wrong"),
        ([Rate(TERMS[1], Decimal(500)), Rate(TERMS[0], Decimal(500))], "rates_wrong"),
        ([Rate(DECIDED, Decimal(500)), Rate(TERMS[0], Decimal(500))], "rates_wrong"),
        ([Rate(TERMS[0], Decimal(0)), Rate(TERMS[1], Decimal(1000))], "rates_wrong"),
        ([Rate(TERMS[0], Decimal(500)), Rate(TERMS[1], Decimal("499.99"))], "rates_sum"),
    ],
)
def test_a_plan_that_does_not_fit_changes_nothing(rates: list[Rate], code: str) -> None:
    arrear = due()
    with pytest.raises(Refused) as refusal:
        spread_out(arrear, rates=rates)
    assert refusal.value.code == code
    assert (Decision.objects.count(), Instalment.objects.count()) == (0, 1)


@pytest.mark.django_db
def test_op_67a_2_with_a_remitted_principal_goes_its_interest() -> None:
    half, plain = due(), due("B-1", amount="500,00")
    remit(half, ruling(DECIDED), principal=Decimal(500), interest=Decimal(0), by=make.BY, at=moment(DECIDED))
    assert seen(half, on=UNTIL).total == seen(plain, on=UNTIL).total
    half.refresh_from_db()
    assert half.assessed == Decimal(500)


@pytest.mark.django_db
def test_remitted_interest_is_taken_off_and_a_part_payment_uses_its_part() -> None:
    arrear = due()
    then = seen(arrear, on=DECIDED).interest.amount
    remit(arrear, ruling(DECIDED), principal=Decimal(0), interest=then, by=make.BY, at=moment(DECIDED))
    assert seen(arrear, on=DECIDED).interest.amount == 0
    full = seen(due("B-1"), on=UNTIL).interest.amount
    now = seen(arrear, on=UNTIL).interest
    assert (now.amount, now.remitted) == (full - then, then)
    pay(arrear, str((1000 + now.amount) / 2), on=UNTIL)
    left = seen(arrear, on=UNTIL)
    assert left.principal == Decimal(500)
    assert abs(left.interest.amount - now.amount / 2) <= 1
    assert unproven_instalments() == []


@pytest.mark.django_db
def test_a_remission_is_undone_whole() -> None:
    arrear = due()
    before = seen(arrear, on=UNTIL).total
    remit(arrear, ruling(DECIDED), principal=Decimal(300), interest=Decimal(10), by=make.BY, at=moment(DECIDED))
    entry = arrear.entries.get(kind="remission", account="principal")
    reverse_event(entry, reason="uchylona", on=UNTIL, by=make.BY, at=moment(UNTIL))
    assert seen(arrear, on=UNTIL).total == before
    assert Decision.objects.get().ended_on == UNTIL


@pytest.mark.django_db
def test_no_more_is_remitted_than_is_owed() -> None:
    arrear = due()
    for principal, interest in (("1000.01", "0"), ("0", "999"), ("1000", "1"), ("0", "0"), ("-1", "2")):
        with pytest.raises(Refused):
            remit(
                arrear,
                ruling(DECIDED),
                principal=Decimal(principal),
                interest=Decimal(interest),
                by=make.BY,
                at=moment(DECIDED),
            )
    assert Decision.objects.count() == 0


@pytest.mark.django_db
def test_op_70_2_a_term_put_off_stops_the_limitation() -> None:
    arrear, lease = due(), due("D-1", kind="DZIERZAWA")
    put_off(arrear)
    put_off(lease)
    (fact,) = LimitationFact.objects.all()
    assert (fact.instalment, fact.from_on, fact.until_on) == (arrear, DECIDED, UNTIL)


@pytest.mark.django_db
def test_the_timetable_books_what_lapsed() -> None:
    arrear = due()
    put_off(arrear, until=date(2026, 5, 4))
    assert tasks.lapse_reliefs.run() == 1
    arrear.refresh_from_db()
    assert arrear.accrues_after is None
