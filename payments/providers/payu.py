"""PayU REST API 2.1 (Poland): create an order, ask about it, check its notices.

Source: the vendor's documentation (auth-and-order, order life cycle, references) as read in November 2026. Amounts are
strings of grosze; creating an order answers 302 with a JSON body, which must not be followed; a notice is signed by a
hash of its raw body and the second key, which is no HMAC.

PayU knows our payment by `extOrderId` and refuses a second order for it (ERROR_ORDER_NOT_UNIQUE), but cannot be asked
which order has that id. So an order whose answer was lost is never looked for: the payer was sent nowhere, nobody can
pay it, and PayU cancels it when its validity ends. The payer tries again with a new payment and a new id.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone
from requests import Response

from core.errors import Refused
from core.http import AnswerLost, OutgoingSession, Unreachable
from core.money import from_grosze, to_grosze
from payments.providers import (
    Notice,
    NoticeRefused,
    NoticeUnclear,
    Order,
    ProviderDoubt,
    ProviderDown,
    ProviderRefused,
    Redirect,
    RefundAnswer,
    RefundNotice,
    RefundOrder,
    RefundState,
    keys_for,
)
from payments.providers.answers import body_of
from payments.providers.tokens import forget_token, keep_token, kept_token, token_key
from payments.states import State

STATES = {
    "NEW": State.REDIRECTED,
    "PENDING": State.PENDING,
    "WAITING_FOR_CONFIRMATION": State.PENDING,
    "COMPLETED": State.PAID,
    "CANCELED": State.CANCELLED,
    "REJECTED": State.CLERK,  # money that came after the order was cancelled
}
REFUNDS = {"PENDING": RefundState.PENDING, "FINALIZED": RefundState.DONE, "CANCELED": RefundState.REFUSED}
HASHES = {
    "MD5": hashlib.md5,
    "SHA-1": hashlib.sha1,
    "SHA-256": hashlib.sha256,
    "SHA-384": hashlib.sha384,
    "SHA-512": hashlib.sha512,
}
ALSO_CALLED = {"SHA": "SHA-1", "SHA1": "SHA-1", "SHA256": "SHA-256", "SHA384": "SHA-384", "SHA512": "SHA-512"}
KEYS = ("pos_id", "client_id", "client_secret", "second_key")
ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
PATIENCE = (3, 6)  # seconds to connect and to answer when a page waits
LONGEST_NAME, LONGEST_DESCRIPTION = 255, 4000


class PayU:
    """One point of sale at PayU."""

    name = "payu"
    label = "PayU (BLIK, karta, przelew online)"
    kept_headers = ("OpenPayu-Signature", "X-OpenPayU-Signature")

    def __init__(self, recipient: str = "") -> None:
        self._session = OutgoingSession()
        self._recipient = recipient

    @property
    def _keys(self) -> dict[str, str]:
        return keys_for(settings.PAYU, self._recipient, KEYS)

    def is_ready(self) -> bool:
        """Every key of the point of sale is there."""
        return all(self._keys.values())

    def create_order(self, order: Order) -> Redirect:
        """POST /api/v2_1/orders, which answers 302 with JSON. Success without a page to pay on is in doubt."""
        try:
            answer = self._call("POST", "/api/v2_1/orders", json=_asked(order, self._keys["pos_id"]))
        except AnswerLost as error:
            raise ProviderDoubt(str(error)) from error
        told = body_of(answer)
        code = _status_code(told)
        if answer.status_code in {200, 201, 302} and code.startswith(("SUCCESS", "WARNING_CONTINUE")):
            return _redirect(told, answer)
        if answer.status_code == 503:  # SERVICE_NOT_AVAILABLE: turned away at the door
            raise ProviderDown(code)
        if answer.status_code >= 500 or answer.status_code in {302, 408} or code == "ERROR_ORDER_NOT_UNIQUE":
            raise ProviderDoubt(code or f"HTTP {answer.status_code}")
        raise ProviderRefused(_words(told) or f"HTTP {answer.status_code}")

    def retrieve(self, provider_order_id: str) -> Notice:
        """GET /api/v2_1/orders/{id}. PayU tells the moment of payment in notices only: `paid_on` is None here."""
        try:
            answer = self._call("GET", f"/api/v2_1/orders/{quote(provider_order_id, safe='')}", timeout=PATIENCE)
        except AnswerLost as error:
            raise ProviderDown(str(error)) from error
        told = body_of(answer)
        if answer.status_code >= 500 or answer.status_code == 408:
            raise ProviderDown(f"HTTP {answer.status_code}")
        try:
            notice = _notice(told["orders"][0], receipt=None, pos_id=self._keys["pos_id"])
        except NoticeUnclear as error:
            raise ProviderRefused("UNKNOWN_STATUS") from error
        except (KeyError, IndexError, TypeError, ValueError, Refused) as error:
            raise ProviderRefused(_words(told) or f"HTTP {answer.status_code}") from error
        if notice.provider_order_id != provider_order_id:
            raise ProviderRefused("OTHER_ORDER")
        return notice

    def settle(self, notice: Notice) -> Notice:
        """PayU receives by itself: there is nothing to settle."""
        return notice

    def refund(self, refund: RefundOrder) -> RefundAnswer:
        """POST /api/v2_1/orders/{id}/refunds; a repeated extRefundId returns the earlier refund."""
        asked = {
            "refund": {
                "description": refund.description[:LONGEST_DESCRIPTION],
                "amount": str(to_grosze(refund.amount)),
                "extRefundId": refund.number,
            }
        }
        path = f"/api/v2_1/orders/{quote(refund.provider_order_id, safe='')}/refunds"
        try:
            answer = self._call("POST", path, json=asked)
        except AnswerLost as error:
            raise ProviderDoubt(str(error)) from error
        told = body_of(answer)
        made = told.get("refund")
        if answer.status_code in {200, 201} and isinstance(made, dict) and made.get("refundId"):
            status = str(made.get("status", ""))
            return RefundAnswer(str(made["refundId"]), REFUNDS.get(status, RefundState.PENDING), status)
        if answer.status_code == 503:
            raise ProviderDown(f"HTTP {answer.status_code}")
        if answer.status_code >= 500 or answer.status_code in {200, 201, 408}:
            raise ProviderDoubt(f"HTTP {answer.status_code}")
        raise ProviderRefused(_words(told) or f"HTTP {answer.status_code}")

    def refund_state(self, refund: RefundOrder, refund_id: str) -> RefundAnswer:
        """GET /api/v2_1/orders/{id}/refunds/{refundId}."""
        order_id = quote(refund.provider_order_id, safe="")
        path = f"/api/v2_1/orders/{order_id}/refunds/{quote(refund_id, safe='')}"
        try:
            answer = self._call("GET", path, timeout=PATIENCE)
        except AnswerLost as error:
            raise ProviderDown(str(error)) from error
        told = body_of(answer)
        if answer.status_code >= 500 or answer.status_code == 408:
            raise ProviderDown(f"HTTP {answer.status_code}")
        status = told.get("status")
        if answer.status_code != 200 or not isinstance(status, str) or status not in REFUNDS:
            raise ProviderRefused(_words(told) or f"HTTP {answer.status_code}")
        return RefundAnswer(refund_id, REFUNDS[status], status)

    def read_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice | RefundNotice:
        """Check `OpenPayu-Signature` over the raw bytes, then read the order or the refund in them."""
        known = {name.lower(): value for name, value in headers.items()}
        signature = known.get("openpayu-signature") or known.get("x-openpayu-signature") or ""
        if not is_signed(raw, signature, second_key=self._keys["second_key"]):
            raise NoticeRefused("podpis się nie zgadza", is_forged=True)
        try:
            told = json.loads(raw)
        except ValueError as error:
            raise NoticeRefused("treść nie jest zapisem JSON", is_forged=False) from error
        try:
            if isinstance(told, dict) and "refund" in told:
                return _refund_notice(told)
            return _notice(told["order"], receipt=told.get("localReceiptDateTime"), pos_id=self._keys["pos_id"])
        except (KeyError, TypeError, ValueError, AttributeError, Refused) as error:
            raise NoticeUnclear("powiadomienie operatora ma nieznaną budowę") from error

    def _call(self, method: str, path: str, **options: Any) -> Response:
        """One authorised request; a token that PayU no longer takes is renewed once."""
        answer = self._send(method, path, self._token(), **options)
        if answer.status_code == 401:  # refused at the door: nothing was done, so once more is safe
            forget_token(self._token_key)
            answer = self._send(method, path, self._token(), **options)
        return answer

    def _send(self, method: str, path: str, token: str, **options: Any) -> Response:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        try:
            return self._session.call(method, f"{_host()}{path}", headers=headers, **options)
        except Unreachable as error:
            raise ProviderDown(str(error)) from error

    @property
    def _token_key(self) -> str:
        return token_key("payu", _host(), self._keys["client_id"])

    def _token(self) -> str:
        """OAuth client_credentials, kept in the cache until shortly before its end."""
        if kept := kept_token(self._token_key):
            return kept
        try:
            answer = self._session.call(
                "POST",
                f"{_host()}/pl/standard/user/oauth/authorize",
                data={
                    "grant_type": "client_credentials",
                    "client_id": self._keys["client_id"],
                    "client_secret": self._keys["client_secret"],
                },
                timeout=PATIENCE,
            )
        except (Unreachable, AnswerLost) as error:  # no order was spoken of yet
            raise ProviderDown(str(error)) from error
        told = body_of(answer)
        token = told.get("access_token")
        if answer.status_code >= 500:
            raise ProviderDown(f"HTTP {answer.status_code}")
        if answer.status_code != 200 or not isinstance(token, str) or not token:
            raise ProviderRefused(_words(told) or f"HTTP {answer.status_code}")
        keep_token(self._token_key, token, told.get("expires_in"))
        return token


def is_signed(raw: bytes, header: str, *, second_key: str) -> bool:
    """Whether *header* («signature=…;algorithm=…», in any order) signs *raw*: hex(hash(body + *second_key*)).

    Only by a hash that the settings allow; compared in constant time.
    """
    parts = dict(part.strip().split("=", 1) for part in header.split(";") if "=" in part)
    told = parts.get("algorithm", "").strip().upper()
    algorithm = ALSO_CALLED.get(told, told)
    if algorithm not in settings.PAYU["algorithms"] or algorithm not in HASHES or not second_key:
        return False
    wanted = HASHES[algorithm](raw + second_key.encode()).hexdigest()
    return hmac.compare_digest(wanted.encode(), parts.get("signature", "").strip().lower().encode())


def _host() -> str:
    return str(settings.PAYU["url"]).rstrip("/")


def _asked(order: Order, pos_id: str) -> dict[str, Any]:
    """The JSON of a new order: one product a due, everything in grosze as strings."""
    return {
        "merchantPosId": pos_id,
        "customerIp": order.customer_ip,
        "description": order.description[:LONGEST_DESCRIPTION],
        "currencyCode": "PLN",
        "totalAmount": str(to_grosze(order.amount)),
        "extOrderId": order.number,
        "notifyUrl": order.notify_url,
        "continueUrl": order.continue_url,
        "validityTime": str(order.valid_seconds),
        "buyer": {"email": order.buyer_email, "language": "pl"},
        "products": [
            {"name": line.name[:LONGEST_NAME], "unitPrice": str(to_grosze(line.amount)), "quantity": "1"}
            for line in order.lines
        ],
    }


def _redirect(told: dict[str, Any], answer: Response) -> Redirect:
    """Where PayU sends the payer. An answer without an order or without a web page is in doubt."""
    order_id, url = str(told.get("orderId", "")), str(told.get("redirectUri") or answer.headers.get("Location", ""))
    if not ORDER_ID.fullmatch(order_id) or not url.startswith(("https://", f"{_host()}/")):
        raise ProviderDoubt("no page to pay on")
    return Redirect(order_id, url)


def _status_code(told: dict[str, Any]) -> str:
    """PayU's statusCode; '' when `status` is a number, as faults of its gateway have it."""
    status = told.get("status")
    return str(status.get("statusCode") or "") if isinstance(status, dict) else ""


