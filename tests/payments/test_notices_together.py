"""Notices brought in by the batch come to what they come to one by one, and one that fails holds up no other."""

import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import inbound
from core.actor import job
from core.models import InboundEvent
from liabilities.bearers import set_bearers
from liabilities.models import Instalment, LedgerEntry
from liabilities.queries import unproven_instalments
from notifications.models import Message
from payments import completing
from payments.completing import complete_payments
from payments.models import Payment, PaymentLine
from payments.money_proof import unproven_money
from payments.notices import handle_notices
from payments.providers import Notice
from payments.states import State
from residents.models import Account
from tests import make
from tests.payments.paying import Paying, body_of, digest_of, notice, path_of, send

pytestmark = pytest.mark.django_db
KINDS = ("PODATEK_NIERUCHOMOSCI_OF", "ODPADY", "DZIERZAWA", "KONCESJA_ALKOHOLOWA")
DAY = make.today() - timedelta(days=3)
NOW = make.now()
PAYMENTS = 14


class Street:
    """Three payers with dues of four kinds, some late, one owed by two; an account that pays for all three."""

    def __init__(self, number: int, *, chance: random.Random) -> None:
        self.number = number
        self.payers = [make.payer(make.pesel(number * 10 + who), f"Płatnik {number} {who}") for who in range(3)]
        rows = [
            make.row(
                make.pesel(number * 10 + who),
                key=f"S{number}-{who}-{place}",
                kind=kind,
                title=f"Tytuł {kind}",
                due_on=DAY + timedelta(days=chance.randrange(-400, 60)),
                amount=f"{chance.randrange(100, 900)},{chance.randrange(100):02d}",
            )
            for who in range(3)
            for place, kind in enumerate(KINDS)
        ]
        make.dues(*rows, source=f"street{number}")
        make.consent(make.pesel(number * 10))
        self.dues = self._fresh()
        set_bearers({self.dues[0].liability_id: {self.payers[1].pk}}, reason="test", by=make.BY)
        self.account = Account.objects.create_user(f"street{number}@example.com", "x")
        self.payments = [self._payment(place, chance) for place in range(PAYMENTS)]

    def _payment(self, place: int, chance: random.Random) -> Payment:
        """Of a few dues; what was frozen is not always what is owed by now."""
        chosen = chance.sample(self.dues, chance.randrange(1, 4))
        sums = [Decimal(chance.randrange(1, 120_000)) / 100 for _ in chosen]
        payers = [due.liability.payer for due in chosen]
        payment = Payment.objects.create(
            payer=payers[0],
            made_by=self.account,
            provider="payu",
            amount=sum(sums, Decimal(0)),
            state=chance.choice(["redirected", "pending", "cancelled", "expired"]),
            provider_order_id=f"STREET{self.number}P{place}",
            frozen_until=NOW,
            started_at=NOW - timedelta(days=2),
        )
        for due, payer, amount in zip(chosen, payers, sums, strict=True):
            PaymentLine.objects.create(
                payment=payment, payer=payer, instalment=due, principal=amount, interest=0, costs=0
            )
        return payment

    def told(self, chance: random.Random) -> list[tuple[int, Notice]]:
        """Twice as many notices as payments: repeats, stragglers and wrong sums among them, in no order."""
        said = []
        for _ in range(PAYMENTS * 2):
            payment = self.payments[chance.randrange(PAYMENTS)]
            state = chance.choice([State.PAID, State.PAID, State.PENDING, State.CANCELLED, State.CLERK])
            wrong = {"amount": Decimal("0.01")} if chance.random() < 0.1 else {}
            said.append((payment.pk, notice(payment, state, paid_on=DAY, **wrong)))
        return said

    def books(self) -> list[Any]:
        """Everything that came of it, without the numbers that differ from street to street."""
        found: list[Any] = []
        for payment in self.payments:
            payment.refresh_from_db()
            rows = LedgerEntry.objects.filter(reference__startswith=f"payment:{payment.pk}").order_by("pk")
            rows = rows.exclude(reference__regex=rf"^payment:{payment.pk}\d")
            entered = rows.values_list(
                "payer__name", "instalment__external_id", "kind", "account", "amount", "due_kind"
            )
            facts = list(payment.facts.values_list("kind", "amount"))
            found.append(
                (payment.state, payment.problem, path_of(payment), facts, sorted(map(self._bare, entered), key=str))
            )
        found.append([(due.outstanding, due.costs) for due in self._fresh()])
        return found

    def confirmed(self) -> list[tuple[str, str]]:
        """The ways and sums of the confirmations."""
        rows = Message.objects.filter(payer__in=self.payers, kind="payment_posted")
        return sorted((one.channel, one.facts["amount_pln"]) for one in rows)

    def _fresh(self) -> list[Instalment]:
        return list(Instalment.objects.filter(source=f"street{self.number}").order_by("external_id"))

    def _bare(self, row: Sequence[object]) -> tuple[str, ...]:
        own = (f"Płatnik {self.number} ", f"S{self.number}-")
        return tuple(str(cell).replace(own[0], "P").replace(own[1], "S") for cell in row)


