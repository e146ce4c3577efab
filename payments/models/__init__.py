"""The tables of floor 5."""

from payments.models.payment import Payment, PaymentChange, PaymentLine
from payments.models.payout import Payout, PayoutLine
from payments.models.receipt import Receipt
from payments.models.refund import ProviderFact, Refund, RefundChange, Reversal
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
    "Payout",
    "PayoutLine",
    "ProviderFact",
    "Receipt",
    "Refund",
    "RefundChange",
    "Reversal",
    "StatementBlock",
    "StatementFile",
    "StatementProblem",
    "VirtualAccount",
    "entry_reference",
]
