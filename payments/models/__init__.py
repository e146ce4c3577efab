"""The tables of floor 5."""

from payments.models.payment import Payment, PaymentChange, PaymentLine
from payments.models.virtual_account import VirtualAccount

__all__ = ["Payment", "PaymentChange", "PaymentLine", "VirtualAccount"]
