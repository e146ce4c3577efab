"""The tables of floor 5."""

from payments.models.payment import Payment, PaymentChange, PaymentLine

__all__ = ["Payment", "PaymentChange", "PaymentLine"]
