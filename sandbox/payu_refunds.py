"""PayU's refunds: whole or in part, once for each extRefundId, PENDING until the bank has done its work."""

import secrets
import sqlite3
from typing import Any

from sandbox.payu_errors import business, invalid, missing, not_found
from sandbox.payu_fields import digits
from sandbox.payu_notices import queue_notice
from sandbox.payu_orders import SUCCESS, iso, order_row
from sandbox.state import State


def create_refund(state: State, order: sqlite3.Row, body: dict[str, Any], at: float) -> sqlite3.Row:
    """Keep the refund that *body* asks for; a known extRefundId returns the earlier one. Raises PayuRefused."""
    asked = body.get("refund")
    if not isinstance(asked, dict):
        raise missing("REFUND")
    description, ext_refund_id = asked.get("description"), asked.get("extRefundId")
    if not description:
        raise missing("DESCRIPTION")
    if not isinstance(description, str) or len(description) > 4000:
        raise invalid("INVALID_DESCRIPTION")
    if ext_refund_id is not None and not (isinstance(ext_refund_id, str) and 0 < len(ext_refund_id) <= 1024):
        raise invalid("INVALID_EXT_REFUND_ID")
    earlier = _earlier(state, order, ext_refund_id)
    if earlier is not None:
        return earlier
    return _kept(state, order, _amount(state, order, asked), description, ext_refund_id, at)


def _earlier(state: State, order: sqlite3.Row, ext_refund_id: str | None) -> sqlite3.Row | None:
    return state.store.row(
        "SELECT * FROM payu_refund WHERE order_id = ? AND ext_refund_id = ?", order["order_id"], ext_refund_id
    )


def _amount(state: State, order: sqlite3.Row, asked: dict[str, Any]) -> int:
    if order["status"] != "COMPLETED":
        raise business("INVALID_ORDER_STATUS", f"Order in status {order['status']} cannot be refunded")
    left = order["amount"] - _refunded(state, order["order_id"])
    amount = left if asked.get("amount") in (None, "") else digits(asked["amount"], "refundAmount")
    if amount <= 0:
        raise invalid("INVALID_REFUND_AMOUNT")
    if amount > left:
        raise business("REFUND_AMOUNT_TOO_BIG", "Refund amount exceeds what is left of the order")
    return amount


def _refunded(state: State, order_id: str) -> int:
    return int(
        state.store.value(
            "SELECT coalesce(sum(amount), 0) FROM payu_refund WHERE order_id = ? AND status <> 'CANCELED'", order_id
        )
    )


def _kept(
    state: State, order: sqlite3.Row, amount: int, description: str, ext_refund_id: str | None, at: float
) -> sqlite3.Row:
    refund_id = str(5_000_000_000 + secrets.randbelow(999_999_999))
    state.store.run(
        "INSERT INTO payu_refund VALUES (?, ?, ?, ?, ?, 'PENDING', ?, ?, ?)",
        refund_id,
        order["order_id"],
        ext_refund_id,
        amount,
        description,
        at,
        at,
        None if state.settings.payu_refund_status == "PENDING" else at + state.settings.payu_refund_s,
    )
    return refund_row(state, order, refund_id)


def refund_row(state: State, order: sqlite3.Row, refund_id: str) -> sqlite3.Row:
    """One refund of *order*. Raises PayuRefused (404)."""
    row = state.store.row(
        "SELECT * FROM payu_refund WHERE order_id = ? AND refund_id = ?", order["order_id"], refund_id
    )
    if row is None:
        raise not_found()
    return row


def refund_rows(state: State, order: sqlite3.Row) -> list[sqlite3.Row]:
    """Every refund of *order*, oldest first."""
    return state.store.rows("SELECT * FROM payu_refund WHERE order_id = ? ORDER BY created_at", order["order_id"])


def told_refund(refund: sqlite3.Row) -> dict[str, Any]:
    """A refund as PayU tells it."""
    told = {
        "refundId": refund["refund_id"],
        "extRefundId": refund["ext_refund_id"],
        "amount": str(refund["amount"]),
        "currencyCode": "PLN",
        "description": refund["description"],
        "creationDateTime": iso(refund["created_at"]),
        "status": refund["status"],
        "statusDateTime": iso(refund["status_at"]),
    }
    return {name: value for name, value in told.items() if value is not None}


def refund_answer(order: sqlite3.Row, refund: sqlite3.Row) -> dict[str, Any]:
    """The answer to the request for a refund."""
    return {"orderId": order["order_id"], "refund": told_refund(refund), "status": SUCCESS}


def next_refund_due(state: State) -> float | None:
    """When the next refund is settled, or None."""
    due: float | None = state.store.value("SELECT min(due_at) FROM payu_refund WHERE status = 'PENDING'")
    return due


def settle_refunds(state: State, until: float, at: float) -> None:
    """Finalize (or cancel, if so set) the refunds whose time has come, each with its notice."""
    for refund in state.store.rows("SELECT * FROM payu_refund WHERE status = 'PENDING' AND due_at <= ?", until):
        status = state.settings.payu_refund_status
        if status == "PENDING":
            continue
        with state.store.transaction():
            state.store.run(
                "UPDATE payu_refund SET status = ?, status_at = ?, due_at = NULL WHERE refund_id = ?",
                status,
                at,
                refund["refund_id"],
            )
            order = order_row(state, refund["order_id"])
            queue_notice(state, order["order_id"], f"REFUND {status}", _notice(order, refund, status, at), at)


def _notice(order: sqlite3.Row, refund: sqlite3.Row, status: str, at: float) -> dict[str, Any]:
    told = {
        "refundId": refund["refund_id"],
        "extRefundId": refund["ext_refund_id"],
        "amount": str(refund["amount"]),
        "currencyCode": "PLN",
        "status": status,
        "statusDateTime": iso(at),
        "reason": "refund",
        "reasonDescription": refund["description"],
        "refundDate": iso(at),
    }
    return {
        "orderId": order["order_id"],
        "extOrderId": order["ext_order_id"],
        "refund": {name: value for name, value in told.items() if value is not None},
    }
