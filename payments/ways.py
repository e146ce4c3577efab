"""By which way the money of a ledger entry came: a provider, a transfer, a settlement file, the finance system."""

from collections.abc import Collection

from django.db import connection

from payments.formats.eplatnosci import SETTLEMENTS
from payments.providers import label_of

# Of an entry `e`: `o` is its event, of a storno the event that it takes back.
JOINED = """
LEFT JOIN liabilities_ledgerentry AS r ON r.id = e.reverses_id
CROSS JOIN LATERAL (SELECT COALESCE(r.kind, e.kind) AS kind, COALESCE(r.reference, e.reference) AS reference) AS o
LEFT JOIN payments_refund AS f ON f.id = substring(o.reference FROM '^refund:([0-9]{1,18})')::bigint
LEFT JOIN payments_reversal AS v ON v.id = substring(o.reference FROM '^reversal:([0-9]{1,18})')::bigint
LEFT JOIN payments_payment AS p
    ON p.id = COALESCE(substring(o.reference FROM '^payment:([0-9]{1,18})')::bigint, f.payment_id, v.payment_id)
LEFT JOIN payments_bankentry AS b ON b.id = substring(o.reference FROM '^bank:([0-9]{1,18})')::bigint
LEFT JOIN payments_bankstatement AS s ON s.id = b.statement_id
"""
WAY = f"""COALESCE(p.provider, CASE split_part(o.reference, ':', 1)
    WHEN 'bank' THEN CASE WHEN s.account = '{SETTLEMENTS}' THEN 'eplatnosci' ELSE 'bank' END
    WHEN 'refund' THEN 'bank' WHEN 'import' THEN 'import' ELSE 'other' END)"""
OF_ENTRIES = f"""
SELECT e.id, {WAY} FROM liabilities_ledgerentry AS e {JOINED}
WHERE e.id = ANY(%s) AND o.kind IN ('payment', 'refund')
"""
NAMES = {
    "bank": "przelew (wyciąg bankowy)",
    "eplatnosci": "mObywatel ePłatności",
    "import": "z systemu finansowego (import)",
    "other": "inne wpisy",
}


def way_name(way: str) -> str:
    """A way of paying as the office reads it."""
    return NAMES.get(way) or label_of(way)


def ways_of(entry_ids: Collection[int]) -> dict[int, str]:
    """The way of each of these ledger entries that moved money, or took such a one back; others are not there."""
    with connection.cursor() as cursor:
        cursor.execute(OF_ENTRIES, [list(entry_ids)])
        return dict(cursor.fetchall())
