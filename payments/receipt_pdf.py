"""The confirmation of a posted payment as PDF."""

from core.pdf import render_pdf
from payments.models import Payment


def receipt_pdf(payment: Payment) -> bytes:
    """«Potwierdzenie wpłaty» of a posted payment, for its payer: what was paid, of what, when. No PESEL stands on it."""
    lines = payment.lines.select_related("instalment__liability__kind").order_by("pk")
    return render_pdf("pdf/receipt.html", {"payment": payment, "lines": lines, "payer": payment.payer})
