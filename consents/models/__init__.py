"""The tables of the consents floor: applications and the consents that follow, withdrawals, addresses, evidence,
printed forms and scans that wait.
"""

from consents.models.address import AddressConfirmation
from consents.models.application import (
    ApplicationChoice,
    ApplicationState,
    ArrivalWay,
    Channel,
    Consent,
    ConsentApplication,
    PermittedContact,
    Topic,
)
from consents.models.evidence import EvidenceLink
from consents.models.imported_paper import ImportedPaper
from consents.models.incoming import IncomingScan
from consents.models.printed_form import PrintedForm
from consents.models.signed_file import SignedFile, SignedFileState
from consents.models.topic_version import TopicVersion
from consents.models.withdrawal import Withdrawal, WithdrawalWay

__all__ = [
    "AddressConfirmation",
    "ApplicationChoice",
    "ApplicationState",
    "ArrivalWay",
    "Channel",
    "Consent",
    "ConsentApplication",
    "EvidenceLink",
    "ImportedPaper",
    "IncomingScan",
    "PermittedContact",
    "SignedFile",
    "SignedFileState",
    "PrintedForm",
    "Topic",
    "TopicVersion",
    "Withdrawal",
    "WithdrawalWay",
]
