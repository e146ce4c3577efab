"""What the demo town gave back and what its provider paid out: a refund done, one that waits for a second person, a
payout reconciled to the grosz, one with a difference.
"""

from decimal import Decimal
from itertools import islice
from uuid import UUID

from core.actor import Actor
from core.money import grosz
from payments.models import BankEntry, Payment, Payout, Refund
from payments.payout_settling import settle_payout
from payments.refund_sending import ask_about_refund
from payments.refund_sources import left_to_refund
from payments.refund_states import RefundStage
from payments.refunds import ask_refund
from payments.states import State
from residents.models import Account
from spm.demo.town import Town

COMMISSION = Decimal("0.012")
MISSING = Decimal("5.00")
LUMPS = (2, 3, 3)  # payments in the payout that agrees, in the one that does not, in the one that waits
SETTLED = 2
TWICE = UUID(int=3, version=4)  # paid at the counter as well (spm/demo/town.py)


def payouts() -> list[tuple[Decimal, list[Payment]]]:
    """What PayU paid out: sums as they came to the account, and the payments in each."""
    paid = iter(Payment.objects.filter(provider="payu", state=State.PAID).order_by("pk")[: sum(LUMPS)])
    lumps = [held for most in LUMPS if (held := list(islice(paid, most)))]
    told = [(_gross(held) - _fee(held), held) for held in lumps]
    return [(amount - MISSING if place == 1 else amount, held) for place, (amount, held) in enumerate(told)]


def _gross(held: list[Payment]) -> Decimal:
    return sum((one.charged for one in held), Decimal(0))


def _fee(held: list[Payment]) -> Decimal:
    return grosz(_gross(held) * COMMISSION)


def settle_payouts(town: Town) -> None:
    """The treasurer said what each payout holds; of the second five złoty are missing, and PayU is asked."""
    if Payout.objects.exists():
        return
    by = _treasurer()
    for amount, held in payouts()[:SETTLED]:
        entry = BankEntry.objects.filter(state="payout", provider="payu", amount=amount).first()
        if entry is not None:
            keys = [f"p{one.pk}" for one in held]
            note = "reklamacja w PayU: brakuje 5 zł"
            settle_payout(entry.pk, keys=keys, fee=_fee(held), note=note, by=by, at=town.now)


def give_back(town: Town) -> None:
    """Twenty złoty went back of what was paid twice; the largest payment is to go back whole, when somebody agrees."""
    if Refund.objects.exists():
        return
    by = _treasurer()
    twice = Payment.objects.filter(number=TWICE, state=State.PAID).first()
    if twice is not None:
        _ask(twice, min(Decimal(20), left_to_refund(twice, twice.payer.kept_id)), "zapłacono też w kasie", by, town)
    largest = Payment.objects.filter(state=State.PAID).exclude(number=TWICE).order_by("-amount", "pk").first()
    if largest is not None:
        _ask(largest, left_to_refund(largest, largest.payer.kept_id), "wpłata za cudzą nieruchomość", by, town)
    for _ in range(2):  # ordered at the provider, then asked about: no notice comes while the town is loaded
        for refund in Refund.objects.filter(stage__in=[RefundStage.ORDERED, RefundStage.SENT]):
            ask_about_refund(refund.pk, by=by, at=town.now)


def _ask(payment: Payment, amount: Decimal, reason: str, by: Actor, town: Town) -> None:
    if amount > 0:
        ask_refund(payment, payer_id=payment.payer_id, amount=amount, reason=reason, by=by, at=town.now)


def _treasurer() -> Actor:
    account = Account.objects.get(email="skarbnik@dolina.example")
    return Actor(account.full_name, account_id=account.pk)
