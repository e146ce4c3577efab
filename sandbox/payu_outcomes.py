"""What the payer, the bank or a fault of the way makes of an order: each ends with the notices that PayU would send."""

import secrets
import time
from dataclasses import dataclass

from sandbox.payu_errors import PayuRefused, business
from sandbox.payu_orders import OPEN, cancel_order, order_row, queue_order_notice, set_status
from sandbox.state import State


@dataclass(frozen=True)
class Outcome:
    """`statuses` are told in this order; `late`, `times` and `forged` say how. `paid` decides where the payer lands."""

    label: str
    paid: bool
    statuses: tuple[str, ...]
    late: bool = False
    times: int = 1
    forged: bool = False


PAID = ("PENDING", "COMPLETED")
OUTCOMES = {
    "pay": Outcome("Zapłać", paid=True, statuses=PAID),
    "cancel": Outcome("Anuluj", paid=False, statuses=("CANCELED",)),
    "reject": Outcome("Bank odrzucił", paid=False, statuses=("PENDING", "CANCELED")),
    "pay-late": Outcome("Zapłać, ale powiadom później", paid=True, statuses=PAID, late=True),
    "pay-silent": Outcome("Zapłać, ale nigdy nie powiadom", paid=True, statuses=()),
    "pay-twice": Outcome("Zapłać i powiadom dwa razy", paid=True, statuses=PAID, times=2),
    "pay-reversed": Outcome("Zapłać i powiadom w złej kolejności", paid=True, statuses=PAID[::-1]),
    "pay-forged": Outcome("Zapłać i powiadom z fałszywym podpisem", paid=True, statuses=PAID, forged=True),
}
# Notices that come without any change: production has seen stale ones after COMPLETED.
STALE = {"stale-pending": "PENDING", "stale-canceled": "CANCELED", "again-completed": "COMPLETED"}
OTHERS = ("start", "expire", "late-money", *STALE)


def play(state: State, order_id: str, outcome: str, at: float) -> None:
    """Let *outcome* happen to the order. Raises PayuRefused when its state does not allow it, KeyError if unknown."""
    if outcome in OUTCOMES:
        _played(state, order_id, outcome, at)
    elif outcome in STALE:
        queue_order_notice(state, order_row(state, order_id)["order_id"], STALE[outcome], at)
    elif outcome == "start":
        _must_be(state, order_id, ("NEW",))
        _tell(state, order_id, "PENDING", at)
    elif outcome == "expire":
        _must_be(state, order_id, OPEN)
        cancel_order(state, order_row(state, order_id), at)
    elif outcome == "late-money":
        _must_be(state, order_id, ("CANCELED",))
        _tell(state, order_id, "REJECTED", at)
    else:
        raise KeyError(outcome)


def _must_be(state: State, order_id: str, statuses: tuple[str, ...]) -> None:
    status = order_row(state, order_id)["status"]
    if status not in statuses:
        raise business("INVALID_ORDER_STATUS", f"Order is in status {status}")


def _tell(state: State, order_id: str, status: str, at: float) -> None:
    with state.store.transaction():
        set_status(state, order_id, status, at)
        queue_order_notice(state, order_id, status, at)


def _played(state: State, order_id: str, name: str, at: float) -> None:
    outcome = OUTCOMES[name]
    _must_be(state, order_id, OPEN)
    with state.store.transaction():
        if name == "cancel":
            cancel_order(state, order_row(state, order_id), at)
            return
        state.store.run(
            "UPDATE payu_order SET payment_id = ?, pay_method = coalesce(pay_method, 'PBL') WHERE order_id = ?",
            str(5_000_000_000 + secrets.randbelow(999_999_999)),
            order_id,
        )
        last, told = _ending(state, outcome)
        set_status(state, order_id, last, at)
        first = at + (state.settings.payu_late_s if outcome.late else 0)
        for status in told:
            for _ in range(outcome.times):
                queue_order_notice(state, order_id, status, first, forged=outcome.forged)


def _ending(state: State, outcome: Outcome) -> tuple[str, tuple[str, ...]]:
    """The order's state, and what is told. Without automatic receipt the merchant has to capture."""
    if not outcome.paid:
        return "CANCELED", outcome.statuses
    if state.settings.payu_auto_receive:
        return "COMPLETED", outcome.statuses
    waiting = {"COMPLETED": "WAITING_FOR_CONFIRMATION"}
    return "WAITING_FOR_CONFIRMATION", tuple(waiting.get(status, status) for status in outcome.statuses)


def play_now(state: State, order_id: str, outcome: str) -> str:
    """Play; returns PayU's refusal in words, or an empty string."""
    try:
        play(state, order_id, outcome, time.time())
    except PayuRefused as refused:
        return str(refused.status["statusDesc"])
    return ""
