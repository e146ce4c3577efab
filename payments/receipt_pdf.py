"""The confirmation of a posted payment as PDF."""

from core.pdf import render_pdf
from payments.models import Payment
from payments.providers import label_of
from payments.queries import lines_of


def receipt_pdf(payment: Payment) -> bytes:
    """«Potwierdzenie wpłaty» of a posted payment, for its payer: what was paid, for what, when. It bears no PESEL."""
    context: dict[str, object] = {
        "payment": payment,
        "lines": lines_of(payment),
        "payer": payment.payer,
        "provider": label_of(payment.provider),
    }
    return render_pdf("pdf/receipt.html", context)
