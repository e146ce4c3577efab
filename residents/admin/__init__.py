"""Clerks' and the data protection officer's pages on people."""

from residents.admin.accounts import AccountAdmin, MandateAdmin
from residents.admin.attorney import AttorneyRequestAdmin
from residents.admin.claims import ClaimAdmin
from residents.admin.data_requests import DataRequestAdmin
from residents.admin.looks import AccessRecordAdmin, LookReasonAdmin
from residents.admin.merge_pages import PayerMergeAdmin
from residents.admin.payers import PayerAdmin

__all__ = [
    "AccessRecordAdmin",
    "AccountAdmin",
    "AttorneyRequestAdmin",
    "ClaimAdmin",
    "DataRequestAdmin",
    "LookReasonAdmin",
    "MandateAdmin",
    "PayerAdmin",
    "PayerMergeAdmin",
]
