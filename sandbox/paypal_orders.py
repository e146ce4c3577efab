"""PayPal's orders: created, approved by the payer, captured by the merchant, refunded. Times are Unix seconds."""

import json
import secrets
import sqlite3
import string
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.paypal_errors import PaypalRefused
from sandbox.paypal_fields import checked_amount
from sandbox.paypal_webhooks import stamp, tell
from sandbox.state import State

OPEN = ("CREATED", "PAYER_ACTION_REQUIRED")
SIGNS = string.ascii_uppercase + string.digits


@dataclass(frozen=True)
class Outcome:
    """What the payer does. `capture` is how a capture of it ends; `told` says how webhooks go out from then on."""

    label: str
    approves: bool = True
    capture: str = "COMPLETED"
    told: str = "once"


OUTCOMES = {
    "pay": Outcome("Zapłać"),
    "cancel": Outcome("Anuluj", approves=False),
    "reject": Outcome("Bank odrzucił", capture="DECLINED"),
    "pay-late": Outcome("Zapłać, ale powiadom później", told="late"),
    "pay-silent": Outcome("Zapłać, ale nigdy nie powiadom", told="never"),
    "pay-twice": Outcome("Zapłać i powiadom dwa razy", told="twice"),
    "pay-forged": Outcome("Zapłać i powiadom z fałszywym podpisem", told="forged"),
    "pay-pending": Outcome("Zapłać, ale PayPal zatrzyma pieniądze do sprawdzenia", capture="PENDING"),
}
LATER = {"complete": "COMPLETED", "deny": "DENIED"}
REVERSE = "reverse"  # the payer's bank takes the money back


def new_id(length: int = 17) -> str:
    """Like `5O190127TN364715T`."""
    return "".join(secrets.choice(SIGNS) for _ in range(length))


def create(state: State, told: dict[str, Any], at: float) -> sqlite3.Row:
    """Keep a checked order."""
    order_id = new_id()
    status = "PAYER_ACTION_REQUIRED" if told.get("payment_source") else "CREATED"
    state.store.insert(
        "INSERT INTO paypal_order (order_id, request, value, status, created_at) VALUES (?, ?, ?, ?, ?)",
        *(order_id, json.dumps(told), told["purchase_units"][0]["amount"]["value"], status, at),
    )
    return order_row(state, order_id)


