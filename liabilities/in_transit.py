"""Money on its way: what a payer paid and the ledger does not hold yet. Only the floor above knows it.

Free of models, so that an app's `apps.py` may name its reader as it is imported: a dotted path to a function of a
payer's id and a moment, imported when somebody asks (as residents/disclosure.py does for what apps know of a payer).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.module_loading import import_string


@dataclass(frozen=True)
class InTransit:
    """What a payment under way gives to one instalment, in złoty, costs and interest included."""

    reference: str
    state: str
    started_at: datetime
    kind_code: str
    about: str
    amount: Decimal


READERS: list[str] = []


def register(path: str) -> str:
    """Name a reader by its dotted path; the same twice is once."""
    if path not in READERS:
        READERS.append(path)
    return path


def in_transit(payer_id: int, *, at: datetime) -> list[InTransit]:
    """What is on its way for the payer *at* a moment, the oldest first."""
    found: list[InTransit] = [part for path in READERS for part in import_string(path)(payer_id, at)]
    return sorted(found, key=lambda part: part.started_at)


SUMS: list[str] = []


def register_sums(path: str) -> str:
    """Name a reader of many instalments by its dotted path: `(instalment_ids, at) -> {instalment_id: złoty}`."""
    if path not in SUMS:
        SUMS.append(path)
    return path


def sums_in_transit(instalment_ids: Collection[int], *, at: datetime) -> dict[int, Decimal]:
    """What is on its way to each of these instalments *at* a moment; those without are not there."""
    found: dict[int, Decimal] = {}
    for path in SUMS:
        for key, amount in import_string(path)(instalment_ids, at).items():
            found[key] = found.get(key, Decimal(0)) + amount
    return found
