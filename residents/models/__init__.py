"""The tables of floor 1."""

from residents.models.access import AccessRecord, LookReason
from residents.models.account import Account
from residents.models.attorney import AttorneyRequest
from residents.models.claim import Claim
from residents.models.code import ConfirmationCode
from residents.models.mandate import Mandate
from residents.models.merge import MergeMove, MergeUndo, PayerMerge
from residents.models.notice import Notice
from residents.models.payer import Contact, Payer
from residents.models.rodo import DataRequest
from residents.models.session import KnownDevice, OpenSession
from residents.models.used_answer import UsedAnswer

__all__ = [
    "AccessRecord",
    "Account",
    "AttorneyRequest",
    "Claim",
    "ConfirmationCode",
    "Contact",
    "DataRequest",
    "KnownDevice",
    "LookReason",
    "Mandate",
    "MergeMove",
    "MergeUndo",
    "Notice",
    "OpenSession",
    "Payer",
    "PayerMerge",
    "UsedAnswer",
]
