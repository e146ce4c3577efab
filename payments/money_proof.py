"""The proof that ledger, providers and statements tell of the same money, always: by a command, and every night.

A payment is three times in the portal: as the provider's word (ProviderFact), in the ledger, and – within a payout –
on a statement. Each pair must agree to the grosz; what no payout holds yet is with the provider, and is told.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from payments.statement_proof import found_by

# What the ledger has under a name that begins with the text before the number, less what storno took back.
NET = """
        WITH net AS (
            SELECT split_part(split_part(e.reference, '/', 1), ':', 2)::bigint AS id,
                sum(e.amount) + COALESCE(sum(c.amount), 0) AS amount
            FROM liabilities_ledgerentry AS e LEFT JOIN liabilities_ledgerentry AS c ON c.reverses_id = e.id
            WHERE e.reference LIKE '{name}:%' AND e.kind = '{kind}' GROUP BY 1
        )
"""
PAID = NET.format(name="payment", kind="payment")
REFUNDED = NET.format(name="refund", kind="refund")
REVERSED = NET.format(name="reversal", kind="refund")
# Each says what is wrong of which rows; none of them may find any.
PROOFS = {
    "płatność ma w księdze inną kwotę, niż pobrał operator": f"""
        {PAID}
        SELECT COALESCE(p.id, net.id) FROM payments_payment AS p FULL JOIN net ON net.id = p.id
        WHERE COALESCE(-net.amount, 0) <> CASE WHEN p.state = 'paid' THEN p.amount ELSE 0 END
    """,
    "operator podał inną kwotę płatności": """
        SELECT p.id FROM payments_payment AS p LEFT JOIN (
            SELECT payment_id, sum(amount) AS amount FROM payments_providerfact WHERE kind = 'paid' GROUP BY 1
        ) AS f ON f.payment_id = p.id
        WHERE COALESCE(f.amount, 0) <> CASE WHEN p.state = 'paid' THEN p.amount + p.fee ELSE 0 END
    """,
    "zwrot ma w księdze inną kwotę": f"""
        {REFUNDED}
        SELECT COALESCE(r.id, net.id) FROM payments_refund AS r FULL JOIN net ON net.id = r.id
        WHERE COALESCE(net.amount, 0)
            <> CASE WHEN r.stage IN ('ordered', 'sent', 'done') THEN r.amount ELSE 0 END
    """,
    "operator podał inną kwotę zwrotu": """
        SELECT r.id FROM payments_refund AS r LEFT JOIN payments_providerfact AS f
            ON f.payment_id = r.payment_id AND f.kind = 'refunded' AND f.key = replace(r.number::text, '-', '')
        WHERE r.payment_id IS NOT NULL
            AND COALESCE(f.amount, 0) <> CASE WHEN r.stage = 'done' THEN r.amount ELSE 0 END
    """,
    "zwrot przelewem ma na wyciągu inną kwotę": """
        SELECT r.id FROM payments_refund AS r JOIN payments_bankentry AS b ON b.id = r.debit_id
        WHERE r.amount <> b.amount OR b.mark <> 'D'
    """,
    "cofnięta wpłata ma w księdze inną kwotę": f"""
        {REVERSED}
        SELECT COALESCE(v.id, net.id) FROM payments_reversal AS v FULL JOIN net ON net.id = v.id
        WHERE COALESCE(net.amount, 0) <> CASE WHEN v.posted_at IS NULL THEN 0 ELSE v.amount END
    """,
    "cofnięta wpłata czeka na storno": "SELECT id FROM payments_reversal WHERE posted_at IS NULL",
    "operator podał inną kwotę cofnięcia": """
        SELECT v.id FROM payments_reversal AS v LEFT JOIN payments_providerfact AS f
            ON f.payment_id = v.payment_id AND f.kind = 'reversed' AND f.key = v.key
        WHERE COALESCE(f.amount, 0) <> v.amount
    """,
    "wypłata operatora nie zgadza się z wyciągiem": """
        SELECT o.id FROM payments_payout AS o JOIN payments_bankentry AS b ON b.id = o.entry_id
        WHERE o.amount <> b.amount OR o.gross - o.given_back <> (
            SELECT COALESCE(sum(l.amount), 0) FROM payments_payoutline AS l WHERE l.payout_id = o.id
        ) OR (o.difference = 0) <> (b.state = 'explained')
    """,
    "pozycja wypłaty ma inną kwotę niż płatność": """
        SELECT l.payout_id FROM payments_payoutline AS l
        LEFT JOIN payments_payment AS p ON p.id = l.payment_id
        LEFT JOIN payments_refund AS r ON r.id = l.refund_id
        LEFT JOIN payments_reversal AS v ON v.id = l.reversal_id
        WHERE l.amount <> COALESCE(p.amount + p.fee, -r.amount, -v.amount)
    """,
}
SUMS = """
    SELECT p.provider,
        sum(f.amount) FILTER (WHERE f.kind = 'paid'),
        COALESCE(sum(f.amount) FILTER (WHERE f.kind = 'refunded'), 0),
        COALESCE(sum(f.amount) FILTER (WHERE f.kind = 'reversed'), 0)
    FROM payments_providerfact AS f JOIN payments_payment AS p ON p.id = f.payment_id
    GROUP BY p.provider ORDER BY p.provider
"""
SETTLED = """
    SELECT provider, sum(amount), sum(gross - given_back), sum(fee), sum(difference)
    FROM payments_payout GROUP BY provider
"""


@dataclass(frozen=True)
class ProviderSums:
    """One provider's money, in złoty: what it said, what payouts brought and cost, and what it still holds."""

    provider: str
    taken: Decimal
    refunded: Decimal
    reversed: Decimal
    paid_out: Decimal
    settled: Decimal
    fees: Decimal
    differences: Decimal

    @property
    def still_there(self) -> Decimal:
        """What the provider has of the town's money: nothing of it was in a payout yet."""
        return self.taken - self.refunded - self.reversed - self.settled


def unproven_money() -> dict[str, list[int]]:
    """What does not agree, in words, and the rows: nothing, or something is broken or waits for staff."""
    return found_by(PROOFS)


def provider_sums() -> list[ProviderSums]:
    """Each provider's sums, by name."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLED)
        settled = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(SUMS)
        zero = Decimal("0.00")
        return [
            ProviderSums(provider, taken or zero, refunded, gone, *settled.get(provider, (zero, zero, zero, zero)))
            for provider, taken, refunded, gone in cursor.fetchall()
        ]
