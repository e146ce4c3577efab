"""PayU's clock: orders run out, refunds get settled, notices go out."""

import time

import aiohttp

from sandbox.payu_notices import deliver_notices, next_notice_due
from sandbox.payu_orders import expire_orders
from sandbox.payu_refunds import next_refund_due, settle_refunds
from sandbox.state import State


class PayuErrand:
    """What PayU does by itself, for the courier."""

    def next_due(self, state: State) -> float | None:
        """The nearest of: a notice, a settled refund, an order that runs out."""
        expiry: float | None = state.store.value(
            "SELECT min(valid_until) FROM payu_order WHERE status IN ('NEW', 'PENDING')"
        )
        dues = [due for due in (next_notice_due(state), next_refund_due(state), expiry) if due is not None]
        return min(dues) if dues else None

    def hurry(self, state: State) -> None:
        """Settle every refund and make every notice due at once, in their order."""
        settle_refunds(state, float("inf"), time.time())
        state.store.run("UPDATE payu_notice SET due_at = 0 WHERE state = 'waiting'")

    async def deliver(self, state: State, client: aiohttp.ClientSession, until: float) -> int:
        """Let pass what is due, then try each notice once."""
        at = time.time()
        expire_orders(state, at)
        settle_refunds(state, until, at)
        return await deliver_notices(state, client, until)
