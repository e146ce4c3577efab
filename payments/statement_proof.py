"""The proof that no grosz of a statement is lost or posted twice: asked by a command, and every night."""

from django.db import connection

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
    "zaksięgowana wpłata ma w księdze inną kwotę": """
        WITH paid AS (
            SELECT reference, -sum(amount) AS amount FROM liabilities_ledgerentry
            WHERE reference LIKE 'bank:%' AND kind = 'payment' GROUP BY reference
        ), taken_back AS (
            SELECT o.reference, sum(c.amount) AS amount FROM liabilities_ledgerentry AS c
            JOIN liabilities_ledgerentry AS o ON o.id = c.reverses_id
            WHERE o.reference LIKE 'bank:%' AND o.kind = 'payment' GROUP BY o.reference
        )
        SELECT b.id FROM payments_bankentry AS b
        LEFT JOIN payments_bankentry AS r ON r.reverses_id = b.id
        LEFT JOIN paid ON paid.reference = 'bank:' || b.id || ':' || b.posting
        LEFT JOIN taken_back ON taken_back.reference = 'bank:' || b.id || ':' || b.posting
        WHERE b.state = 'posted' AND b.mark IN ('C', 'RD') AND (
            paid.amount IS DISTINCT FROM b.amount
            OR COALESCE(taken_back.amount, 0) <> CASE WHEN r.id IS NULL THEN 0 ELSE b.amount END
        )
    """,
    "cofnięta wpłata nie została wystornowana": """
        WITH open AS (
            SELECT e.reference, -sum(e.amount) AS amount FROM liabilities_ledgerentry AS e
            WHERE e.reference LIKE 'bank:%' AND e.kind = 'payment'
                AND NOT EXISTS (SELECT FROM liabilities_ledgerentry AS c WHERE c.reverses_id = e.id)
            GROUP BY e.reference
        )
        SELECT b.id FROM open JOIN payments_bankentry AS b ON b.id = split_part(open.reference, ':', 2)::bigint
        WHERE b.state <> 'posted' OR split_part(open.reference, ':', 3)::int <> b.posting
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


def unproven_statements() -> dict[str, list[int]]:
    """What does not add up, in words, and the rows: nothing, or something is broken.

    A storno made by hand of an entry that a statement posted shows here too: the money is in the town, and on nobody's
    account.
    """
    broken = {}
    with connection.cursor() as cursor:
        for words, query in PROOFS.items():
            cursor.execute(query)
            if found := [row[0] for row in cursor.fetchmany(SHOWN)]:
                broken[words] = found
    return broken
