"""A credit pays dues: on whose ground, as of which day, in which order (OP art. 76, 76a; art. 498, 499 k.c.)."""

from datetime import date
from decimal import Decimal

import pytest

from core.errors import Refused
from liabilities.credits import credits_of
from liabilities.models import LedgerEntry
from liabilities.regimes import Regime
from liabilities.set_off import SetOff, set_off_credit
from liabilities.set_off_rules import Ground, why_not
from tests import make
from tests.liabilities.ledger_town import TAX, due, moment, pay, seen, set_off

NOW = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("ground", "of", "to", "is_future", "may"),
    [
        (Ground.EX_OFFICIO, Regime.TAX, Regime.TAX, False, True),
        (Ground.EX_OFFICIO, Regime.TAX, Regime.ALCOHOL, False, True),
        (Ground.EX_OFFICIO, Regime.TAX, Regime.TAX, True, False),
        (Ground.APPLICATION, Regime.TAX, Regime.TAX, True, True),
        (Ground.STATEMENT, Regime.TAX, Regime.TAX, False, False),
        (Ground.STATEMENT, Regime.CIVIL, Regime.COMMERCIAL, False, True),
        (Ground.EX_OFFICIO, Regime.CIVIL, Regime.CIVIL, False, False),
        (Ground.EX_OFFICIO, Regime.TAX, Regime.CIVIL, False, False),
        (Ground.STATEMENT, Regime.TAX, Regime.CIVIL, False, False),
        (Ground.STATEMENT, Regime.CIVIL, Regime.TAX, False, False),
        (Ground.APPLICATION, Regime.CIVIL, Regime.TAX, False, True),
        (Ground.EX_OFFICIO, None, Regime.TAX, False, False),
        (Ground.APPLICATION, None, Regime.TAX, False, True),
    ],
)
def test_op_76_and_kc_498_a_ground_for_each_pair_of_regimes(
    ground: Ground, of: Regime | None, to: Regime, *, is_future: bool, may: bool
) -> None:
    assert (why_not(ground, of=of, to=to, is_future=is_future) == "") is may


@pytest.mark.django_db
def test_op_76a_2_interest_of_the_arrear_ends_on_the_day_the_credit_arose() -> None:
    arrear = due(amount="1000,00")
    paid_twice = due("B-1", amount="100,00", due_on=date(2026, 12, 15))
    pay(paid_twice, "2149.00", on=date(2026, 3, 16))
    posting = set_off(arrear, of=TAX, ground=Ground.EX_OFFICIO, on=NOW)
    # 15 January to 16 March, not to July: 48 days at 11 %, 12 at 10,5 % → 17,92 zł, rounded 18 zł.
    assert (posting.interest, posting.principal) == (Decimal(18), Decimal(1000))
    assert credits_of(arrear.liability.payer_id) == {TAX: Decimal(1031)}
    entry = LedgerEntry.objects.get(kind="set_off", account="credit")
    assert (entry.value_on, entry.amount) == (date(2026, 3, 16), Decimal(1018))
    assert seen(arrear, on=NOW).is_paid


@pytest.mark.django_db
def test_lots_of_a_credit_are_used_the_oldest_first_each_as_of_its_own_day() -> None:
    other = due("B-1", amount="100,00", due_on=date(2026, 12, 15))
    pay(other, "150.00", on=date(2026, 2, 2))
    pay(other, "60.00", on=date(2026, 5, 4))
    arrear = due(amount="90,00", due_on=date(2026, 6, 15))
    set_off(arrear, of=TAX, ground=Ground.EX_OFFICIO, on=NOW)
    used = LedgerEntry.objects.filter(kind="set_off", account="credit").order_by("pk")
    assert [(entry.value_on, entry.amount) for entry in used] == [
        (date(2026, 2, 2), Decimal(50)),
        (date(2026, 5, 4), Decimal(40)),
    ]


@pytest.mark.django_db
def test_a_credit_of_a_tax_pays_no_lease_but_on_application() -> None:
    tax, lease = due("T-1", amount="100,00"), due("D-1", amount="100,00", kind="DZIERZAWA")
    pay(tax, "300.00", on=date(2026, 1, 10))
    for ground in (Ground.EX_OFFICIO, Ground.STATEMENT):
        with pytest.raises(Refused) as refusal:
            set_off(lease, of=TAX, ground=ground, on=NOW)
        assert refusal.value.code == "regimes_do_not_mix"
    assert LedgerEntry.objects.filter(kind="set_off").count() == 0
    assert set_off(lease, of=TAX, ground=Ground.APPLICATION, on=NOW).principal == Decimal(100)


@pytest.mark.django_db
def test_credits_are_kept_apart_by_the_kind_of_due_that_they_came_from() -> None:
    tax, lease = due("T-1", amount="100,00"), due("D-1", amount="100,00", kind="DZIERZAWA")
    pay(tax, "110.00", on=date(2026, 1, 10))
    pay(lease, "120.00", on=date(2026, 1, 10))
    assert credits_of(tax.liability.payer_id) == {TAX: Decimal(10), "DZIERZAWA": Decimal(20)}
    with pytest.raises(Refused) as refusal:
        set_off(lease, of="ODPADY", ground=Ground.APPLICATION, on=NOW)
    assert refusal.value.code == "credit_too_small"


@pytest.mark.django_db
def test_the_same_form_twice_is_one_set_off_and_a_strangers_due_is_none() -> None:
    tax, other = due("T-1", amount="100,00"), due("T-2", amount="100,00")
    pay(tax, "150.00", on=date(2026, 1, 10))
    make.dues(make.row(make.pesel(6), key="B-1", name="Jan Inny"))
    wanted = SetOff(other.liability.payer_id, TAX, [other.pk], Ground.EX_OFFICIO, "FN.1", "key", Decimal(20))
    first = set_off_credit(wanted, on=NOW, by=make.BY, at=moment(NOW))
    assert set_off_credit(wanted, on=NOW, by=make.BY, at=moment(NOW)) == first
    assert credits_of(tax.liability.payer_id) == {TAX: Decimal(30)}
    with pytest.raises(Refused, match="nie należy"):
        set_off_credit(
            SetOff(tax.liability.payer_id, TAX, [make.instalment("B-1").pk], Ground.EX_OFFICIO, "FN.2", "other"),
            on=NOW,
            by=make.BY,
            at=moment(NOW),
        )


@pytest.mark.django_db
def test_what_was_set_off_here_is_known_when_the_source_tells_of_it() -> None:
    tax, other = due("T-1", amount="100,00"), due("T-2", amount="100,00")
    pay(tax, "150.00", on=date(2026, 1, 10))
    set_off(other, of=TAX, ground=Ground.EX_OFFICIO, on=NOW)
    row = make.row(make.pesel(5), key="T-2", title="T-2", amount="100,00", paid="50,00", due_on=date(2026, 1, 15))
    assert make.dues(row, as_of=moment(date(2026, 8, 1))).rejected == 0
    assert make.instalment("T-2").outstanding == Decimal(50)
