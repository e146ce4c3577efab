"""The alcohol licence fee paid late: ustawa o wychowaniu w trzeźwości art. 18 ust. 12b."""

from datetime import date
from decimal import Decimal

import pytest

from liabilities.actions import PaymentPart, Posting, post_payment
from liabilities.alcohol import late_licence
from liabilities.models import EntryKind, LedgerAccount, LedgerEntry, Reading
from liabilities.queries import OpenDue, open_dues, unproven_instalments
from tests import make

NIP = make.nip(3)
TERMS = [date(2026, 1, 31), date(2026, 5, 31), date(2026, 9, 30)]


@pytest.mark.parametrize(
    ("on", "surcharge", "is_expired"),
    [
        ("2026-10-01", "157.50", False),
        ("2026-10-30", "157.50", False),
        ("2026-10-31", "0.00", True),
    ],
)
def test_thirty_days_of_grace_cost_thirty_per_cent_of_the_yearly_fee(on: str, surcharge: str, is_expired: bool) -> None:
    late = late_licence(
        yearly_fee=Decimal("525.00"),
        surcharge_paid=Decimal(0),
        payable_by=date(2026, 9, 30),
        on=date.fromisoformat(on),
    )
    assert late is not None
    assert (str(late.surcharge), late.is_expired, late.grace_until) == (surcharge, is_expired, date(2026, 10, 30))


def test_in_time_costs_nothing_more() -> None:
    for on in (date(2026, 9, 1), date(2026, 9, 30)):
        in_time = late_licence(yearly_fee=Decimal(525), surcharge_paid=Decimal(0), payable_by=date(2026, 9, 30), on=on)
        assert in_time is None


@pytest.mark.parametrize(("terms_move", "grace_until"), [(True, date(2026, 3, 16)), (False, date(2026, 3, 14))])
def test_the_end_of_grace_moves_as_terms_do(terms_move: bool, grace_until: date) -> None:
    late = late_licence(
        yearly_fee=Decimal(525),
        surcharge_paid=Decimal(0),
        payable_by=date(2026, 2, 12),
        on=date(2026, 2, 13),
        terms_move=terms_move,
    )
    assert late is not None
    assert late.grace_until == grace_until  # 14 March 2026 is a Saturday


@pytest.fixture
def licence(db: None) -> int:
    """A licence of 525 zł a year in three instalments; returns the payer's id."""
    rows = [
        make.row(
            NIP,
            key=f"ALK-{place}",
            name="Sklep pod Lipą",
            kind="KONCESJA_ALKOHOLOWA",
            title="Zezwolenie na piwo",
            instalment=place,
            due_on=term,
            amount="175,00",
        )
        for place, term in enumerate(TERMS, 1)
    ]
    make.dues(*rows)
    return make.instalment("ALK-1").liability.payer_id


def due(payer_id: int, on: str, number: int = 2) -> OpenDue:
    """The instalment as its payer sees it on a day."""
    return next(one for one in open_dues(payer_id, on=date.fromisoformat(on)) if one.number == number)


def pay(payer_id: int, amount: str, on: str, reference: str = "payment:1") -> Posting:
    """Pay the second instalment, payable by 1 June 2026."""
    return post_payment(
        payer_id=payer_id,
        parts=[PaymentPart(make.instalment("ALK-2").pk, Decimal(amount))],
        value_on=date.fromisoformat(on),
        reference=reference,
        by=make.BY,
        at=make.now(),
    )


@pytest.mark.parametrize(
    ("on", "total", "is_expired"),
    [
        ("2026-05-31", "175.00", None),
        ("2026-06-01", "175.00", None),  # 31 May is a Sunday
        ("2026-06-02", "332.50", False),
        ("2026-07-01", "332.50", False),
        ("2026-07-02", "175.00", True),
    ],
)
def test_a_late_instalment_costs_the_surcharge_and_no_interest(
    licence: int, on: str, total: str, is_expired: bool | None
) -> None:
    seen = due(licence, on)
    assert (str(seen.total), seen.interest.periods) == (total, ())
    assert (seen.interest.licence.is_expired if seen.interest.licence else None) is is_expired


def test_a_surcharge_is_entered_under_its_own_name_and_closes_the_due(licence: int) -> None:
    posting = pay(licence, "332.50", "2026-06-10")
    assert (posting.principal, posting.interest, posting.credit) == (175, Decimal("157.50"), 0)
    assert posting.closed == (make.instalment("ALK-2").pk,)
    entries = LedgerEntry.objects.filter(account=LedgerAccount.SURCHARGE).order_by("pk")
    assert [(entry.kind, entry.amount) for entry in entries] == [
        (EntryKind.SURCHARGE, Decimal("157.50")),
        (EntryKind.PAYMENT, Decimal("-157.50")),
    ]
    assert not LedgerEntry.objects.filter(account=LedgerAccount.INTEREST).exists()
    assert unproven_instalments() == []


def test_the_surcharge_is_asked_for_once_though_paid_in_parts(licence: int) -> None:
    first = pay(licence, "100.00", "2026-06-10")
    left = due(licence, "2026-06-20")
    assert left.interest.amount == Decimal("157.50") - first.interest
    assert left.total == Decimal("232.50")
    assert pay(licence, "232.50", "2026-06-20", "payment:2").closed == (make.instalment("ALK-2").pk,)


def test_a_town_may_read_that_terms_of_the_alcohol_fee_do_not_move(licence: int) -> None:
    Reading.objects.create(question="alcohol_terms", valid_from=date(2026, 1, 1), answer="stays")
    number = make.nip(4)
    make.dues(make.row(number, key="ALK-9", kind="KONCESJA_ALKOHOLOWA", due_on=TERMS[1]), source="b")
    assert make.instalment("ALK-9").payable_by == date(2026, 5, 31)
    assert make.instalment("ALK-2").payable_by == date(2026, 6, 1)
