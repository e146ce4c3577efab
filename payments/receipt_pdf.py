"""The confirmation of a posted payment as PDF."""

from collections.abc import Sequence
from decimal import Decimal

import segno
from django.conf import settings
from django.urls import reverse

from core.pdf import render_pdf
from payments.basket import recipient_name
from payments.models import Payment, PaymentLine
from payments.providers import label_of
from payments.receipt_code import spaced
from payments.receipts import given_back_of, issue_receipt
from payments.virtual_accounts import kept_records
from residents.models import Payer


def receipt_pdf(payment: Payment, lines: Sequence[PaymentLine]) -> bytes:
    """«Potwierdzenie wpłaty» of a posted payment: whose dues of *lines* were paid, how much, when. It bears no PESEL.

    By its code anybody may ask the portal whether it is genuine.
    *lines* are those that its reader may see; of a basket of several payers that may be a part.
    """
    payers = Payer.objects.in_bulk(set(kept_records({line.payer_id for line in lines}).values()))
    is_whole = len(lines) == payment.lines.count()
    labels = sorted({line.extra_label for line in lines if line.interest})
    code = spaced(issue_receipt(payment, lines).code)
    page = f"{settings.BASE_URL}{reverse('payments:verify')}"
    context: dict[str, object] = {
        "code": code,
        "page": page,
        "address": f"{page}?kod={code}",
        "qr": _qr(f"{page}?kod={code}"),
        "extra_label": " / ".join(labels) or "Odsetki",
        "payment": payment,
        "lines": lines,
        "amount": sum((line.total for line in lines), Decimal(0)),
        "is_whole": is_whole,
        "given_back": given_back_of(payment, set(payers), is_whole=is_whole),
        "payers": sorted(payers.values(), key=lambda payer: payer.pk),
        "provider": label_of(payment.provider),
        "recipient": recipient_name(payment.recipient),
    }
    return render_pdf("pdf/receipt.html", context)


def _qr(address: str) -> str:
    made = segno.make(address, error="m", micro=False)
    return str(made.svg_data_uri(border=4, dark="#000", light="#fff"))
