"""The letter that carries a confirmation code: handed over at the window or sent by registered post."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from core.pdf import render_pdf
from residents.actions import CODE_DAYS
from residents.models import Payer


def code_letter(payer: Payer, code: str, *, at: datetime) -> bytes:
    """A one-page PDF with *code*, just issued *at*; it names the payer, their address and no identity number."""
    return render_pdf(
        "pdf/code_letter.html",
        {
            "payer": payer,
            "code": code,
            "written_on": timezone.localdate(at),
            "valid_until": at + timedelta(days=CODE_DAYS),
            "page": f"{settings.BASE_URL}{reverse('residents:confirm')}",
        },
    )
