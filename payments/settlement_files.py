"""Transactions of settlement files: each is money once, in however many files the operator tells of it."""

from datetime import datetime

from django.db import connection

from payments.formats.eplatnosci import SETTLEMENTS

KNOWN_ALREADY = """
UPDATE payments_bankentry AS e
SET state = 'explained', settled_at = %(at)s,
    reason = left('ta sama transakcja jest już w pliku: ' || known.name, 200)
FROM (
    SELECT k.reference, min(f.name) AS name
    FROM payments_bankstatement AS s
    JOIN payments_bankentry AS k ON k.statement_id = s.id
    JOIN payments_statementfile AS f ON f.id = s.file_id
    WHERE s.account = %(account)s AND s.id <> %(statement)s AND s.chain <> 'rejected'
    GROUP BY k.reference
) AS known
WHERE e.statement_id = %(statement)s AND e.reference = known.reference
"""


def explain_known(statement_id: int, *, at: datetime) -> int:
    """Explain the transactions of a settlement file that another one brought; how many. In the caller's transaction.

    Files overlap – a week beside its days – and a transaction bears a number of its own, unlike a line of a statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_ALREADY, {"statement": statement_id, "account": SETTLEMENTS, "at": at})
        return int(cursor.rowcount)