def _words(told: dict[str, Any]) -> str:
    """PayU's own words of a refusal, for the payment's history: «ERROR_VALUE_INVALID INVALID_BLIK_CODE»."""
    status = told.get("status")
    if isinstance(status, dict):
        return " ".join(str(status[key]) for key in ("statusCode", "codeLiteral") if status.get(key))[:100]
    return str(told.get("error", ""))[:100]


def _paid_on(receipt: str | None) -> date | None:
    if receipt is None:
        return None
    moment = datetime.fromisoformat(receipt)
    return timezone.localtime(moment).date() if timezone.is_aware(moment) else moment.date()


def _notice(order: dict[str, Any], *, receipt: str | None, pos_id: str) -> Notice:
    """What an order says. Raises NoticeUnclear for another POS or an unknown state, KeyError… for another shape."""
    status = str(order["status"])
    if str(order.get("merchantPosId", pos_id)) != pos_id:
        raise NoticeUnclear("powiadomienie dotyczy innego punktu płatności")
    if not ORDER_ID.fullmatch(str(order["orderId"])):
        raise NoticeUnclear("powiadomienie nie podaje numeru zlecenia")
    if status not in STATES:
        raise NoticeUnclear(f"operator podał nieznany stan: {status[:40]}")
    state = STATES[status]
    return Notice(
        provider_order_id=str(order["orderId"]),
        number=str(order.get("extOrderId") or ""),
        state=state,
        amount=from_grosze(str(order["totalAmount"])),
        currency=str(order["currencyCode"]),
        paid_on=_paid_on(receipt) if state is State.PAID else None,
        status=status,
    )


def _refund_notice(told: dict[str, Any]) -> RefundNotice:
    """What PayU says of a refund. Raises NoticeUnclear for an unknown state, KeyError… for another shape."""
    refund = told["refund"]
    status = str(refund["status"])
    if status not in REFUNDS:
        raise NoticeUnclear(f"operator podał nieznany stan zwrotu: {status[:40]}")
    return RefundNotice(
        number=str(refund.get("extRefundId") or ""),
        refund_id=str(refund["refundId"]),
        payment_number=str(told.get("extOrderId") or ""),
        provider_order_id=str(told["orderId"]),
        payment_id="",
        amount=from_grosze(str(refund["amount"])),
        currency=str(refund.get("currencyCode") or "PLN"),
        state=REFUNDS[status],
        status=status,
    )
