"""«Potwierdzenie zgód»: what holds now, and the whole evidence, for the resident and for the clerk."""

from datetime import datetime

from consents.clause import text_of
from consents.models import EvidenceLink
from consents.queries import consents_in_force, history_of
from core.pdf import render_pdf
from residents.identity import mask_number
from residents.models import Payer


def confirmation_pdf(payer: Payer, *, at: datetime) -> bytes:
    """The confirmation as of *at*. The identity number is masked: the paper proves consents, not who one is."""
    history = history_of(payer.pk)
    versions = sorted({event.application.clause_version for event in history if event.application})
    return render_pdf(
        "pdf/consents_confirmation.html",
        {
            "payer": payer,
            "number": mask_number(payer.identity_number),
            "at": at,
            "holding": consents_in_force(payer.pk, at=at),
            "history": history,
            "clauses": [(version, text_of(version)) for version in versions],
            "head": EvidenceLink.objects.order_by("-number").first(),
        },
    )
