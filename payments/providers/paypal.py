"""PayPal Orders v2: create, capture, ask, refund, check webhooks.

Source: the vendor's OpenAPI documents (checkout orders v2, payments v2, webhooks v1), read in November 2026. Amounts
are decimal texts of złoty. Each call that makes something carries PayPal-Request-Id: a repeat gets the first answer.
The payer only approves; the money is ours after a capture, which `settle` calls on the way back, on a webhook and when
a late payment is asked about, always under the same id.

Our payment is known there as `custom_id`, which captures and their webhooks carry on.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone
from requests import Response
from requests.auth import HTTPBasicAuth

from core.errors import Refused
from core.http import AnswerLost, OutgoingSession, Unreachable
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
from payments.providers.paypal_signature import HEADERS, is_genuine
from payments.providers.tokens import forget_token, keep_token, kept_token, token_key
from payments.states import State

KEYS = ("client_id", "client_secret", "webhook_id")
ORDERS = {
    "CREATED": State.REDIRECTED,
    "SAVED": State.REDIRECTED,
    "PAYER_ACTION_REQUIRED": State.REDIRECTED,
    "APPROVED": State.PENDING,
    "COMPLETED": State.PENDING,  # the capture says more
    "VOIDED": State.CANCELLED,
}
CAPTURES = {
    "COMPLETED": State.PAID,
    "PARTIALLY_REFUNDED": State.PAID,  # paid, and given back since: the refund is a matter of its own
    "REFUNDED": State.PAID,
    "PENDING": State.PENDING,
    "DECLINED": State.FAILED,
    "DENIED": State.FAILED,
    "FAILED": State.FAILED,
}
CAPTURE_EVENTS = {
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.DECLINED",
}
REFUND_EVENTS = {"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"}
ORDER_EVENTS = {"CHECKOUT.ORDER.APPROVED", "CHECKOUT.ORDER.COMPLETED"}
REFUNDS = {
    "COMPLETED": RefundState.DONE,
    "PENDING": RefundState.PENDING,
    "CANCELLED": RefundState.REFUSED,
    "FAILED": RefundState.REFUSED,
}
ORDER_ID = re.compile(r"[A-Z0-9]{1,36}")
VALUE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?")
PATIENCE = (3, 8)  # seconds to connect and to answer when a page waits
LONGEST_DESCRIPTION = 127


class PayPal:
    """One application at PayPal."""

    name = "paypal"
    label = "PayPal"
    kept_headers = HEADERS

    def __init__(self, recipient: str = "") -> None:
        self._session = OutgoingSession()
        self._recipient = recipient

    @property
    def _keys(self) -> dict[str, str]:
        return keys_for(settings.PAYPAL, self._recipient, KEYS)

    def is_ready(self) -> bool:
        """Every key of the application is there."""
        return all(self._keys.values())

    def create_order(self, order: Order) -> Redirect:
        """POST /v2/checkout/orders; the payer goes to the link `payer-action`."""
        try:
            answer = self._call("POST", "/v2/checkout/orders", key=order.number, json=_asked(order))
        except AnswerLost as error:
            raise ProviderDoubt(str(error)) from error
        told = body_of(answer)
        if answer.status_code in {200, 201}:
            return _redirect(told)
        if answer.status_code >= 500:
            raise ProviderDoubt(f"HTTP {answer.status_code}")
        raise ProviderRefused(_words(told, answer))

    def retrieve(self, provider_order_id: str) -> Notice:
        """GET /v2/checkout/orders/{id}."""
        try:
            answer = self._call("GET", f"/v2/checkout/orders/{quote(provider_order_id, safe='')}", timeout=PATIENCE)
        except AnswerLost as error:
            raise ProviderDown(str(error)) from error
        return self._read(answer, provider_order_id)

    def settle(self, notice: Notice) -> Notice:
        """POST /v2/checkout/orders/{id}/capture, under one id for ever; when it is refused, the truth is asked for."""
        order_id = notice.provider_order_id
        path = f"/v2/checkout/orders/{quote(order_id, safe='')}/capture"
        try:
            answer = self._call("POST", path, key=f"capture-{order_id}", json={}, timeout=PATIENCE)
        except AnswerLost as error:
            raise ProviderDown(str(error)) from error
        if answer.status_code in {200, 201}:
            return self._read(answer, order_id)
        if answer.status_code >= 500:
            raise ProviderDown(f"HTTP {answer.status_code}")
        words = _words(body_of(answer), answer)
        asked = self.retrieve(order_id)
        if asked.state is not State.PENDING or not asked.is_promise:
            return asked
        if "INSTRUMENT_DECLINED" in words:  # nothing was taken, and nobody but us can take it: the payer may try again
            return replace(asked, state=State.FAILED, status="INSTRUMENT_DECLINED", is_promise=False)
        raise ProviderRefused(words)

    def refund(self, refund: RefundOrder) -> RefundAnswer:
        """POST /v2/payments/captures/{id}/refund."""
        body = {
            "amount": {"currency_code": "PLN", "value": f"{refund.amount:.2f}"},
            "note_to_payer": refund.description[:255],
        }
        path = f"/v2/payments/captures/{quote(refund.payment_id, safe='')}/refund"
        try:
            answer = self._call("POST", path, key=f"refund-{refund.number}", json=body)
        except AnswerLost as error:
            raise ProviderDoubt(str(error)) from error
        told = body_of(answer)
        if answer.status_code in {200, 201} and told.get("id"):
            status = str(told.get("status", ""))
            return RefundAnswer(str(told["id"]), REFUNDS.get(status, RefundState.PENDING), status)
        if answer.status_code >= 500 or answer.status_code in {200, 201}:
            raise ProviderDoubt(f"HTTP {answer.status_code}")
        raise ProviderRefused(_words(told, answer))

    def refund_state(self, refund: RefundOrder, refund_id: str) -> RefundAnswer:
        """GET /v2/payments/refunds/{id}."""
        try:
            answer = self._call("GET", f"/v2/payments/refunds/{quote(refund_id, safe='')}", timeout=PATIENCE)
        except AnswerLost as error:
            raise ProviderDown(str(error)) from error
        told = body_of(answer)
        if answer.status_code >= 500:
            raise ProviderDown(f"HTTP {answer.status_code}")
        status = str(told.get("status", ""))
        if answer.status_code != 200 or status not in REFUNDS:
            raise ProviderRefused(_words(told, answer))
        return RefundAnswer(refund_id, REFUNDS[status], status)

    def read_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice | RefundNotice:
        """Check the signature in the headers over the raw bytes, then read the event."""
        known = {name.lower(): value for name, value in headers.items()}
        if not is_genuine(known, raw, webhook_id=self._keys["webhook_id"], session=self._session):
            raise NoticeRefused("podpis się nie zgadza", is_forged=True)
        try:
            told = json.loads(raw)
        except ValueError as error:
            raise NoticeRefused("treść nie jest zapisem JSON", is_forged=False) from error
        kind = told.get("event_type") if isinstance(told, dict) else None
        try:
            if kind in CAPTURE_EVENTS:
                return _captured(told["resource"])
            if kind in ORDER_EVENTS:
                return _ordered(told["resource"])
            if kind in REFUND_EVENTS:
                return _refund_notice(told["resource"], is_reversal=kind == "PAYMENT.CAPTURE.REVERSED")
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, Refused) as error:
            raise NoticeUnclear("powiadomienie operatora ma nieznaną budowę") from error
        raise NoticeUnclear(f"powiadomienie operatora o czymś innym: {str(kind)[:60]}")

    def _read(self, answer: Response, order_id: str) -> Notice:
        if answer.status_code >= 500:
            raise ProviderDown(f"HTTP {answer.status_code}")
        told = body_of(answer)
        try:
            notice = _ordered(told)
        except NoticeUnclear as error:
            raise ProviderRefused("UNKNOWN_STATUS") from error
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, Refused) as error:
            raise ProviderRefused(_words(told, answer)) from error
        if notice.provider_order_id != order_id:
            raise ProviderRefused("OTHER_ORDER")
        return notice

    def _call(self, method: str, path: str, *, key: str = "", **options: Any) -> Response:
        """One authorised request; a token that PayPal no longer takes is renewed once."""
        answer = self._send(method, path, key, **options)
        if answer.status_code == 401:  # refused at the door: nothing was done, so once more is safe
            forget_token(self._token_key)
            answer = self._send(method, path, key, **options)
        return answer

    def _send(self, method: str, path: str, key: str, **options: Any) -> Response:
        headers = {"Authorization": f"Bearer {self._token()}", "Accept": "application/json"}
        headers["Prefer"] = "return=representation"
        if key:
            headers["PayPal-Request-Id"] = key
        try:
            return self._session.call(method, f"{_host()}{path}", headers=headers, **options)
        except Unreachable as error:
            raise ProviderDown(str(error)) from error

    @property
    def _token_key(self) -> str:
        return token_key("paypal", _host(), self._keys["client_id"])

    def _token(self) -> str:
        """OAuth client_credentials, kept in the cache until shortly before its end."""
        if kept := kept_token(self._token_key):
            return kept
        auth = HTTPBasicAuth(self._keys["client_id"], self._keys["client_secret"])
        form = {"grant_type": "client_credentials"}
        try:
            answer = self._session.call("POST", f"{_host()}/v1/oauth2/token", data=form, auth=auth, timeout=PATIENCE)
        except (Unreachable, AnswerLost) as error:  # no order was spoken of yet
            raise ProviderDown(str(error)) from error
        told = body_of(answer)
        token = told.get("access_token")
        if answer.status_code >= 500:
            raise ProviderDown(f"HTTP {answer.status_code}")
        if answer.status_code != 200 or not isinstance(token, str) or not token:
            raise ProviderRefused(_words(told, answer))
        keep_token(self._token_key, token, told.get("expires_in"))
        return token


def _host() -> str:
    return str(settings.PAYPAL["url"]).rstrip("/")


def _asked(order: Order) -> dict[str, Any]:
    """The JSON of a new order: one unit, in złoty with two places; the payer comes back to one page either way."""
    return {
        "intent": "CAPTURE",
        "purchase_units": [
            {
                "custom_id": order.number,
                "invoice_id": order.number,
                "description": order.description[:LONGEST_DESCRIPTION],
                "amount": {"currency_code": "PLN", "value": f"{order.amount:.2f}"},
            }
        ],
        "payment_source": {
            "paypal": {
                "experience_context": {
                    "return_url": order.continue_url,
                    "cancel_url": f"{order.continue_url}?przerwano=1",
                    "locale": "pl-PL",
                    "user_action": "PAY_NOW",
                    "shipping_preference": "NO_SHIPPING",
                }
            }
        },
    }


def _redirect(told: dict[str, Any]) -> Redirect:
    """Where PayPal sends the payer. An answer without an order or without a web page is in doubt."""
    order_id, links = str(told.get("id", "")), told.get("links")
    found = {str(link.get("rel")): str(link.get("href")) for link in links or [] if isinstance(link, dict)}
    url = found.get("payer-action") or found.get("approve") or ""
    if not ORDER_ID.fullmatch(order_id) or not url.startswith(("https://", f"{_host()}/")):
        raise ProviderDoubt("no page to pay on")
    return Redirect(order_id, url)


def _amount(told: dict[str, Any]) -> tuple[Decimal, str]:
    value = str(told["value"])
    if not VALUE.fullmatch(value):
        raise ValueError(value)
    try:
        return Decimal(value).quantize(Decimal("0.01")), str(told["currency_code"])
    except InvalidOperation as error:
        raise ValueError(value) from error


def _ordered(order: dict[str, Any]) -> Notice:
    """What an order says, by its capture where there is one. Raises NoticeUnclear for an unknown state."""
    status, unit = str(order["status"]), order["purchase_units"][0]
    if status not in ORDERS or not ORDER_ID.fullmatch(str(order["id"])):
        raise NoticeUnclear(f"operator podał nieznany stan: {status[:40]}")
    captures = (unit.get("payments") or {}).get("captures") or []
    if captures:
        return _captured(captures[-1], order_id=str(order["id"]))
    amount, currency = _amount(unit["amount"])
    return Notice(
        provider_order_id=str(order["id"]),
        number=str(unit.get("custom_id") or ""),
        state=ORDERS[status],
        amount=amount,
        currency=currency,
        paid_on=None,
        status=status,
        is_promise=status == "APPROVED",
    )


def _captured(capture: dict[str, Any], *, order_id: str = "") -> Notice:
    """What a capture says. Its webhook names the order among related ids."""
    status = str(capture["status"])
    if status not in CAPTURES:
        raise NoticeUnclear(f"operator podał nieznany stan: {status[:40]}")
    amount, currency = _amount(capture["amount"])
    state = CAPTURES[status]
    return Notice(
        provider_order_id=order_id or str(capture["supplementary_data"]["related_ids"]["order_id"]),
        number=str(capture.get("custom_id") or ""),
        state=state,
        amount=amount,
        currency=currency,
        paid_on=_day(str(capture.get("create_time") or "")) if state is State.PAID else None,
        status=f"capture {status}",
        payment_id=str(capture["id"]),
    )


def _refund_notice(refund: dict[str, Any], *, is_reversal: bool) -> RefundNotice:
    """What a refund says in a webhook; the link `up` names its capture. A reversal is over when it is told."""
    status = str(refund.get("status") or "COMPLETED")
    if status not in REFUNDS:
        raise NoticeUnclear(f"operator podał nieznany stan zwrotu: {status[:40]}")
    amount, currency = _amount(refund["amount"])
    links = [link for link in refund.get("links") or [] if isinstance(link, dict)]
    up = next((str(link.get("href", "")) for link in links if link.get("rel") == "up"), "")
    return RefundNotice(
        number="",
        refund_id=str(refund["id"]),
        payment_number=str(refund.get("custom_id") or ""),
        provider_order_id="",
        payment_id=up.rpartition("/captures/")[2],
        amount=amount,
        currency=currency,
        state=REFUNDS[status],
        status=status,
        is_reversal=is_reversal,
    )


def _day(text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return timezone.localtime(moment).date() if timezone.is_aware(moment) else moment.date()


def _words(told: dict[str, Any], answer: Response) -> str:
    """PayPal's own words of a refusal: «UNPROCESSABLE_ENTITY INSTRUMENT_DECLINED»."""
    details = told.get("details")
    first = details[0] if isinstance(details, list) and details and isinstance(details[0], dict) else {}
    said = [str(word) for word in (told.get("name") or told.get("error"), first.get("issue")) if word]
    return " ".join(said)[:100] or f"HTTP {answer.status_code}"
