"""The treasurer's pages: dues, ledger, imports, figures. Importing this package registers them."""

from liabilities.admin.dues import DueKindAdmin, InstalmentAdmin, LedgerEntryAdmin
from liabilities.admin.figures import FeeAdmin, InterestRateAdmin, ReminderRuleAdmin
from liabilities.admin.imports import ImportRunAdmin

__all__ = [
    "DueKindAdmin",
    "FeeAdmin",
    "ImportRunAdmin",
    "InstalmentAdmin",
    "InterestRateAdmin",
    "LedgerEntryAdmin",
    "ReminderRuleAdmin",
]
