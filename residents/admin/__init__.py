"""Clerks' and the data protection officer's pages on people."""

from residents.admin.accounts import AccountAdmin, MandateAdmin
from residents.admin.looks import AccessRecordAdmin
from residents.admin.payers import PayerAdmin

__all__ = ["AccessRecordAdmin", "AccountAdmin", "MandateAdmin", "PayerAdmin"]
