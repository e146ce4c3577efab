"""The one place where the kind of an arrived document decides what happens to it, and where its application is noted.

Signed electronically: judged at once, and accepted without a clerk when everything agrees (consents/signed_files.py);
when not, it waits among the signed files with the reasons. Anything else waits for a clerk, who lays it on the desk
where papers are registered (consents/incoming.py).
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from consents.incoming import queue_document
from consents.models import ArrivalWay, IncomingScan, SignedFile
from consents.signatures.trust import Trust, town_trust
from consents.signatures.xades import is_detached
from consents.signed_document import check_file
from consents.signed_files import receive_signed_document
from core import audit
from core.actor import Actor, job
from core.documents.kinds import Kind
from core.errors import Refused
from core.models import StoredDocument
from mailroom.models import IncomingMail, MailAttachment, MailState, Sort

BY = job("read_mail")
MOST_OTHERS = 10  # documents of a message that are tried with one signature


def decide_arrived(
    document_id: int, *, received_on: date, at: datetime, others: Sequence[StoredDocument] = ()
) -> SignedFile | None:
    """Do at once what the document's kind lets a machine do; None: it is for a clerk's eyes. Twice is once.

    Among *others*, which came with it, is the document of a signature that has a file of its own.
    """
    document = StoredDocument.objects.get(pk=document_id)
    if not document.is_signed and document.kind != Kind.XML:
        return None
    trust = town_trust()
    try:
        return receive_signed_document(
            document,
            arrived_by=ArrivalWay.SIGNED_FILE,
            trust=trust,
            by=BY,
            at=at,
            received_on=received_on,
            beside=_signed_by(document, others, trust=trust, at=at),
        )
    except Refused:  # it bears no signature after all
        return None


def _signed_by(
    signature: StoredDocument, others: Sequence[StoredDocument], *, trust: Trust, at: datetime
) -> StoredDocument | None:
    """The one of *others* over which a detached *signature* stands, None where it is over none."""
    if signature.kind != Kind.XML or not is_detached(signature.content):
        return None
    for other in others:
        found = check_file(signature.content, trust=trust, at=at, beside=other.content)
        if other.pk != signature.pk and found.report.intact:
            return other
    return None


def hand_to_desk(attachment: MailAttachment, *, by: Actor, at: datetime) -> IncomingScan:
    """Lay an attachment on the desk where applications are registered (consents/incoming.py); twice is once.

    Raises Refused `mail_decided`, `not_to_be_shown` (XML, or a file that was refused), `scan_registered`.
    """
    with transaction.atomic():
        mail = IncomingMail.objects.select_for_update(of=("self",)).get(pk=attachment.mail_id)
        locked = MailAttachment.objects.select_related("document", "scan").get(pk=attachment.pk)
        if mail.state != MailState.WAITING:
            raise Refused("mail_decided", f"Tej wiadomości nie ma w kolejce: {mail.get_state_display()}.")
        if locked.application_id is not None:
            raise Refused("scan_registered", f"Ten plik to już wniosek nr {locked.application_id}.")
        if not locked.document.pages:
            raise Refused("not_to_be_shown", "Tego pliku nie można pokazać, więc nie da się go zarejestrować.")
        if locked.scan is None or locked.scan.set_aside_at is not None:
            day = timezone.localdate(mail.received_at)
            locked.scan = queue_document(
                locked.document, arrived_by=ArrivalWay.EMAIL_SCAN, received_on=day, by=by, at=at
            ).scan
            locked.save(update_fields=["scan"])
    return locked.scan


def decide_letters(*, at: datetime) -> int:
    """Decide the documents of letters that nobody decided yet; returns how many. Spam waits until a clerk moves it."""
    waiting = MailAttachment.objects.filter(
        decided_at__isnull=True, document__refusal="", mail__state=MailState.WAITING, mail__sort=Sort.LETTER
    )
    attachments = list(waiting.select_related("mail").order_by("pk"))
    for attachment in attachments:
        day = timezone.localdate(attachment.mail.received_at)
        with_it = MailAttachment.objects.filter(mail=attachment.mail_id, document__refusal="").values("document")
        others = StoredDocument.objects.filter(pk__in=with_it).order_by("pk")
        decide_arrived(attachment.document_id, received_on=day, at=at, others=others[:MOST_OTHERS])
        MailAttachment.objects.filter(pk=attachment.pk).update(decided_at=at)
    return len(attachments)


def note_registered(*, at: datetime) -> int:
    """Note which attachments became applications, and close the messages of which nothing is left; returns how many."""
    _note_signed()
    typed = _undecided().filter(scan__application__isnull=False).values_list("pk", "scan__application_id")
    for attachment, application in typed:
        MailAttachment.objects.filter(pk=attachment).update(application=application)
    closed = 0
    for mail in _all_registered():
        with transaction.atomic():
            locked = IncomingMail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
            if locked.state == MailState.WAITING:
                locked.state, locked.decided_at = MailState.REGISTERED, at
                locked.save(update_fields=["state", "decided_at"])
                audit.record("decide_mail", f"mail:{mail.pk}", by=BY, state=MailState.REGISTERED.value)
                closed += 1
    return closed


def _undecided() -> "QuerySet[MailAttachment]":
    return MailAttachment.objects.filter(application__isnull=True, mail__state=MailState.WAITING, document__refusal="")


def _note_signed() -> None:
    """A signed file is known by its bytes, whichever way it came."""
    signed = dict(
        SignedFile.objects.filter(
            sha256__in=_undecided().filter(decided_at__isnull=False).values("document__sha256"),
            application__isnull=False,
        ).values_list("sha256", "application_id")
    )
    for sha256, application in signed.items():
        _undecided().filter(document__sha256=sha256).update(application=application)
    apart = SignedFile.objects.filter(beside__in=_undecided().values("document"), application__isnull=False)
    for document, application in apart.values_list("beside_id", "application_id"):
        _undecided().filter(document=document).update(application=application)


def _all_registered() -> "QuerySet[IncomingMail]":
    """Letters that wait though each document that could be shown is an application by now."""
    mine = MailAttachment.objects.filter(mail=OuterRef("pk"))
    return IncomingMail.objects.filter(
        Exists(mine.filter(application__isnull=False)),
        ~Exists(mine.filter(Q(document__refusal=""), application__isnull=True)),
        state=MailState.WAITING,
    )


def shown_attachments(mail: IncomingMail) -> list[MailAttachment]:
    """The message's attachments, each with the signed file that it is (`signed_file`), if any."""
    attachments = list(mail.attachments.select_related("document", "application"))
    digests = [one.document.sha256 for one in attachments if one.document.sha256 and one.decided_at]
    signed = {stored.sha256: stored for stored in SignedFile.objects.filter(sha256__in=digests)}
    for one in attachments:
        one.signed_file = signed.get(one.document.sha256)
    return attachments
