"""Anna pays: what the tests of payments do over and over."""

import hashlib
import json
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from liabilities.models import Instalment, LedgerEntry
from liabilities.queries import credit
from notifications.models import Message
from payments.actions import complete_payment
from payments.checkout import start_payment
from payments.models import Payment
from payments.providers import Notice
from payments.providers.payu import HASHES
from payments.states import State
from payments.wishes import Wish
from residents.models import Account, Payer
from tests import make

HOOK = "/hooks/payu/"


def start(payer: Payer, account: Account, *keys: str, at: datetime | None = None, **changes: Any) -> Payment:
    """Start a payment of the dues with these keys, `ANNA-1` when none is named."""
    moment = at or make.now()
    wanted: dict[str, Any] = {
        "payers": [payer],
        "wishes": [Wish(make.instalment(key).pk) for key in keys or ("ANNA-1",)],
        "provider": "payu",
        "made_by": account,
        "by": make.BY,
        "on": timezone.localdate(moment),
        "at": moment,
        "customer_ip": "127.0.0.1",
        "number": uuid.uuid4(),
        **changes,
    }
    return start_payment(**wanted)


def pay(payer: Payer, account: Account) -> Payment:
    """A payment of `ANNA-1`, paid whole."""
    payment = start(payer, account)
    assert complete_payment(payment.pk, notice=notice(payment), at=make.now()) == ""
    return payment


class Paying:
    """Anna, her account, and her two open dues `ANNA-1` (100 zł) and `ANNA-2` (50 zł)."""

    def __init__(self) -> None:
        number = make.pesel(1)
        self.payer = make.payer(number, "Anna Nowak")
        make.dues(
            make.row(number, key="ANNA-1"),
            make.row(number, key="ANNA-2", amount="50,00", instalment=2),
        )
        make.consent(number)
        self.account = make.account("anna@example.com", name="Anna Nowak")
        make.mandate(self.account, self.payer)

    def start(self, *keys: str, at: datetime | None = None, **changes: Any) -> Payment:
        """Start a payment of the dues with these keys."""
        return start(changes.pop("payer", self.payer), self.account, *keys, at=at, **changes)

    def books(self) -> tuple[str, str, str, int]:
        """What is left of the two dues, Anna's credit, and how many messages confirm a payment."""
        left = [str(make.instalment(key).outstanding) for key in ("ANNA-1", "ANNA-2")]
        told = Message.objects.filter(kind="payment_posted", channel="sms").count()
        return left[0], left[1], str(credit(self.payer.pk)), told


def postings(payment: Payment) -> int:
    """How many ledger entries bear the payment's name."""
    return LedgerEntry.objects.filter(reference=f"payment:{payment.pk}").count()


def path_of(payment: Payment) -> list[str]:
    """The states that a payment went through."""
    return list(payment.changes.order_by("pk").values_list("after", flat=True))


def notice(payment: Payment, state: State = State.PAID, **changes: Any) -> Notice:
    """What PayU would say of a payment, as the provider's file gives it on."""
    said: dict[str, Any] = {
        "provider_order_id": payment.provider_order_id,
        "number": str(payment.number),
        "state": state,
        "amount": payment.amount,
        "currency": "PLN",
        "paid_on": None,
        "status": state.value.upper(),
        **changes,
    }
    return Notice(**said)


def order_told(payment: Payment, status: str = "COMPLETED", **changes: Any) -> dict[str, Any]:
    """The `order` of PayU's JSON about a payment."""
    return {
        "orderId": payment.provider_order_id,
        "extOrderId": str(payment.number),
        "orderCreateDate": "2026-05-01T10:00:00.000+02:00",
        "merchantPosId": settings.PAYU["pos_id"],
        "currencyCode": "PLN",
        "totalAmount": str(int(payment.amount * 100)),
        "status": status,
        "buyer": {"email": "anna@example.com"},
        **changes,
    }


def body_of(payment: Payment, status: str = "COMPLETED", **changes: Any) -> bytes:
    """A notice's body as PayU writes it."""
    said: dict[str, Any] = {"order": order_told(payment, status, **changes)}
    if status == "COMPLETED":
        said["localReceiptDateTime"] = make.now().isoformat()
    return json.dumps(said, ensure_ascii=False).encode()


def signature(body: bytes, *, algorithm: str = "MD5", key: str | None = None) -> str:
    """PayU's header for *body*."""
    digest = HASHES[algorithm](body + (key or str(settings.PAYU["second_key"])).encode()).hexdigest()
    return f"sender=checkout;signature={digest};algorithm={algorithm};content=DOCUMENT"


def send(body: bytes, *, header: str | None = None, client: Client | None = None) -> HttpResponse:
    """POST a notice to the portal as PayU does; returns its answer."""
    return (client or Client(enforce_csrf_checks=True)).post(  # type: ignore[return-value]
        HOOK,
        body,
        content_type="application/json",
        headers={"OpenPayu-Signature": signature(body) if header is None else header},
    )


def digest_of(body: bytes) -> str:
    """The key under which a genuine notice is kept."""
    return hashlib.sha256(body).hexdigest()


def pln(text: str) -> Decimal:
    """An amount in złoty."""
    return Decimal(text)


def day_after(payment: Payment) -> date:
    """The day on which the instalments of a payment are due."""
    return Instalment.objects.filter(payment_lines__payment=payment).latest("payable_by").payable_by
