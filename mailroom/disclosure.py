"""What this floor knows of a payer: the e-mails from which their applications were registered."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet

from core.actor import Actor
from mailroom.models import DECIDED, IncomingMail
from residents.disclosure import Column, Section, Shape, Table
from residents.queries import same_person


def _mail_of(payer_id: int) -> "QuerySet[IncomingMail]":
    named = IncomingMail.objects.filter(attachments__application__payer_id__in=same_person(payer_id))
    return IncomingMail.objects.filter(pk__in=named.values("pk")).order_by("received_at", "pk")


def _mail(payer_id: int) -> Iterable[Sequence[object]]:
    for mail in _mail_of(payer_id):
        yield (
            *(mail.received_at, mail.sender, mail.sender_name, mail.subject, mail.text),
            *(mail.get_state_display(), mail.decided_at),
        )


def _answers(payer_id: int) -> Iterable[Sequence[object]]:
    for mail in _mail_of(payer_id).prefetch_related("answers"):
        for answer in mail.answers.all():
            yield answer.at, answer.subject, answer.body


def _erase(payer_id: int, by: Actor, at: datetime) -> Mapping[str, int]:
    """What still waits for a clerk stays: it may name others, and nobody has read it yet."""
    settled = list(_mail_of(payer_id).filter(state__in=DECIDED).values_list("pk", flat=True))
    IncomingMail.objects.filter(pk__in=settled).delete()
    return {"mail": len(settled)}


SECTION = Section(
    code="mailroom",
    name="E-maile do urzędu",
    tables=(
        Table(
            "mail",
            "E-maile, z których zarejestrowano Twoje wnioski",
            (
                Column("received_at", "Odebrano", Shape.MOMENT),
                Column("sender", "Adres nadawcy"),
                Column("sender_name", "Nazwa nadawcy"),
                Column("subject", "Temat"),
                Column("text", "Treść"),
                Column("state", "Stan"),
                Column("decided_at", "Załatwiono", Shape.MOMENT),
            ),
            _mail,
        ),
        Table(
            "mail_answers",
            "Odpowiedzi na te e-maile",
            (Column("at", "Kiedy", Shape.MOMENT), Column("subject", "Temat"), Column("body", "Treść")),
            _answers,
        ),
    ),
    erased=("e-maile, z których zarejestrowano wnioski, i odpowiedzi na nie; skany przyjętych wniosków zostają",),
    erase=_erase,
)
