"""Many payers at once, for imports: found by their numbers, the missing ones registered by COPY and one INSERT."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from core.bulk import copy_rows
from core.encryption import fingerprint, seal
from residents.identity import IdentityNumber, NumberKind
from residents.models.payer import Kind

COLUMNS = ("kind", "name", "pesel", "pesel_fingerprint", "nip", "regon")
WANTED = """
DROP TABLE IF EXISTS payer_wanted;
CREATE TEMPORARY TABLE payer_wanted (
    kind varchar(10), name varchar(200), pesel text, pesel_fingerprint varchar(64), nip varchar(10), regon varchar(14)
) ON COMMIT DROP
"""
INSERT = """
INSERT INTO residents_payer (kind, name, pesel, pesel_fingerprint, nip, regon, street, postal_code, city)
SELECT kind, name, pesel, pesel_fingerprint, nip, regon, '', '', '' FROM payer_wanted
ON CONFLICT DO NOTHING
RETURNING id, pesel_fingerprint || nip || regon
"""
# A number's key: the fingerprint of a PESEL, else the number itself. Lengths tell them apart.
KNOWN = """
SELECT id, pesel_fingerprint FROM residents_payer WHERE pesel_fingerprint = ANY(%(prints)s)
UNION ALL SELECT id, nip FROM residents_payer WHERE nip = ANY(%(nips)s)
UNION ALL SELECT id, regon FROM residents_payer WHERE regon = ANY(%(regons)s)
"""


def keys_of(numbers: Iterable[IdentityNumber]) -> dict[str, IdentityNumber]:
    """Each number by its key."""
    return {
        fingerprint(number.value) if number.kind is NumberKind.PESEL else number.value: number for number in numbers
    }


def find_payers(keys: Mapping[str, IdentityNumber]) -> dict[IdentityNumber, int]:
    """The payers who bear these numbers: number → payer id. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            KNOWN,
            {
                "prints": _keys(keys, NumberKind.PESEL),
                "nips": _keys(keys, NumberKind.NIP),
                "regons": _keys(keys, NumberKind.REGON),
            },
        )
        return {keys[key]: payer_id for payer_id, key in cursor.fetchall()}


def insert_payers(keys: Mapping[str, IdentityNumber], names: Mapping[IdentityNumber, str]) -> dict[IdentityNumber, int]:
    """Register the bearers of numbers that nobody bore a moment ago: number → payer id, in the caller's transaction.

    Who was registered by somebody else since then is not among them.
    """
    with connection.cursor() as cursor:
        cursor.execute(WANTED)
        copy_rows("payer_wanted", COLUMNS, (_row(key, number, names[number]) for key, number in keys.items()))
        cursor.execute(INSERT)
        return {keys[key]: payer_id for payer_id, key in cursor.fetchall()}


def _keys(keys: Mapping[str, IdentityNumber], kind: NumberKind) -> list[Any]:  # as the driver's stub takes arrays
    return [key for key, number in keys.items() if number.kind is kind]


def _row(key: str, number: IdentityNumber, name: str) -> tuple[str, ...]:
    if number.kind is NumberKind.PESEL:
        return Kind.PERSON.value, name, seal(number.value), key, "", ""
    nip, regon = (number.value, "") if number.kind is NumberKind.NIP else ("", number.value)
    return Kind.COMPANY.value, name, "", "", nip, regon
