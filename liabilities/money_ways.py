"""By which way money came: only the floor above knows. Free of models, as liabilities/in_transit.py is."""

from collections.abc import Collection

from django.utils.module_loading import import_string

READERS: list[str] = []


def register(path: str) -> str:
    """Name a reader by its dotted path: `(entry_ids) -> {entry_id: way}`; the same twice is once."""
    if path not in READERS:
        READERS.append(path)
    return path


def ways_of(entry_ids: Collection[int]) -> dict[int, str]:
    """The way of each ledger entry that moved money («payu», «bank»); others are not there."""
    found: dict[int, str] = {}
    for path in READERS:
        found |= import_string(path)(entry_ids)
    return found
