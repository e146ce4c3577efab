"""The tables of floor 5."""

from payments.models.payment import Payment, PaymentChange, PaymentLine
from payments.models.statement import (
    BankEntry,
    BankStatement,
    StatementBlock,
    StatementFile,
    StatementProblem,
    entry_reference,
)
from payments.models.virtual_account import VirtualAccount

__all__ = [
    "BankEntry",
    "BankStatement",
    "Payment",
    "PaymentChange",
    "PaymentLine",
    "StatementBlock",
    "StatementFile",
    "StatementProblem",
    "VirtualAccount",
    "entry_reference",
]