@pytest.mark.parametrize("seed", range(3))
def test_a_batch_comes_to_what_its_notices_come_to_one_by_one(seed: int) -> None:
    streets = [Street(number, chance=random.Random(seed)) for number in (1, 2)]
    together, singly = (street.told(random.Random(f"told {seed}")) for street in streets)
    by = job("test")
    problems = complete_payments(together, at=NOW, by=by)
    assert problems == [complete_payments([one], at=NOW, by=by)[0] for one in singly]
    first, second = (street.books() for street in streets)
    assert first == second
    assert streets[0].confirmed() == streets[1].confirmed() != []
    assert (unproven_instalments(), unproven_money()) == ([], {})
    assert {State(one[0]) for one in first[:-1]} >= {State.PAID, State.CLERK}


def test_one_that_the_ledger_refuses_goes_to_a_clerk_and_the_others_are_posted(paying: Paying) -> None:
    make.dues(make.row(make.pesel(1), key="ANNA-9", kind="ODPADY", title="Odpady"), source="other")
    payments = [paying.start(), paying.start("ANNA-9"), paying.start("ANNA-2")]
    liability = make.instalment("ANNA-9").liability
    type(liability).objects.filter(pk=liability.pk).update(payer=make.payer(make.pesel(79), "Ewa Inna"))
    for payment in payments:
        send(body_of(payment))
    assert handle_notices(at=make.now()) == 3
    assert [Payment.objects.get(pk=payment.pk).state for payment in payments] == ["paid", "clerk", "paid"]
    assert paying.books() == ("0.00", "0.00", "0.00", 2)


def test_a_notice_that_ends_its_worker_is_soon_alone(paying: Paying, monkeypatch: pytest.MonkeyPatch) -> None:
    make.dues(*(make.row(make.pesel(1), key=f"M-{place}", instalment=place + 3) for place in range(7)), source="many")
    payments = [paying.start(f"M-{place}") for place in range(7)]
    for payment in payments:
        send(body_of(payment))
    poison, sizes = payments[0], []
    monkeypatch.setattr("core.inbound.TOGETHER", (6, 4))

    def dying(told: Sequence[tuple[int, Notice]], **_: Any) -> list[str]:
        sizes.append(len(told))
        raise SystemExit  # nothing is caught, as by SIGKILL

    monkeypatch.setattr("payments.notices.complete_payments", dying)
    for _ in range(3):
        with pytest.raises(SystemExit):
            handle_notices(at=make.now())
    assert sizes == [6, 4, 1]

    def honest(told: Sequence[tuple[int, Notice]], **options: Any) -> list[str]:
        if poison.pk in {payment_id for payment_id, _ in told}:
            raise ConnectionError
        return completing.complete_payments(told, **options)

    monkeypatch.setattr("payments.notices.complete_payments", honest)
    assert handle_notices(at=make.now()) == 6
    left = InboundEvent.objects.get(handled_at__isnull=True)
    assert (left.key, paying.books()[3]) == (digest_of(bytes(left.body)), 6)
    assert [one.pk for one in inbound.unhandled("payu")] == [left.pk]
