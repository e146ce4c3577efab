"""The proof that no grosz of a statement is lost or posted twice: asked by a command, and every night."""

from collections.abc import Mapping

from django.db import connection

# What the ledger has of each entry, over all its postings, less what storno took back.
NET = """
        WITH net AS (
            SELECT split_part(e.reference, ':', 2)::bigint AS id, -sum(e.amount) - COALESCE(sum(c.amount), 0) AS amount
            FROM liabilities_ledgerentry AS e LEFT JOIN liabilities_ledgerentry AS c ON c.reverses_id = e.id
            WHERE e.reference LIKE 'bank:%' AND e.kind = 'payment' GROUP BY 1
        )
"""
# Each says what is wrong of which rows; none of them may find any.
PROOFS = {
    "wyciąg nie zgadza się ze swoimi pozycjami": """
        SELECT s.id FROM payments_bankstatement AS s LEFT JOIN LATERAL (
            SELECT count(*) AS entries, COALESCE(sum(amount) FILTER (WHERE mark IN ('C', 'RD')), 0) AS credits,
                COALESCE(sum(amount) FILTER (WHERE mark IN ('D', 'RC')), 0) AS debits
            FROM payments_bankentry WHERE statement_id = s.id
        ) AS e ON TRUE
        WHERE (s.entries, s.credits, s.debits) IS DISTINCT FROM (e.entries, e.credits, e.debits)
    """,
    "wyciąg nie zaczyna się saldem, którym skończył się poprzedni": """
        SELECT s.id FROM payments_bankstatement AS s
        WHERE s.chain = 'chained' AND s.opening IS NOT NULL AND s.reason = '' AND s.id <> (
            SELECT f.id FROM payments_bankstatement AS f
            WHERE f.account = s.account AND f.chain = 'chained' AND f.opening IS NOT NULL
            ORDER BY f.closed_on, f.opened_on, f.id LIMIT 1
        ) AND NOT EXISTS (
            SELECT FROM payments_bankstatement AS p
            WHERE p.account = s.account AND p.chain = 'chained' AND p.id <> s.id
                AND p.closing = s.opening AND p.closed_on <= s.closed_on
        )
    """,
    "zaksięgowana wpłata ma w księdze inną kwotę": f"""
        {NET}
        SELECT b.id FROM payments_bankentry AS b
        LEFT JOIN payments_bankentry AS r ON r.reverses_id = b.id
        LEFT JOIN net ON net.id = b.id
        WHERE b.state = 'posted' AND b.mark IN ('C', 'RD')
            AND COALESCE(net.amount, 0) <> CASE WHEN r.id IS NULL THEN b.amount ELSE 0 END
    """,
    "cofnięta wpłata nie została wystornowana": f"""
        {NET}
        SELECT b.id FROM net JOIN payments_bankentry AS b ON b.id = net.id
        WHERE b.state <> 'posted' AND net.amount <> 0
    """,
    "księga ma wpłatę, której nie ma na żadnym wyciągu": """
        SELECT e.id FROM liabilities_ledgerentry AS e
        WHERE e.reference LIKE 'bank:%' AND NOT EXISTS (
            SELECT FROM payments_bankentry AS b
            WHERE b.id = split_part(e.reference, ':', 2)::bigint
                AND split_part(e.reference, ':', 3)::int BETWEEN 1 AND b.posting
        )
    """,
}
SHOWN = 50


def found_by(proofs: Mapping[str, str]) -> dict[str, list[int]]:
    """What is amiss: of the queries, those that find rows, with the first of them."""
    broken = {}
    with connection.cursor() as cursor:
        for words, query in proofs.items():
            cursor.execute(query)
            if found := [row[0] for row in cursor.fetchmany(SHOWN)]:
                broken[words] = found
    return broken


def unproven_statements() -> dict[str, list[int]]:
    """What does not add up, in words, and the rows: nothing, or something is broken.

    A storno made by hand of an entry that a statement posted shows here too: the money is in the town, and on nobody's
    account.
    """
    return found_by(PROOFS)
