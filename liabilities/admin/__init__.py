"""The treasurer's pages: dues, ledger, imports, figures. Importing this package registers them."""

from liabilities.admin.dues import InstalmentAdmin, LedgerEntryAdmin
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

__all__ = [
    "BankRateAdmin",
    "DueKindAdmin",
    "FeeAdmin",
    "HolidayAdmin",
    "ImportRunAdmin",
    "InstalmentAdmin",
    "InterestRateAdmin",
    "LedgerEntryAdmin",
    "ReadingAdmin",
    "ReminderRuleAdmin",
]
