"""Many payers at once, for imports: found by their numbers, the missing ones registered by COPY and one INSERT."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection

from core.bulk import copy_rows
from core.encryption import fingerprints, seal
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
# Of more than a hundred numbers the planner cannot see that none is empty, as the indexes ask: so it is said.
KNOWN = """
WITH found AS MATERIALIZED (
    SELECT id, merged_into_id FROM residents_payer WHERE pesel_fingerprint = ANY(%(pesel)s) AND pesel_fingerprint <> ''
    UNION ALL SELECT id, merged_into_id FROM residents_payer WHERE nip = ANY(%(nip)s) AND nip <> ''
    UNION ALL SELECT id, merged_into_id FROM residents_payer WHERE regon = ANY(%(regon)s) AND regon <> ''
    UNION ALL SELECT id, merged_into_id FROM residents_payer WHERE krs = ANY(%(krs)s) AND krs <> ''
    UNION ALL SELECT id, merged_into_id FROM residents_payer WHERE town_number = ANY(%(town)s) AND town_number <> ''
)
SELECT COALESCE(merged_into_id, id), pesel_fingerprint, nip, regon, krs, town_number FROM residents_payer
WHERE id IN (SELECT id FROM found UNION ALL SELECT merged_into_id FROM found WHERE merged_into_id IS NOT NULL)
ORDER BY id FOR KEY SHARE
"""
# A number's key in these statements: its kind, and the number or the PESEL's fingerprint.
KINDS = (NumberKind.PESEL, NumberKind.NIP, NumberKind.REGON, NumberKind.KRS, NumberKind.TOWN)


Key = tuple[NumberKind, str]


class Wanted:
    """Numbers to be found, with the keys under which they may stand, each reckoned once.

    A PESEL has the fingerprint of each index key that is in use, the newest first.
    """

    def __init__(self, numbers: Iterable[IdentityNumber]) -> None:
        """Reckon the keys of *numbers*."""
        self.keys_of: dict[IdentityNumber, list[str]] = {
            number: fingerprints(number.value) if number.kind is NumberKind.PESEL else [number.value]
            for number in numbers
        }
        self.numbers: dict[Key, IdentityNumber] = {
            (number.kind, key): number for number, keys in self.keys_of.items() for key in keys
        }

    def told(self, rows: Iterable[tuple[Any, ...]]) -> dict[IdentityNumber, int]:
        """Rows of the register by number. A bearer of several numbers is told for each that was asked for."""
        numbers = self.numbers
        return {
            numbers[kind, key]: payer_id
            for payer_id, *borne in rows
            for kind, key in zip(KINDS, borne, strict=True)
            if key and (kind, key) in numbers
        }


def find_payers(wanted: Wanted, *, among: Collection[IdentityNumber] | None = None) -> dict[IdentityNumber, int]:
    """The payers who bear the numbers, or some *among* them: number → payer id. One query."""
    sought: dict[str, list[str]] = {kind.value: [] for kind in KINDS}
    for number in wanted.keys_of if among is None else among:
        sought[number.kind.value] += wanted.keys_of[number]
    if not any(sought.values()):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, sought)
        return wanted.told(cursor.fetchall())


def insert_payers(wanted: Wanted, people: Mapping[IdentityNumber, str]) -> dict[IdentityNumber, int]:
    """Register the bearers of numbers that nobody bore a moment ago: number → payer id, in the caller's transaction.

    Who was registered by somebody else since then is not among them.
    """
    with connection.cursor() as cursor:
        cursor.execute(WANTED)
        rows = (_row(number, name, wanted.keys_of[number][0]) for number, name in people.items())
        copy_rows("payer_wanted", COLUMNS, rows)
        cursor.execute(INSERT)
        return wanted.told(cursor.fetchall())


def _row(number: IdentityNumber, name: str, key: str) -> tuple[str, ...]:
    if number.kind is NumberKind.PESEL:
        return Kind.PERSON.value, name, seal(number.value), key, "", "", ""
    borne = (number.value if number.kind is kind else "" for kind in (NumberKind.NIP, NumberKind.REGON, NumberKind.KRS))
    return Kind.COMPANY.value, name, "", "", *borne
