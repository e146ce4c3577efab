"""The confirmation of a posted payment as PDF."""

from collections.abc import Sequence
from decimal import Decimal

from core.pdf import render_pdf
from payments.basket import recipient_name
from payments.models import Payment, PaymentLine
from payments.providers import label_of
from payments.virtual_accounts import kept_records
from residents.models import Payer


def receipt_pdf(payment: Payment, lines: Sequence[PaymentLine]) -> bytes:
    """«Potwierdzenie wpłaty» of a posted payment: whose dues of *lines* were paid, how much, when. It bears no PESEL.

    *lines* are those that its reader may see; of a basket of several payers that may be a part.
    """
    payers = Payer.objects.in_bulk(set(kept_records({line.payer_id for line in lines}).values()))
    labels = sorted({line.extra_label for line in lines if line.interest})
    context: dict[str, object] = {
        "extra_label": " / ".join(labels) or "Odsetki",
        "payment": payment,
        "lines": lines,
        "amount": sum((line.total for line in lines), Decimal(0)),
        "is_whole": len(lines) == payment.lines.count(),
        "payers": sorted(payers.values(), key=lambda payer: payer.pk),
        "provider": label_of(payment.provider),
        "recipient": recipient_name(payment.recipient),
    }
    return render_pdf("pdf/receipt.html", context)
