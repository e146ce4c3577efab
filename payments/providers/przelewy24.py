"""Przelewy24 REST v1: register, verify, ask, refund, check notices.

Source: the vendor's OpenAPI document 1.0.16, read in November 2026. Amounts are whole grosze. Whatever is signed is the
SHA-384 of a compact JSON object with its keys in the documented order, letters and slashes unescaped, the CRC last.
A payment is an advance until `transaction/verify` is called with its sum; without it the money stays with the payer.

Our payment is known there by `sessionId`, by which it can be asked for; their own `orderId` comes with the notice. Only
paid transactions are told about: one that failed or was given up is silent, and its status stays 0.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from requests import Response
from requests.auth import HTTPBasicAuth

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
from payments.states import State

KEYS = ("merchant_id", "pos_id", "api_key", "crc")
NOTICE_SIGNED = (
    *("merchantId", "posId", "sessionId", "amount", "originAmount", "currency", "orderId", "methodId", "statement"),
)
STATES = {
    0: State.REDIRECTED,
    1: State.PENDING,  # an advance: paid, and not verified yet
    2: State.PAID,
    3: State.PAID,  # paid, and given back since: the refund is a matter of its own
}
REFUNDS = {1: RefundState.DONE, 2: RefundState.PENDING, 3: RefundState.PENDING, 4: RefundState.REFUSED}
REFUND_SIGNED = ("orderId", "sessionId", "refundsUuid", "merchantId", "amount", "currency", "status")
REFUND_TOLD = {0: RefundState.DONE, 1: RefundState.REFUSED}  # a notice counts otherwise than an answer
PATIENCE = (3, 6)  # seconds to connect and to answer when a page waits
LONGEST_EMAIL, LONGEST_DESCRIPTION, LONGEST_MINUTES = 50, 1024, 99


class Przelewy24:
    """One shop at Przelewy24."""

    name = "przelewy24"
    label = "Przelewy24 (BLIK, przelew online, karta)"
    kept_headers: tuple[str, ...] = ()

    def __init__(self, recipient: str = "") -> None:
        self._session = OutgoingSession()
        self._recipient = recipient

    @property
    def _keys(self) -> dict[str, str]:
        return keys_for(settings.PRZELEWY24, self._recipient, KEYS)

    def is_ready(self) -> bool:
        """Every key of the shop is there, and its numbers are numbers."""
        return all(self._keys.values()) and self._keys["merchant_id"].isdecimal() and self._keys["pos_id"].isdecimal()

    def _shop(self) -> dict[str, int]:
        return {"merchantId": int(self._keys["merchant_id"]), "posId": int(self._keys["pos_id"])}

    def create_order(self, order: Order) -> Redirect:
        """POST /api/v1/transaction/register; the payer goes to /trnRequest/{token}."""
        try:
            answer = self._call("POST", "/api/v1/transaction/register", json=self._asked(order))
        except AnswerLost as error:
            raise ProviderDoubt(str(error)) from error
        told = body_of(answer)
        data = told.get("data")
        token = str(data.get("token", "")) if isinstance(data, dict) else ""
        if answer.status_code == 200 and token:
            return Redirect(order.number, f"{_host()}/trnRequest/{quote(token, safe='')}")
        if answer.status_code >= 500 or answer.status_code == 200:
            raise ProviderDoubt(f"HTTP {answer.status_code}")
        raise ProviderRefused(_words(told, answer))

    def retrieve(self, provider_order_id: str) -> Notice:
        """GET /api/v1/transaction/by/sessionId/{id}; a transaction that nobody has begun may be unknown there (404)."""
        path = f"/api/v1/transaction/by/sessionId/{quote(provider_order_id, safe='')}"
        try:
            answer = self._call("GET", path, timeout=PATIENCE)
        except AnswerLost as error:
            raise ProviderDown(str(error)) from error
        told = body_of(answer)
        if answer.status_code >= 500:
            raise ProviderDown(f"HTTP {answer.status_code}")
        if answer.status_code != 200:
            raise ProviderRefused(_words(told, answer))
        try:
            data = told["data"]
            notice = _retrieved(data)
        except (KeyError, TypeError, ValueError, Refused) as error:
            raise ProviderRefused("UNREADABLE") from error
        if notice.number != provider_order_id:
            raise ProviderRefused("OTHER_TRANSACTION")
        return notice

    def settle(self, notice: Notice) -> Notice:
        """PUT /api/v1/transaction/verify; when it is refused, the truth is asked for: it may be verified already."""
        signed = {
            "sessionId": notice.number,
            "orderId": int(notice.payment_id),
            "amount": to_grosze(notice.amount),
            "currency": notice.currency,
        }
        body = {**self._shop(), **signed, "sign": signature(signed, self._keys["crc"])}
        try:
            answer = self._call("PUT", "/api/v1/transaction/verify", json=body, timeout=PATIENCE)
        except AnswerLost as error:
            raise ProviderDown(str(error)) from error
        data = body_of(answer).get("data")
        if answer.status_code == 200 and isinstance(data, dict) and data.get("status") == "success":
            return self._dated(notice)
        if answer.status_code >= 500:
            raise ProviderDown(f"HTTP {answer.status_code}")
        asked = self.retrieve(notice.number)
        if asked.state is State.PAID:
            return asked
        raise ProviderRefused(_words(body_of(answer), answer))

    def _dated(self, notice: Notice) -> Notice:
        """A verified notice with the day of payment, which only the question tells; without it when nobody answers."""
        try:
            asked = self.retrieve(notice.number)
        except (ProviderDown, ProviderRefused):
            asked = notice
        return Notice(
            provider_order_id=notice.provider_order_id,
            number=notice.number,
            state=State.PAID,
            amount=notice.amount,
            currency=notice.currency,
            paid_on=asked.paid_on,
            status="verified",
            payment_id=notice.payment_id,
        )

    def refund(self, refund: RefundOrder) -> RefundAnswer:
        """POST /api/v1/transaction/refund. A repeated requestId is refused: then it was taken the first time."""
        wanted = {
            "orderId": int(refund.payment_id),
            "sessionId": refund.provider_order_id,
            "amount": to_grosze(refund.amount),
            "description": refund.description[:35],
        }
        body = {"requestId": refund.number, "refundsUuid": refund.number, "refunds": [wanted]}
        if refund.notify_url:
            body["urlStatus"] = refund.notify_url
        try:
            answer = self._call("POST", "/api/v1/transaction/refund", json=body)
        except AnswerLost as error:
            raise ProviderDoubt(str(error)) from error
        told = body_of(answer)
        if answer.status_code == 201:
            return RefundAnswer(refund.number, RefundState.PENDING, "created")
        if answer.status_code == 400 and told.get("error") == "Request already exists":
            return RefundAnswer(refund.number, RefundState.PENDING, "exists")
        if answer.status_code >= 500:
            raise ProviderDoubt(f"HTTP {answer.status_code}")
        raise ProviderRefused(_words(told, answer))

    def refund_state(self, refund: RefundOrder, refund_id: str) -> RefundAnswer:
        """GET /api/v1/refund/by/orderId/{orderId}: every refund of a transaction, ours by its requestId."""
        try:
            answer = self._call("GET", f"/api/v1/refund/by/orderId/{int(refund.payment_id)}", timeout=PATIENCE)
        except AnswerLost as error:
            raise ProviderDown(str(error)) from error
        told = body_of(answer)
        if answer.status_code >= 500:
            raise ProviderDown(f"HTTP {answer.status_code}")
        data = told.get("data")
        listed = data.get("refunds") if isinstance(data, dict) else None
        for one in listed if isinstance(listed, list) else []:
            status = one.get("status") if isinstance(one, dict) and one.get("requestId") == refund_id else None
            if isinstance(status, int) and status in REFUNDS:
                return RefundAnswer(refund_id, REFUNDS[status], f"status {status}")
        raise ProviderRefused(_words(told, answer))

    def read_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice | RefundNotice:
        """Check `sign` inside the body, then read it: an advance that waits to be verified, or a refund's end."""
        try:
            told = json.loads(raw)
        except ValueError as error:
            raise NoticeRefused("treść nie jest zapisem JSON", is_forged=False) from error
        if not isinstance(told, dict):
            raise NoticeRefused("treść nie jest powiadomieniem", is_forged=False)
        is_refund = "refundsUuid" in told
        self._check(told, REFUND_SIGNED if is_refund else NOTICE_SIGNED)
        try:
            return _refund_notice(told) if is_refund else self._told(told)
        except (TypeError, ValueError, Refused) as error:
            raise NoticeUnclear("powiadomienie operatora ma nieznaną budowę") from error

    def _check(self, told: dict[str, Any], order: tuple[str, ...]) -> None:
        if not self._keys["crc"] or any(name not in told for name in order):
            raise NoticeRefused("podpis się nie zgadza", is_forged=True)
        wanted = signature({name: told[name] for name in order}, self._keys["crc"])
        if not hmac.compare_digest(wanted.encode(), str(told.get("sign", "")).lower().encode()):
            raise NoticeRefused("podpis się nie zgadza", is_forged=True)

    def _told(self, told: dict[str, Any]) -> Notice:
        if (told["merchantId"], told["posId"]) != tuple(self._shop().values()):
            raise NoticeUnclear("powiadomienie dotyczy innego sklepu")
        return Notice(
            provider_order_id=str(told["sessionId"]),
            number=str(told["sessionId"]),
            state=State.PENDING,
            amount=from_grosze(told["amount"]),
            currency=str(told["currency"]),
            paid_on=None,
            status="advance",
            payment_id=str(int(told["orderId"])),
            is_promise=True,
        )

    def _asked(self, order: Order) -> dict[str, Any]:
        """The JSON of a new transaction. An address that is too long for the field is replaced by the office's."""
        signed = {
            "sessionId": order.number,
            "merchantId": int(self._keys["merchant_id"]),
            "amount": to_grosze(order.amount),
            "currency": "PLN",
        }
        email = order.buyer_email if len(order.buyer_email) <= LONGEST_EMAIL else settings.TOWN["contact_email"]
        return {
            **self._shop(),
            **signed,
            "description": order.description[:LONGEST_DESCRIPTION],
            "email": email,
            "country": "PL",
            "language": "pl",
            "urlReturn": order.continue_url,
            "urlStatus": order.notify_url,
            "timeLimit": min(LONGEST_MINUTES, max(1, order.valid_seconds // 60)),
            "encoding": "UTF-8",
            "sign": signature(signed, self._keys["crc"]),
        }

    def _call(self, method: str, path: str, **options: Any) -> Response:
        auth = HTTPBasicAuth(self._keys["pos_id"], self._keys["api_key"])
        try:
            return self._session.call(method, f"{_host()}{path}", auth=auth, **options)
        except Unreachable as error:
            raise ProviderDown(str(error)) from error


def signature(signed: Mapping[str, object], crc: str) -> str:
    """Hex SHA-384 of *signed* and the CRC as compact JSON, letters and slashes as they are."""
    text = json.dumps({**signed, "crc": crc}, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha384(text.encode("utf-8", "surrogatepass")).hexdigest()


def _host() -> str:
    return str(settings.PRZELEWY24["url"]).rstrip("/")


def _words(told: dict[str, Any], answer: Response) -> str:
    error = told.get("error")
    return str(error)[:100] if error else f"HTTP {answer.status_code}"


def _retrieved(data: dict[str, Any]) -> Notice:
    status = int(data["status"])
    state = STATES[status]
    return Notice(
        provider_order_id=str(data["sessionId"]),
        number=str(data["sessionId"]),
        state=state,
        amount=from_grosze(data["amount"]),
        currency=str(data["currency"]),
        paid_on=_day(str(data.get("dateOfTransaction") or "")) if state is State.PAID else None,
        status=str(status),
        payment_id=str(int(data.get("orderId") or 0)) if data.get("orderId") else "",
        is_promise=state is State.PENDING,
    )


def _day(text: str) -> date | None:
    """The day of «202611211105» or of an ISO date; None for anything else, since the document names no format."""
    if len(text) in {12, 14} and text.isdecimal():
        text = f"{text[:4]}-{text[4:6]}-{text[6:8]}"
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _refund_notice(told: dict[str, Any]) -> RefundNotice:
    """What a signed refund notice says. Raises NoticeUnclear for an unknown state."""
    if told["status"] not in REFUND_TOLD:
        raise NoticeUnclear(f"operator podał nieznany stan zwrotu: {str(told['status'])[:40]}")
    return RefundNotice(
        number=str(told["refundsUuid"]),
        refund_id=str(told["refundsUuid"]),
        payment_number=str(told["sessionId"]),
        provider_order_id=str(told["sessionId"]),
        payment_id=str(int(told["orderId"])),
        amount=from_grosze(told["amount"]),
        currency=str(told["currency"]),
        state=REFUND_TOLD[told["status"]],
        status=f"status {told['status']}",
    )
