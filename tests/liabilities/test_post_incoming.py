"""Many payments posted at once come to what the same payments come to one by one."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.errors import Refused
from liabilities.actions import PaymentPart, post_payment
from liabilities.incoming import Incoming, post_incoming
from liabilities.models import Instalment, LedgerEntry
from liabilities.queries import credit, unproven_instalments
from residents.merging import merge_payers
from residents.models import Payer
from tests import make

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 16)
KINDS = ("PODATEK_NIERUCHOMOSCI_OF", "ODPADY", "DZIERZAWA", "KONCESJA_ALKOHOLOWA")


def land(*payments: Incoming) -> list[object]:
    return list(post_incoming(payments, subject="test", by=make.BY, at=make.now()))


def incoming(payer: Payer, amount: str, reference: str = "bank:1:1", **more: object) -> Incoming:
    return Incoming(payer.pk, Decimal(amount), DAY, reference, **more)  # type: ignore[arg-type]


def with_dues(serial: int, *, chance: random.Random) -> Payer:
    """A payer with one due of each kind, some of them late."""
    number = make.pesel(serial)
    who = make.payer(number, f"Płatnik {serial}")
    make.dues(
        *(
            make.row(
                number,
                key=f"K{serial}-{place}",
                kind=kind,
                title=f"Tytuł {kind}",
                due_on=DAY + timedelta(days=chance.randrange(-400, 60)),
                amount=f"{chance.randrange(100, 9000)},{chance.randrange(100):02d}",
            )
            for place, kind in enumerate(KINDS)
        )
    )
    return who


def one_by_one(payer: Payer, amount: Decimal, reference: str) -> None:
    """The same by `post_payment`: whole dues by their terms, the last one a part, what is left as credit."""
    left = amount
    for due in Instalment.objects.for_payer(payer.pk).order_by("payable_by", "pk"):
        if due.outstanding and left:
            posting = post_payment(
                payer_id=payer.pk,
                parts=[PaymentPart(due.pk, left)],
                value_on=DAY,
                reference=f"{reference}:{due.pk}",
                by=make.BY,
                at=make.now(),
            )
            reverse_credit(payer, f"{reference}:{due.pk}")
            left = posting.credit


def reverse_credit(payer: Payer, reference: str) -> None:
    """The rest goes on to the next due, so its credit is taken back."""
    for entry in LedgerEntry.objects.filter(payer=payer, reference=reference, account="credit"):
        LedgerEntry.objects.create(
            payer=payer,
            kind="transfer",
            account="credit",
            amount=-entry.amount,
            value_on=DAY,
            reference=f"{reference}!",
            due_kind_id=entry.due_kind_id,
        )


def seen(payer: Payer) -> list[tuple[str, Decimal]]:
    rows = LedgerEntry.objects.filter(payer=payer, instalment__isnull=False).exclude(kind="assessment")
    return sorted(rows.values_list("instalment__liability__kind_id", "kind", "account", "amount"))


@pytest.mark.parametrize("seed", range(4))
def test_a_batch_comes_to_what_its_payments_come_to_one_by_one(seed: int) -> None:
    first = with_dues(10 + seed, chance=random.Random(seed))
    second = with_dues(50 + seed, chance=random.Random(seed))
    chance = random.Random(f"amounts {seed}")
    amounts = [Decimal(chance.randrange(1, 900_000)) / 100 for _ in range(4)]
    land(*(incoming(first, str(amount), f"bank:{place}:1") for place, amount in enumerate(amounts)))
    for place, amount in enumerate(amounts):
        one_by_one(second, amount, f"one:{place}")
    assert seen(first) == seen(second)
    owed = [
        list(Instalment.objects.for_payer(who.pk).order_by("payable_by", "pk").values_list("outstanding", flat=True))
        for who in (first, second)
    ]
    assert owed[0] == owed[1]
    assert unproven_instalments() == []


def test_the_earliest_term_is_paid_first_and_the_rest_is_credit(anna_payer: Payer) -> None:
    make.dues(make.row(make.pesel(1), key="ANNA-0", instalment=2, due_on=DAY, amount="30,00"))
    land(incoming(anna_payer, "50.00"))
    assert make.instalment("ANNA-0").outstanding == 0
    assert make.instalment("ANNA-1").outstanding == Decimal("80.00")
    land(incoming(anna_payer, "90.00", "bank:2:1"))
    assert credit(anna_payer.pk) == Decimal("10.00")


def test_what_the_payer_named_is_paid_and_nothing_else(anna_payer: Payer) -> None:
    make.dues(make.row(make.pesel(1), key="ANNA-0", instalment=2, due_on=DAY, amount="30,00"))
    land(incoming(anna_payer, "110.00", instalments=(make.instalment("ANNA-1").pk,)))
    assert make.instalment("ANNA-0").outstanding == Decimal("30.00")
    assert credit(anna_payer.pk) == Decimal("10.00")


def test_a_kind_takes_only_its_own_dues(anna_payer: Payer) -> None:
    make.dues(make.row(make.pesel(1), key="ANNA-0", kind="ODPADY", title="Odpady", amount="30,00"))
    land(incoming(anna_payer, "40.00", kind_code="ODPADY"))
    assert make.instalment("ANNA-0").outstanding == 0
    assert make.instalment("ANNA-1").outstanding == Decimal("100.00")
    assert credit(anna_payer.pk) == Decimal("10.00")


def test_a_reference_is_posted_once_also_within_a_batch(anna_payer: Payer) -> None:
    first = land(incoming(anna_payer, "10.00"), incoming(anna_payer, "10.00"))
    again = land(incoming(anna_payer, "10.00"))
    assert make.instalment("ANNA-1").outstanding == Decimal("90.00")
    assert [one.is_new for one in [*first, *again]] == [True, False, False]  # type: ignore[attr-defined]


def test_a_foreign_due_and_a_sum_of_nothing_are_refused_and_nothing_is_posted(anna_payer: Payer, firma: Payer) -> None:
    foreign = make.instalment("FIRMA-1").pk
    with pytest.raises(Refused, match="nie należy do tego płatnika"):
        land(incoming(anna_payer, "10.00"), incoming(anna_payer, "10.00", "bank:2:1", instalments=(foreign,)))
    with pytest.raises(Refused, match="Nie ma czego"):
        land(incoming(anna_payer, "0.00"))
    assert not LedgerEntry.objects.filter(kind="payment").exists()


def test_money_for_a_merged_record_is_for_the_one_that_was_kept(anna_payer: Payer) -> None:
    double = make.payer(make.pesel(6), "Nowak Anna")
    merge_payers(kept=anna_payer, duplicate=double, reason="x", by=make.BY, at=make.now())
    land(incoming(double, "130.00"))
    assert make.instalment("ANNA-1").outstanding == 0
    assert credit(anna_payer.pk) == Decimal("30.00")
