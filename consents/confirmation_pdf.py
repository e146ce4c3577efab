"""«Potwierdzenie zgód»: what holds now, and the whole evidence, for the resident and for the clerk."""

from datetime import datetime, timedelta

from consents.clause import text_of
from consents.models import ConsentApplication, EvidenceLink
from consents.queries import consents_in_force, history_of, names_at
from core.dates import midnight
from core.pdf import render_pdf
from residents.identity import mask_number
from residents.models import Payer


def confirmation_pdf(payer: Payer, *, at: datetime) -> bytes:
    """The confirmation as of *at*. The identity number is masked: the paper proves consents, not who one is."""
    history = history_of(payer.pk)
    ticked = {event.application.pk: _ticked(event.application) for event in history if event.application}
    versions = sorted({event.application.clause_version for event in history if event.application})
    return render_pdf(
        "pdf/consents_confirmation.html",
        {
            "payer": payer,
            "number": mask_number(payer.identity_number),
            "at": at,
            "holding": consents_in_force(payer.pk, at=at),
            "history": [(event, ticked[event.application.pk] if event.application else []) for event in history],
            "clauses": [(version, text_of(version)) for version in versions],
            "head": EvidenceLink.objects.order_by("-number").first(),
        },
    )


def _ticked(application: ConsentApplication) -> list[str]:
    """The boxes under the names that stood on the form: what they are called today was not signed."""
    form = application.printed_form
    over = midnight(application.signed_on + timedelta(days=1))
    names = names_at(form.printed_at if form else application.signed_at or over)
    return [
        f"{names.get(choice.topic_id, choice.topic.name)} ({choice.get_channel_display()})"
        for choice in application.choices.all()
    ]
