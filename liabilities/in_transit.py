"""Money on its way: what a payer paid and the ledger does not hold yet. Only the floor above knows it.

Free of models, so that an app's `apps.py` may name its reader as it is imported: a dotted path to a function of a
payer's id and a moment, imported when somebody asks (as residents/disclosure.py does for what apps know of a payer).
"""

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
