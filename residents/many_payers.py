"""Many payers at once, for imports: found by their numbers, the missing ones registered by COPY and one INSERT."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection

from core.bulk import copy_rows
from core.encryption import fingerprint, fingerprints, seal
from residents.identity import IdentityNumber, NumberKind
from residents.models.payer import Kind

COLUMNS = ("kind", "name", "pesel", "pesel_fingerprint", "nip", "regon", "krs")
WANTED = """
DROP TABLE IF EXISTS payer_wanted;
CREATE TEMPORARY TABLE payer_wanted (
    kind varchar(10), name varchar(200), pesel text, pesel_fingerprint varchar(64), nip varchar(10), regon varchar(14),
    krs varchar(10)
) ON COMMIT DROP
"""
INSERT = """
INSERT INTO residents_payer (kind, name, pesel, pesel_fingerprint, nip, regon, krs, street, postal_code, city)
SELECT kind, name, pesel, pesel_fingerprint, nip, regon, krs, '', '', '' FROM payer_wanted
ON CONFLICT DO NOTHING
RETURNING id, pesel_fingerprint, nip, regon, krs, ''
"""
# The records, and those that stand for them, are locked as a row that points at them would lock them, in the order of
# ids: none is merged away or parted between this look and what the caller hangs on it (residents/merging.py).
KNOWN = """
WITH found AS MATERIALIZED (
    SELECT id, merged_into_id FROM residents_payer WHERE pesel_fingerprint = ANY(%(pesel)s)
    UNION ALL SELECT id, merged_into_id FROM residents_payer WHERE nip = ANY(%(nip)s)
    UNION ALL SELECT id, merged_into_id FROM residents_payer WHERE regon = ANY(%(regon)s)
    UNION ALL SELECT id, merged_into_id FROM residents_payer WHERE krs = ANY(%(krs)s)
    UNION ALL SELECT id, merged_into_id FROM residents_payer WHERE town_number = ANY(%(town)s)
)
SELECT COALESCE(merged_into_id, id), pesel_fingerprint, nip, regon, krs, town_number FROM residents_payer
WHERE id IN (SELECT id FROM found UNION ALL SELECT merged_into_id FROM found WHERE merged_into_id IS NOT NULL)
ORDER BY id FOR KEY SHARE
"""
# A number's key in these statements: its kind, and the number or the PESEL's fingerprint.
KINDS = (NumberKind.PESEL, NumberKind.NIP, NumberKind.REGON, NumberKind.KRS, NumberKind.TOWN)


Key = tuple[NumberKind, str]


def keys_of(numbers: Iterable[IdentityNumber]) -> dict[Key, IdentityNumber]:
    """Each number by its key; a PESEL by the fingerprint of each index key that is in use."""
    return {
        (number.kind, key): number
        for number in numbers
        for key in (fingerprints(number.value) if number.kind is NumberKind.PESEL else (number.value,))
    }


def find_payers(numbers: Collection[IdentityNumber]) -> dict[IdentityNumber, int]:
    """The payers who bear these numbers: number → payer id. One query."""
    if not numbers:
        return {}
    keys = keys_of(numbers)
    wanted: dict[str, list[str]] = {kind.value: [] for kind in KINDS}
    for kind, key in keys:
        wanted[kind.value].append(key)
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, wanted)
        return _told(cursor.fetchall(), keys)


def insert_payers(people: Mapping[IdentityNumber, str]) -> dict[IdentityNumber, int]:
    """Register the bearers of numbers that nobody bore a moment ago: number → payer id, in the caller's transaction.

    Who was registered by somebody else since then is not among them.
    """
    with connection.cursor() as cursor:
        cursor.execute(WANTED)
        copy_rows("payer_wanted", COLUMNS, (_row(number, name) for number, name in people.items()))
        cursor.execute(INSERT)
        return _told(cursor.fetchall(), keys_of(people))


def _told(rows: Iterable[tuple[Any, ...]], keys: Mapping[Key, IdentityNumber]) -> dict[IdentityNumber, int]:
    """A bearer of several numbers is told for each that was asked for."""
    return {
        keys[kind, key]: payer_id
        for payer_id, *borne in rows
        for kind, key in zip(KINDS, borne, strict=True)
        if key and (kind, key) in keys
    }


def _row(number: IdentityNumber, name: str) -> tuple[str, ...]:
    if number.kind is NumberKind.PESEL:
        return Kind.PERSON.value, name, seal(number.value), fingerprint(number.value), "", "", ""
    borne = (number.value if number.kind is kind else "" for kind in (NumberKind.NIP, NumberKind.REGON, NumberKind.KRS))
    return Kind.COMPANY.value, name, "", "", *borne
