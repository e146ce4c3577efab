"""The tables of floor 4."""

from liabilities.models.imports import ImportProblem, ImportRun
from liabilities.models.ledger import EntryKind, LedgerAccount, LedgerEntry
from liabilities.models.liability import DueKind, Instalment, Liability
from liabilities.models.rates import Fee, FeeKind, InterestRate
from liabilities.models.reminder_rule import ReminderRule

__all__ = [
    "DueKind",
    "EntryKind",
    "Fee",
    "FeeKind",
    "ImportProblem",
    "ImportRun",
    "Instalment",
    "InterestRate",
    "LedgerAccount",
    "LedgerEntry",
    "Liability",
    "ReminderRule",
]
