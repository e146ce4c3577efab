"""Przelewy24's transactions: registered, paid or not, verified, refunded. Amounts are grosze, times Unix seconds."""

import json
import secrets
import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.notices import close_notices, queue_notice
from sandbox.p24_fields import P24Refused, checked, sign_of
from sandbox.state import State

WARSAW = ZoneInfo("Europe/Warsaw")
NOTHING, ADVANCE, PAID, RETURNED = range(4)
FIRST_ORDER = 3_000_000_000  # beyond 2^31, as theirs are
REFUND = ("requestId", "refundsUuid")
P24_REFUNDS = {"completed": 1, "pending": 2, "rejected": 4}  # in answers; a notice says 0 and 1


@dataclass(frozen=True)
class Outcome:
    """What the payer does, and what Przelewy24 tells about it."""

    label: str
    paid: bool = True
    notices: int = 1
    late: bool = False
    forged: bool = False


OUTCOMES = {
    "pay": Outcome("Zapłać"),
    "cancel": Outcome("Anuluj", paid=False, notices=0),
    "reject": Outcome("Bank odrzucił", paid=False, notices=0),
    "pay-late": Outcome("Zapłać, ale powiadom później", late=True),
    "pay-silent": Outcome("Zapłać, ale nigdy nie powiadom", notices=0),
    "pay-twice": Outcome("Zapłać i powiadom dwa razy", notices=2),
    "pay-forged": Outcome("Zapłać i powiadom z fałszywym podpisem", forged=True),
}


def register(state: State, told: dict[str, Any], at: float) -> str:
    """Keep a checked registration; returns its token. Raises P24Refused when the sessionId was used before."""
    session = told["sessionId"]
    if state.store.row("SELECT 1 FROM p24_transaction WHERE session_id = ?", session) is not None:
        raise P24Refused("Incorrect sessionId")
    token = "-".join(secrets.token_hex(length).upper() for length in (5, 3, 3, 5))
    limit = told.get("timeLimit", 0) * 60
    state.store.insert(
        "INSERT INTO p24_transaction (session_id, token, request, amount, created_at, valid_until)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        *(session, token, json.dumps(told, ensure_ascii=False), told["amount"], at, at + limit if limit else None),
    )
    return token


def transaction_of(state: State, session: str) -> sqlite3.Row | None:
    """The transaction of that sessionId."""
    return state.store.row("SELECT * FROM p24_transaction WHERE session_id = ?", session)


def request_of(row: sqlite3.Row) -> dict[str, Any]:
    """What the merchant registered."""
    told: dict[str, Any] = json.loads(row["request"])
    return told


def is_over(row: sqlite3.Row, at: float) -> bool:
    """Whether nobody may pay it any more."""
    return row["status"] != NOTHING or (row["valid_until"] is not None and row["valid_until"] <= at)


def play(state: State, session: str, name: str, at: float) -> None:
    """Let the outcome *name* happen. Raises KeyError if unknown, P24Refused when the transaction is over."""
    if name == "again":
        _tell(state, session, at)
        return
    outcome, row = OUTCOMES[name], transaction_of(state, session)
    if row is None or is_over(row, at):
        raise P24Refused("Transaction is over", 409)
    if not outcome.paid:
        state.store.note("p24", "nie zapłacono", f"{session} {name}")
        return
    with state.store.transaction():
        state.store.run(
            "UPDATE p24_transaction SET status = ?, order_id = ?, paid_at = ? WHERE session_id = ?",
            *(ADVANCE, FIRST_ORDER + secrets.randbelow(10**9), at, session),
        )
        due = at + (state.settings.payu_late_s if outcome.late else 0)
        for _ in range(outcome.notices):
            _tell(state, session, due, forged=outcome.forged)


def statement_of(row: sqlite3.Row) -> str:
    """The transfer's title, with Polish letters: they are signed unescaped."""
    return f"p24-{row['token'][:10]} należność"


def _tell(state: State, session: str, due_at: float, *, forged: bool = False) -> None:
    row = transaction_of(state, session)
    if row is None or row["order_id"] is None:
        raise P24Refused("Transaction is not paid", 409)
    asked = request_of(row)
    signed = {
        "merchantId": asked["merchantId"],
        "posId": asked["posId"],
        "sessionId": session,
        "amount": row["amount"],
        "originAmount": row["amount"],
        "currency": asked["currency"],
        "orderId": row["order_id"],
        "methodId": 154,
        "statement": statement_of(row),
    }
    crc = secrets.token_hex(8) if forged else state.keys.p24_crc
    body = json.dumps({**signed, "sign": sign_of(signed, crc)}, ensure_ascii=False).encode()
    queue_notice(state, "p24", session, "forged" if forged else "paid", asked.get("urlStatus", ""), body, due_at, {})