def order_row(state: State, order_id: str) -> sqlite3.Row:
    """The row of *order_id*. Raises PaypalRefused (404)."""
    row = state.store.row("SELECT * FROM paypal_order WHERE order_id = ?", order_id)
    if row is None:
        raise PaypalRefused("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
    return row


def request_of(order: sqlite3.Row) -> dict[str, Any]:
    """What the merchant asked for."""
    told: dict[str, Any] = json.loads(order["request"])
    return told


def described(order: sqlite3.Row, origin: str) -> dict[str, Any]:
    """The order whole."""
    asked = request_of(order)
    unit = {"reference_id": "default", **asked["purchase_units"][0]}
    if order["capture_id"]:
        unit["payments"] = {"captures": [capture_of(order)]}
    action = "payer-action" if asked.get("payment_source") else "approve"
    return {
        "id": order["order_id"],
        "intent": "CAPTURE",
        "status": order["status"],
        "purchase_units": [unit],
        "create_time": stamp(order["created_at"]),
        "links": [
            {"href": f"{origin}/v2/checkout/orders/{order['order_id']}", "rel": "self", "method": "GET"},
            {"href": f"{origin}/checkoutnow?token={order['order_id']}", "rel": action, "method": "GET"},
        ],
    }


def capture_of(order: sqlite3.Row) -> dict[str, Any]:
    """The order's one capture."""
    unit = request_of(order)["purchase_units"][0]
    told = {
        "id": order["capture_id"],
        "status": order["capture_status"],
        "amount": unit["amount"],
        "final_capture": True,
        "custom_id": unit.get("custom_id"),
        "invoice_id": unit.get("invoice_id"),
        "create_time": stamp(order["captured_at"]),
        "update_time": stamp(order["captured_at"]),
        "supplementary_data": {"related_ids": {"order_id": order["order_id"]}},
    }
    return {name: value for name, value in told.items() if value is not None}


def play(state: State, order_id: str, name: str, at: float, *, origin: str) -> None:
    """Let *name* happen. Raises PaypalRefused when the order's state does not allow it, KeyError if unknown."""
    order = order_row(state, order_id)
    if name in LATER:
        _later(state, order, LATER[name], at, origin=origin)
    elif name == REVERSE:
        _reverse(state, order, at, origin=origin)
    elif name == "again":
        _tell(state, order, f"PAYMENT.CAPTURE.{order['capture_status']}", capture_of(order), at, origin=origin)
    else:
        outcome = OUTCOMES[name]
        if order["status"] not in OPEN:
            raise PaypalRefused("UNPROCESSABLE_ENTITY", "ORDER_ALREADY_APPROVED")
        if not outcome.approves:
            state.store.note("paypal", "nie zapłacono", f"{order_id} {name}")
            return
        state.store.run("UPDATE paypal_order SET status = 'APPROVED', outcome = ? WHERE order_id = ?", name, order_id)
        order = order_row(state, order_id)
        _tell(state, order, "CHECKOUT.ORDER.APPROVED", described(order, origin), at, origin=origin)


def _later(state: State, order: sqlite3.Row, status: str, at: float, *, origin: str) -> None:
    if order["capture_status"] != "PENDING":
        raise PaypalRefused("UNPROCESSABLE_ENTITY", "CAPTURE_NOT_PENDING")
    state.store.run("UPDATE paypal_order SET capture_status = ? WHERE order_id = ?", status, order["order_id"])
    order = order_row(state, order["order_id"])
    _tell(state, order, f"PAYMENT.CAPTURE.{status}", capture_of(order), at, origin=origin)


def _tell(state: State, order: sqlite3.Row, kind: str, resource: dict[str, Any], at: float, *, origin: str) -> None:
    told = OUTCOMES[order["outcome"]].told if order["outcome"] else "once"
    if told == "never":
        return
    due = at + (state.settings.payu_late_s if told == "late" else 0)
    for _ in range(2 if told == "twice" else 1):
        tell(state, order["order_id"], kind, resource, due, origin=origin, forged=told == "forged")


def capture(state: State, order_id: str, at: float, *, origin: str) -> sqlite3.Row:
    """Take the money of an approved order, once. Raises PaypalRefused in PayPal's words."""
    order = order_row(state, order_id)
    if order["capture_id"]:
        raise PaypalRefused("UNPROCESSABLE_ENTITY", "ORDER_ALREADY_CAPTURED")
    if order["status"] != "APPROVED":
        raise PaypalRefused("UNPROCESSABLE_ENTITY", "ORDER_NOT_APPROVED")
    status = OUTCOMES[order["outcome"]].capture
    if status == "DECLINED":
        raise PaypalRefused("UNPROCESSABLE_ENTITY", "INSTRUMENT_DECLINED")
    with state.store.transaction():
        state.store.run(
            "UPDATE paypal_order SET status = 'COMPLETED', capture_id = ?, capture_status = ?, captured_at = ?"
            " WHERE order_id = ?",
            *(new_id(), status, at, order_id),
        )
        order = order_row(state, order_id)
        _tell(state, order, f"PAYMENT.CAPTURE.{status}", capture_of(order), at, origin=origin)
    return order


def refund(state: State, capture_id: str, told: dict[str, Any], at: float, *, origin: str) -> dict[str, Any]:
    """Give a capture back, whole or in part. Raises PaypalRefused."""
    order = state.store.row("SELECT * FROM paypal_order WHERE capture_id = ?", capture_id)
    if order is None:
        raise PaypalRefused("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
    if order["capture_status"] not in {"COMPLETED", "PARTIALLY_REFUNDED"}:
        raise PaypalRefused("UNPROCESSABLE_ENTITY", "CAPTURE_FULLY_REFUNDED")
    whole, given = Decimal(order["value"]), Decimal(order["refunded"])
    wanted = checked_amount(told["amount"], "/amount") if told.get("amount") else whole - given
    if given + wanted > whole:
        raise PaypalRefused("UNPROCESSABLE_ENTITY", "REFUND_AMOUNT_EXCEEDED")
    status = "REFUNDED" if given + wanted == whole else "PARTIALLY_REFUNDED"
    said = state.settings.paypal_refund_status
    made = _given_back(order, wanted, said, told.get("note_to_payer"), at, origin=origin)
    with state.store.transaction():
        state.store.run(
            "UPDATE paypal_order SET refunded = ?, capture_status = ? WHERE capture_id = ?",
            *(f"{given + wanted:.2f}", status, capture_id),
        )
        state.store.insert(
            "INSERT INTO paypal_refund VALUES (?, ?, ?)",
            *(made["id"], capture_id, json.dumps(made, ensure_ascii=False)),
        )
        if said == "COMPLETED":
            _tell(state, order, "PAYMENT.CAPTURE.REFUNDED", made, at, origin=origin)
    return made


def _given_back(
    order: sqlite3.Row, amount: Decimal, status: str, note: Any, at: float, *, origin: str
) -> dict[str, Any]:
    """What a refund or a reversal of an order's capture says."""
    said = {
        "id": new_id(),
        "status": status,
        "amount": {"currency_code": "PLN", "value": f"{amount:.2f}"},
        "note_to_payer": note,
        "custom_id": request_of(order)["purchase_units"][0].get("custom_id"),
        "create_time": stamp(at),
        "links": [{"href": f"{origin}/v2/payments/captures/{order['capture_id']}", "rel": "up", "method": "GET"}],
    }
    return {name: value for name, value in said.items() if value is not None}


def refund_told(state: State, refund_id: str) -> dict[str, Any]:
    """One refund as it was answered, with the state that the settings say now. Raises PaypalRefused (404)."""
    row = state.store.row("SELECT * FROM paypal_refund WHERE refund_id = ?", refund_id)
    if row is None:
        raise PaypalRefused("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
    told: dict[str, Any] = json.loads(row["body"])
    return {**told, "status": state.settings.paypal_refund_status}


def _reverse(state: State, order: sqlite3.Row, at: float, *, origin: str) -> None:
    """What is left of the capture is taken back, and told once."""
    if order["capture_status"] not in {"COMPLETED", "PARTIALLY_REFUNDED"}:
        raise PaypalRefused("UNPROCESSABLE_ENTITY", "CAPTURE_FULLY_REFUNDED")
    left = Decimal(order["value"]) - Decimal(order["refunded"])
    made = _given_back(order, left, "COMPLETED", None, at, origin=origin)
    with state.store.transaction():
        state.store.run(
            "UPDATE paypal_order SET refunded = value, capture_status = 'REFUNDED' WHERE order_id = ?",
            order["order_id"],
        )
        tell(state, order["order_id"], "PAYMENT.CAPTURE.REVERSED", made, at, origin=origin)
