"""The treasurer's pages: dues, ledger, imports, figures. Importing this package registers them."""

from liabilities.admin.decisions import DecisionAdmin
from liabilities.admin.dues import InstalmentAdmin
from liabilities.admin.figures import (
    BankRateAdmin,
    DueKindAdmin,
    FeeAdmin,
    HolidayAdmin,
    InterestRateAdmin,
    ReadingAdmin,
    ReminderRuleAdmin,
)
from liabilities.admin.imports import ImportRunAdmin
from liabilities.admin.ledger import LedgerEntryAdmin
from liabilities.admin.letter_runs import LetterRunAdmin
from liabilities.admin.letters import DunningLetterAdmin
from liabilities.admin.postings import PostingExportAdmin
from liabilities.admin.sources import ApiTokenAdmin, DueSourceAdmin, MissingDueAdmin

__all__ = [
    "ApiTokenAdmin",
    "DecisionAdmin",
    "DunningLetterAdmin",
    "LetterRunAdmin",
    "BankRateAdmin",
    "DueKindAdmin",
    "DueSourceAdmin",
    "FeeAdmin",
    "HolidayAdmin",
    "ImportRunAdmin",
    "InstalmentAdmin",
    "InterestRateAdmin",
    "LedgerEntryAdmin",
    "MissingDueAdmin",
    "PostingExportAdmin",
    "ReadingAdmin",
    "ReminderRuleAdmin",
]