def verify(state: State, told: dict[str, Any]) -> None:
    """An advance becomes the merchant's. Raises P24Refused for another sum, another order, or a second time."""
    row = transaction_of(state, told["sessionId"])
    if row is None or row["status"] != ADVANCE:
        raise P24Refused("Transaction is not to be verified")
    if (row["order_id"], row["amount"], request_of(row)["currency"]) != (
        told["orderId"],
        told["amount"],
        told["currency"],
    ):
        raise P24Refused("Incorrect amount, currency or orderId")
    state.store.run("UPDATE p24_transaction SET status = ? WHERE session_id = ?", PAID, told["sessionId"])
    close_notices(state, "p24", told["sessionId"])


def described(row: sqlite3.Row) -> dict[str, Any]:
    """The answer to by/sessionId."""
    asked = request_of(row)
    return {
        "statement": statement_of(row),
        "orderId": row["order_id"] or 0,
        "sessionId": row["session_id"],
        "status": row["status"],
        "amount": row["amount"],
        "currency": asked["currency"],
        "date": _stamp(row["created_at"]),
        "dateOfTransaction": _stamp(row["paid_at"]) if row["paid_at"] else "",
        "clientEmail": asked["email"],
        "description": asked["description"],
        "paymentMethod": 154 if row["paid_at"] else 0,
        "fee": "0",
    }


def _stamp(at: float) -> str:
    return f"{datetime.fromtimestamp(at, WARSAW):%Y%m%d%H%M}"


def refund(state: State, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Give back what *told* lists, all or nothing. Raises P24Refused: 400 for a repeat, 409 for what cannot be."""
    checked(told, REFUND)
    wanted = told.get("refunds")
    if len(told["requestId"]) > 45 or len(told["refundsUuid"]) > 35 or not isinstance(wanted, list) or not wanted:
        raise P24Refused("Invalid input parameters")
    if state.store.row("SELECT 1 FROM p24_refund WHERE request_id = ?", told["requestId"]) is not None:
        raise P24Refused("Request already exists")
    items = [_refund_item(state, one) for one in wanted]
    if not all(item["status"] for item in items):
        raise P24Refused(items, 409)
    at = time.time()
    with state.store.transaction():
        for item in items:
            state.store.insert(
                "INSERT INTO p24_refund (request_id, refunds_uuid, session_id, amount, created_at)"
                " VALUES (?, ?, ?, ?, ?)",
                *(told["requestId"], told["refundsUuid"], item["sessionId"], item["amount"], at),
            )
            _tell_refund(state, told, item, at)
    return items


def _refund_item(state: State, one: Any) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise P24Refused("Invalid input parameters")
    checked(one, ("orderId", "sessionId", "amount"))
    if len(str(one.get("description", ""))) > 35:
        raise P24Refused("Invalid input parameters")
    row = transaction_of(state, one["sessionId"])
    message = "success"
    if row is None or row["order_id"] != one["orderId"]:
        message = "Transaction not found"
    elif row["status"] != PAID:
        message = "Transaction in wrong status - cannot refund"
    elif one["amount"] + refunded(state, one["sessionId"]) > row["amount"]:
        message = "The amount of refund exceeds available amount for the transaction"
    shown = {name: one[name] for name in ("orderId", "sessionId", "amount")}
    return {**shown, "description": one.get("description", ""), "status": message == "success", "message": message}


def refunds_of(state: State, order: str) -> dict[str, Any] | None:
    """The answer to refund/by/orderId: a transaction with its refunds; None without any."""
    row = state.store.row("SELECT * FROM p24_transaction WHERE CAST(order_id AS TEXT) = ?", order)
    if row is None:
        return None
    given = state.store.rows("SELECT * FROM p24_refund WHERE session_id = ? ORDER BY id", row["session_id"])
    if not given:
        return None
    return {
        "orderId": row["order_id"],
        "sessionId": row["session_id"],
        "amount": row["amount"],
        "currency": request_of(row)["currency"],
        "refunds": [
            {
                "batchId": 0,
                "requestId": one["request_id"],
                "date": _stamp(one["created_at"]),
                "login": "API",
                "description": "",
                "status": P24_REFUNDS[state.settings.p24_refund_status],
                "amount": one["amount"],
            }
            for one in given
        ],
    }


def refunded(state: State, session: str) -> int:
    """How much of a transaction was given back."""
    return int(state.store.value("SELECT coalesce(sum(amount), 0) FROM p24_refund WHERE session_id = ?", session))


def _tell_refund(state: State, told: dict[str, Any], item: dict[str, Any], at: float) -> None:
    if state.settings.p24_refund_status == "pending":
        return
    signed = {
        "orderId": item["orderId"],
        "sessionId": item["sessionId"],
        "refundsUuid": told["refundsUuid"],
        "merchantId": int(state.keys.p24_merchant_id),
        "amount": item["amount"],
        "currency": "PLN",
        "status": 0 if state.settings.p24_refund_status == "completed" else 1,
    }
    extra = {"requestId": told["requestId"], "timestamp": int(at), "sign": sign_of(signed, state.keys.p24_crc)}
    body = json.dumps({**signed, **extra}, ensure_ascii=False).encode()
    queue_notice(state, "p24", item["sessionId"], "refund", str(told.get("urlStatus") or ""), body, at, {})
