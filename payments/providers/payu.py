"""PayU REST API 2.1 (Poland): create an order, ask about it, check its notices.

Source: the vendor's documentation (auth-and-order, order life cycle, references) as read in November 2026. Amounts are
strings of grosze; creating an order answers 302 with a JSON body, which must not be followed; a notice is signed by a
hash of its raw body and the second key, which is no HMAC.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from core.errors import Refused
from core.http import AnswerLost, OutgoingSession, Unreachable
from core.money import from_grosze, to_grosze
from payments.providers import Notice, NoticeRefused, Order, ProviderDoubt, ProviderDown, ProviderRefused, Redirect
from payments.states import State

STATES = {
    "NEW": State.REDIRECTED,
    "PENDING": State.PENDING,
    "WAITING_FOR_CONFIRMATION": State.PENDING,
    "COMPLETED": State.PAID,
    "CANCELED": State.CANCELLED,
    "REJECTED": State.CLERK,  # money that came after the order was cancelled
}
HASHES = {
    "MD5": hashlib.md5,
    "SHA": hashlib.sha1,
    "SHA-1": hashlib.sha1,
    "SHA-256": hashlib.sha256,
    "SHA-384": hashlib.sha384,
    "SHA-512": hashlib.sha512,
}
TOKEN_MARGIN = 60  # seconds before a token's end at which a new one is asked for
LONGEST_NAME, LONGEST_DESCRIPTION = 255, 4000


class PayU:
    """One point of sale at PayU."""

    name = "payu"
    label = "PayU (BLIK, karta, przelew online)"

    def __init__(self) -> None:
        self._session = OutgoingSession()

    def create_order(self, order: Order) -> Redirect:
        """POST /api/v2_1/orders. A repeated number is refused by PayU (ERROR_ORDER_NOT_UNIQUE → ProviderDoubt)."""
        answer = self._call("POST", "/api/v2_1/orders", json=_order(order))
        told = _body(answer)
        code = str((told.get("status") or {}).get("statusCode", ""))
        if answer.status_code in {200, 201, 302} and code.startswith(("SUCCESS", "WARNING_CONTINUE")):
            return Redirect(str(told["orderId"]), str(told.get("redirectUri") or answer.headers.get("Location", "")))
        if code == "ERROR_ORDER_NOT_UNIQUE":
            raise ProviderDoubt(code)
        raise ProviderRefused(_code(told) or f"HTTP {answer.status_code}")

    def retrieve(self, provider_order_id: str) -> Notice:
        """GET /api/v2_1/orders/{id}; the day of payment is today when PayU names none (it tells it in notices only)."""
        answer = self._call("GET", f"/api/v2_1/orders/{provider_order_id}")
        told = _body(answer)
        orders = told.get("orders") or []
        if answer.status_code != 200 or not orders:
            raise ProviderRefused(_code(told) or f"HTTP {answer.status_code}")
        try:
            return _notice(orders[0], receipt=None)
        except (KeyError, TypeError, Refused) as error:
            raise ProviderRefused("UNREADABLE") from error

    def read_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice:
        """Check `OpenPayu-Signature` over the raw bytes, then read the order in them."""
        known = {name.lower(): value for name, value in headers.items()}
        signature = known.get("openpayu-signature") or known.get("x-openpayu-signature") or ""
        if not is_signed(raw, signature):
            raise NoticeRefused("podpis się nie zgadza", is_forged=True)
        try:
            told = json.loads(raw)
            return _notice(told["order"], receipt=told.get("localReceiptDateTime"))
        except (ValueError, KeyError, TypeError, Refused) as error:
            raise NoticeRefused("treść jest nieczytelna", is_forged=False) from error

    def _call(self, method: str, path: str, **options: Any) -> Any:
        """One authorised request; a token that PayU no longer takes is renewed once."""
        answer = self._send(method, path, self._token(), **options)
        if answer.status_code == 401:
            cache.delete(_token_key())
            answer = self._send(method, path, self._token(), **options)
        if answer.status_code >= 500:
            raise ProviderDoubt(f"HTTP {answer.status_code}") if method == "POST" else ProviderDown()
        return answer

    def _send(self, method: str, path: str, token: str, **options: Any) -> Any:
        try:
            return self._session.call(
                method,
                f"{settings.PAYU['url'].rstrip('/')}{path}",
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
                **options,
            )
        except Unreachable as error:
            raise ProviderDown from error
        except AnswerLost as error:
            raise ProviderDoubt from error

    def _token(self) -> str:
        """OAuth client_credentials, kept in the cache until shortly before its end."""
        token: str | None = cache.get(_token_key())
        if token:
            return token
        try:
            answer = self._session.call(
                "POST",
                f"{settings.PAYU['url'].rstrip('/')}/pl/standard/user/oauth/authorize",
                data={
                    "grant_type": "client_credentials",
                    "client_id": settings.PAYU["client_id"],
                    "client_secret": settings.PAYU["client_secret"],
                },
            )
        except (Unreachable, AnswerLost) as error:
            raise ProviderDown from error
        told = _body(answer)
        if answer.status_code != 200 or "access_token" not in told:
            raise ProviderRefused(str(told.get("error", f"HTTP {answer.status_code}")))
        token = str(told["access_token"])
        cache.set(_token_key(), token, max(1, int(told.get("expires_in", 3600)) - TOKEN_MARGIN))
        return token


def _token_key() -> str:
    return f"payu-token:{hashlib.sha256(settings.PAYU['url'].encode()).hexdigest()[:16]}:{settings.PAYU['client_id']}"


def is_signed(raw: bytes, header: str) -> bool:
    """Whether *header* («signature=…;algorithm=…») signs *raw*: hex(hash(body + second key)), by an allowed hash."""
    parts = dict(part.split("=", 1) for part in header.split(";") if "=" in part)
    algorithm = parts.get("algorithm", "").strip().upper()
    if algorithm not in settings.PAYU["algorithms"] or algorithm not in HASHES:
        return False
    wanted = HASHES[algorithm](raw + settings.PAYU["second_key"].encode()).hexdigest()
    return hmac.compare_digest(wanted, parts.get("signature", "").strip().lower())


def _order(order: Order) -> dict[str, Any]:
    return {
        "merchantPosId": settings.PAYU["pos_id"],
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


def _body(answer: Any) -> dict[str, Any]:
    """The answer's JSON object; {} for the HTML that a gateway's fault may bring."""
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _code(told: dict[str, Any]) -> str:
    status = told.get("status")
    if isinstance(status, dict):
        return str(status.get("codeLiteral") or status.get("statusCode") or "")
    return str(told.get("error", ""))


def _paid_on(state: State, receipt: str | None) -> date | None:
    if state is not State.PAID:
        return None
    if receipt:
        moment = datetime.fromisoformat(receipt)
        return timezone.localtime(moment).date() if timezone.is_aware(moment) else moment.date()
    return timezone.localdate()


def _notice(order: dict[str, Any], *, receipt: str | None) -> Notice:
    state = STATES.get(str(order["status"]), State.PENDING)
    amount: Decimal = from_grosze(str(order["totalAmount"]))
    return Notice(
        provider_order_id=str(order["orderId"]),
        number=str(order.get("extOrderId", "")),
        state=state,
        amount=amount,
        currency=str(order["currencyCode"]),
        paid_on=_paid_on(state, receipt),
        status=str(order["status"]),
    )
