"""The office's pages of payments, one file a subject. Importing this package registers them."""

from payments.admin.entries import BankEntryAdmin
from payments.admin.payments import PaymentAdmin
from payments.admin.payouts import PayoutAdmin
from payments.admin.refunds import RefundAdmin, ReversalAdmin
from payments.admin.statements import BankStatementAdmin, StatementFileAdmin, VirtualAccountAdmin

__all__ = [
    "BankEntryAdmin",
    "BankStatementAdmin",
    "PaymentAdmin",
    "PayoutAdmin",
    "RefundAdmin",
    "ReversalAdmin",
    "StatementFileAdmin",
    "VirtualAccountAdmin",
]
