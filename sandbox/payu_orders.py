"""PayU's orders: made, read, captured, cancelled, expired. Amounts are grosze, times Unix seconds."""

import json
import secrets
import sqlite3
import string
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.payu_errors import business, not_found, other_pos
from sandbox.payu_fields import digits, order_not_unique
from sandbox.payu_notices import queue_notice
from sandbox.state import State

WARSAW = ZoneInfo("Europe/Warsaw")
OPEN = ("NEW", "PENDING")
DAY = 86400
SUCCESS = {"statusCode": "SUCCESS", "statusDesc": "Request processing successful"}


def create_order(state: State, order: dict[str, Any], at: float) -> sqlite3.Row:
    """Keep a checked *order* as NEW. Raises PayuRefused (ERROR_ORDER_NOT_UNIQUE)."""
    pos_id, ext_order_id = state.keys.pos_id, order.get("extOrderId")
    earlier = state.store.value(
        "SELECT order_id FROM payu_order WHERE pos_id = ? AND ext_order_id = ?", pos_id, ext_order_id
    )
    if earlier:
        raise order_not_unique(earlier, str(ext_order_id))
    order_id = new_order_id(at)
    state.store.run(
        "INSERT INTO payu_order (order_id, pos_id, ext_order_id, pay_token, request, amount, status, created_at,"
        " valid_until) VALUES (?, ?, ?, ?, ?, ?, 'NEW', ?, ?)",
        order_id,
        pos_id,
        ext_order_id,
        secrets.token_hex(16),
        json.dumps(order, ensure_ascii=False),
        int(order["totalAmount"]),
        at,
        at + digits(order.get("validityTime", DAY), "validityTime"),
    )
    return order_row(state, order_id)


def new_order_id(at: float) -> str:
    """Like `WZHF5FFDRJ140731GUEST000P01`: ten signs, the day, GUEST000P01."""
    signs = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(10))
    return f"{signs}{datetime.fromtimestamp(at, WARSAW):%y%m%d}GUEST000P01"


def order_row(state: State, order_id: str) -> sqlite3.Row:
    """The row of *order_id*. Raises PayuRefused: 404 unknown, 403 another point of sale's."""
    row = state.store.row("SELECT * FROM payu_order WHERE order_id = ?", order_id)
    if row is None:
        raise not_found()
    if row["pos_id"] != state.keys.pos_id:
        raise other_pos()
    return row


def request_of(order: sqlite3.Row) -> dict[str, Any]:
    """What the merchant asked for."""
    asked: dict[str, Any] = json.loads(order["request"])
    return asked


def iso(at: float) -> str:
    """PayU's date: Warsaw time with milliseconds and offset."""
    return datetime.fromtimestamp(at, WARSAW).isoformat(timespec="milliseconds")


def described(order: sqlite3.Row) -> dict[str, Any]:
    """The order as PayU tells it: amounts always as strings."""
    asked = request_of(order)
    told = {
        "orderId": order["order_id"],
        "extOrderId": order["ext_order_id"],
        "orderCreateDate": iso(order["created_at"]),
        "notifyUrl": asked.get("notifyUrl"),
        "customerIp": asked["customerIp"],
        "merchantPosId": order["pos_id"],
        "description": asked["description"],
        "additionalDescription": asked.get("additionalDescription"),
        "validityTime": str(int(order["valid_until"] - order["created_at"])),
        "currencyCode": asked["currencyCode"],
        "totalAmount": str(order["amount"]),
        "buyer": asked.get("buyer"),
        "payMethod": {"type": order["pay_method"]} if order["pay_method"] else None,
        "status": order["status"],
        "products": asked["products"],
    }
    return {name: value for name, value in told.items() if value is not None}


def properties(order: sqlite3.Row) -> list[dict[str, str]]:
    """PAYMENT_ID, once there is a payment."""
    return [{"name": "PAYMENT_ID", "value": order["payment_id"]}] if order["payment_id"] else []


def retrieved(order: sqlite3.Row) -> dict[str, Any]:
    """The answer to GET /orders/{id}."""
    return {"orders": [described(order)], "status": SUCCESS, "properties": properties(order)}


def transactions(order: sqlite3.Row) -> dict[str, Any]:
    """The payer's side of a paid order. Raises PayuRefused (404) when nobody has tried to pay."""
    if not order["payment_id"]:
        raise not_found()
    return {
        "transactions": [
            {
                "payMethod": {"value": "blik" if order["pay_method"] == "BLIK" else "m"},
                "paymentFlow": "BLIK" if order["pay_method"] == "BLIK" else "ONLINE_TRANSFER",
                "payment": {"id": order["payment_id"], "amount": str(order["amount"]), "currencyCode": "PLN"},
            }
        ],
        "status": SUCCESS,
    }


def set_status(state: State, order_id: str, status: str, at: float) -> None:
    """Write the state down; the first COMPLETED keeps its time."""
    state.store.run(
        "UPDATE payu_order SET status = ?, completed_at = CASE WHEN ? = 'COMPLETED' THEN coalesce(completed_at, ?)"
        " ELSE completed_at END WHERE order_id = ?",
        status,
        status,
        at,
        order_id,
    )


def queue_order_notice(state: State, order_id: str, status: str, due_at: float, *, forged: bool = False) -> None:
    """Queue the notice that says *status*, whatever the order's state is by the time it arrives."""
    order = order_row(state, order_id)
    body: dict[str, Any] = {"order": {**described(order), "status": status}}
    if status == "COMPLETED":
        body["localReceiptDateTime"] = iso(order["completed_at"] or due_at)
    if properties(order):
        body["properties"] = properties(order)
    queue_notice(state, order_id, status, body, due_at + state.settings.payu_notice_delay_s, forged=forged)


def capture_order(state: State, order: sqlite3.Row, at: float) -> None:
    """WAITING_FOR_CONFIRMATION → COMPLETED, with its notice. Raises PayuRefused."""
    if order["status"] == "COMPLETED":
        return
    if order["status"] != "WAITING_FOR_CONFIRMATION":
        raise business("INVALID_ORDER_STATUS", f"Order in status {order['status']} cannot be captured")
    with state.store.transaction():
        set_status(state, order["order_id"], "COMPLETED", at)
        queue_order_notice(state, order["order_id"], "COMPLETED", at)


def cancel_order(state: State, order: sqlite3.Row, at: float) -> None:
    """Cancel, with its notice; WAITING_FOR_CONFIRMATION takes two calls. Raises PayuRefused after COMPLETED."""
    if order["status"] == "CANCELED":
        return
    if order["status"] in {"COMPLETED", "REJECTED"}:
        raise business("INVALID_ORDER_STATUS", f"Order in status {order['status']} cannot be canceled")
    with state.store.transaction():
        state.store.run("UPDATE payu_order SET cancel_calls = cancel_calls + 1 WHERE order_id = ?", order["order_id"])
        if order["status"] == "WAITING_FOR_CONFIRMATION" and not order["cancel_calls"]:
            return
        set_status(state, order["order_id"], "CANCELED", at)
        queue_order_notice(state, order["order_id"], "CANCELED", at)


def expire_orders(state: State, at: float) -> None:
    """Cancel every unpaid order whose validityTime has passed, with its notice."""
    late = state.store.rows(
        "SELECT order_id FROM payu_order WHERE valid_until <= ? AND status IN ('NEW', 'PENDING')", at
    )
    for row in late:
        with state.store.transaction():
            set_status(state, row["order_id"], "CANCELED", at)
            queue_order_notice(state, row["order_id"], "CANCELED", at)
