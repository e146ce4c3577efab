"""The tables of floor 4."""

from liabilities.models.bearer import LiabilityBearer
from liabilities.models.calendar_link import CalendarLink
from liabilities.models.imports import ImportProblem, ImportRun
from liabilities.models.ledger import EntryKind, LedgerAccount, LedgerEntry
from liabilities.models.liability import DueKind, Instalment, Liability
from liabilities.models.rates import BankRate, Fee, FeeKind, Holiday, InterestRate, Question, Reading
from liabilities.models.reminder_rule import ReminderRule

__all__ = [
    "BankRate",
    "CalendarLink",
    "DueKind",
    "EntryKind",
    "Fee",
    "FeeKind",
    "Holiday",
    "ImportProblem",
    "ImportRun",
    "Instalment",
    "InterestRate",
    "LedgerAccount",
    "LedgerEntry",
    "Liability",
    "LiabilityBearer",
    "Question",
    "Reading",
    "ReminderRule",
]
