"""The tables of floor 4."""

from liabilities.models.api_token import ApiAnswer, ApiToken, TokenScope
from liabilities.models.bearer import LiabilityBearer
from liabilities.models.calendar_link import CalendarLink
from liabilities.models.decision import Decision, DecisionKind, DecisionPart
from liabilities.models.imports import (
    DueSource,
    ImportChange,
    ImportKind,
    ImportProblem,
    ImportRun,
    InterestBy,
    MissingDecision,
    MissingDue,
    RejectedRow,
)
from liabilities.models.information import InformationAction, InformationForm
from liabilities.models.ledger import EntryKind, LedgerAccount, LedgerEntry
from liabilities.models.letters import (
    LIVE,
    SERVED,
    CollectionHold,
    DunningLetter,
    HoldReason,
    LetterAddressee,
    LetterFile,
    LetterLine,
    LetterRun,
    LetterSkip,
    Outcome,
    RunState,
    Way,
)
from liabilities.models.liability import DueKind, Instalment, Liability
from liabilities.models.limitation import LimitationFact
from liabilities.models.posting_export import PostingExport, PostingLine
from liabilities.models.rates import BankRate, Fee, FeeKind, Holiday, InterestRate, Question, Reading
from liabilities.models.reminder_rule import ReminderRule

__all__ = [
    "LIVE",
    "SERVED",
    "ApiAnswer",
    "ApiToken",
    "BankRate",
    "CalendarLink",
    "CollectionHold",
    "Decision",
    "DecisionKind",
    "DecisionPart",
    "DueKind",
    "DueSource",
    "DunningLetter",
    "EntryKind",
    "Fee",
    "FeeKind",
    "HoldReason",
    "Holiday",
    "ImportChange",
    "ImportKind",
    "ImportProblem",
    "ImportRun",
    "InformationAction",
    "InformationForm",
    "Instalment",
    "InterestBy",
    "InterestRate",
    "LedgerAccount",
    "LedgerEntry",
    "LetterAddressee",
    "LetterFile",
    "LetterLine",
    "LetterRun",
    "LetterSkip",
    "Liability",
    "LiabilityBearer",
    "LimitationFact",
    "MissingDecision",
    "MissingDue",
    "Outcome",
    "PostingExport",
    "PostingLine",
    "Question",
    "Reading",
    "RejectedRow",
    "ReminderRule",
    "RunState",
    "TokenScope",
    "Way",
]
