"""What may happen to applications, and the consents that follow."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from consents import clause
from consents.evidence import add_link
from consents.in_force import put_in_force
from consents.incoming import hand_over, scan_file, take_form, take_scan
from consents.models import (
    ApplicationChoice,
    ApplicationState,
    ArrivalWay,
    Consent,
    ConsentApplication,
    IncomingScan,
    PrintedForm,
    Topic,
)
from consents.paper import address_faults, date_faults, read_phone, tick_faults
from consents.queries import accepted_applications, rules, topics_in_use
from consents.replacement import Choice
from consents.withdrawing import withdraw_by_phone, withdraw_consent
from core import audit
from core.actor import Actor
from core.encryption import fingerprint
from core.errors import Refused
from residents.actions import drop_contact, register_payer, set_contact
from residents.identity import IdentityNumber, NumberKind
from residents.models import Payer
from residents.models.payer import ContactKind, Kind
from residents.queries import contacts_of

__all__ = [
    "accept_application",
    "already_decided",
    "change_draft",
    "register_application",
    "reject_application",
    "resign_from_everything",
    "scan_digest",
    "take_contacts",
    "take_missing_contacts",
    "withdraw_by_phone",
    "withdraw_consent",
]


def _check(choices: Collection[Choice], *, phone: str, email: str, signed_on: date, received_on: date, on: date) -> str:
    """The phone as it is kept. Raises the first fault of the paper (consents/paper.py)."""
    for fault in (
        *date_faults(signed_on=signed_on, received_on=received_on, on=on),
        *tick_faults(choices, topics=topics_in_use()),
        *address_faults(choices, phone=phone, email=email),
    ):
        raise fault
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise Refused(
                "email_unreadable", "To nie jest adres e-mail.", where="email", mend="Podaj adres jak jan@example.com."
            ) from error
    return read_phone(phone, choices)


def _tick(application: ConsentApplication, choices: Collection[Choice]) -> None:
    topics = {topic.code: topic for topic in Topic.objects.all()}
    ApplicationChoice.objects.bulk_create(
        ApplicationChoice(application=application, topic=topics[choice.topic], channel=choice.channel)
        for choice in sorted(set(choices))
    )


def scan_digest(scan: "File[bytes]") -> str:
    """SHA-256 of an uploaded scan, read in pieces."""
    digest = hashlib.sha256()
    for piece in scan.chunks():
        digest.update(piece)
    scan.seek(0)
    return digest.hexdigest()


def register_application(
    *,
    number: IdentityNumber,
    name: str,
    phone: str,
    email: str,
    choices: Collection[Choice],
    signed_on: date,
    arrived_by: str,
    received_on: date,
    scan: "File[bytes] | None",
    by: Actor,
    at: datetime,
    signed_at: datetime | None = None,
    evidence: Mapping[str, str] | None = None,
    clause_version: str = clause.VERSION,
    printed_form: PrintedForm | None = None,
    is_copy: bool = False,
    incoming: IncomingScan | None = None,
) -> ConsentApplication:
    """Register a signed application as a draft; its signer is found by *number* or becomes a payer.

    No *choices* means a resignation from everything. *signed_at* and *evidence* (how the signer was identified and
    signed) are known of electronic signatures. A paper is of the *clause_version* that stands on it; *printed_form* is
    the one whose number it bears (*is_copy*: another paper bore it before); *incoming* hands its file over in place of
    *scan*. Raises Refused with the field in `where`: `in_future`, `signed_after_received`, `topic_unknown`,
    `channel_unknown`, `channel_not_offered`, `address_missing`, `email_unreadable`, `phone_unreadable`,
    `phone_unknown`, `not_mobile`, `clause_unknown`, `form_registered`, `scan_registered`, `scan_set_aside`.
    """
    if not clause.text_of(clause_version):
        raise Refused("clause_unknown", "Nieznana wersja klauzuli.", where="clause_version", mend="Jest pod klauzulą.")
    phone = _check(
        choices, phone=phone, email=email, signed_on=signed_on, received_on=received_on, on=timezone.localdate(at)
    )
    with transaction.atomic():
        taken = take_scan(incoming) if incoming else None
        scan = scan_file(taken) if taken else scan
        pages = taken.document.pages if taken and taken.document else 0
        if printed_form:
            take_form(printed_form, is_copy=is_copy)
            evidence = {**(evidence or {}), "form": printed_form.spaced}
        kind = Kind.PERSON if number.kind == NumberKind.PESEL else Kind.COMPANY
        payer = register_payer(kind=kind, name=name, number=number, by=by)
        application = ConsentApplication.objects.create(
            payer=payer,
            identity_kind=str(number.kind),
            identity_number=number.value,
            identity_fingerprint=fingerprint(number.value),
            name=name,
            phone=phone,
            email=email,
            signed_on=signed_on,
            arrived_by=arrived_by,
            received_on=received_on,
            scan=scan or "",
            scan_sha256=scan_digest(scan) if scan else "",
            scan_pages=pages,
            clause_version=clause_version,
            printed_form=printed_form,
            signed_at=signed_at,
            evidence=dict(evidence or {}),
            registered_at=at,
            registered_by_id=by.account_id,
        )
        _tick(application, choices)
        if taken:
            hand_over(taken, application)
        audit.record("register_application", f"application:{application.pk}", by=by, arrived_by=arrived_by)
    return application


def change_draft(
    application: ConsentApplication,
    *,
    name: str,
    phone: str,
    email: str,
    choices: Collection[Choice],
    signed_on: date,
    arrived_by: str,
    received_on: date,
    scan: "File[bytes] | None",
    by: Actor,
    at: datetime,
) -> ConsentApplication:
    """Mend a draft as it was typed from the paper; a *scan* replaces the one kept, None keeps it.

    Raises Refused as `register_application`, and `already_decided`.
    """
    phone = _check(
        choices, phone=phone, email=email, signed_on=signed_on, received_on=received_on, on=timezone.localdate(at)
    )
    with transaction.atomic():
        draft = _locked_draft(application)
        draft.name, draft.phone, draft.email = name, phone, email
        draft.signed_on, draft.arrived_by, draft.received_on = signed_on, arrived_by, received_on
        if scan:
            draft.scan, draft.scan_sha256 = scan, scan_digest(scan)
        draft.save(
            update_fields=[
                *("name", "phone", "email", "signed_on", "arrived_by", "received_on"),
                *("scan", "scan_sha256"),
            ]
        )
        draft.choices.all().delete()
        _tick(draft, choices)
        audit.record("change_draft", f"application:{draft.pk}", by=by)
    return draft


def already_decided() -> Refused:
    """The refusal to touch an application that was accepted or rejected before."""
    return Refused("already_decided", "Ten wniosek jest już rozpatrzony i nie można go zmienić.")


def _locked_draft(application: ConsentApplication) -> ConsentApplication:
    """The application, every record of its payer locked before it: two decisions about one person never cross."""
    list(Payer.objects.same_as(application.payer_id).order_by("pk").select_for_update(of=("self",)))
    draft = ConsentApplication.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if draft.state != ApplicationState.DRAFT:
        raise already_decided()
    return draft


def accept_application(application: ConsentApplication, *, by: Actor, at: datetime) -> ConsentApplication:
    """Accept a draft: from now on the consents in force are exactly what the payer's newest paper says.

    The newest is the one signed last (then received last, then registered last); an older paper that comes late is kept
    as evidence and changes nothing. Raises Refused `already_decided`.
    """
    with transaction.atomic():
        draft = _locked_draft(application)
        draft.state, draft.decided_at, draft.decided_by_name = ApplicationState.ACCEPTED, at, by.name
        draft.save(update_fields=["state", "decided_at", "decided_by_name"])
        if rules(draft):
            put_in_force(draft, at=at)
            take_contacts(draft, by=by, at=at)
        link = add_link(draft)
        audit.record("accept_application", f"application:{draft.pk}", by=by, link=link.number, hash=link.hash)
    return draft


def reject_application(application: ConsentApplication, *, reason: str, by: Actor, at: datetime) -> ConsentApplication:
    """Reject a draft for a *reason* in words. Raises Refused `already_decided`, `reason_missing`."""
    if not reason.strip():
        raise Refused("reason_missing", "Podaj powód odrzucenia.", where="reason")
    with transaction.atomic():
        draft = _locked_draft(application)
        draft.state, draft.decided_at, draft.decided_by_name = ApplicationState.REJECTED, at, by.name
        draft.rejection_reason = reason.strip()
        draft.save(update_fields=["state", "decided_at", "decided_by_name", "rejection_reason"])
        audit.record("reject_application", f"application:{draft.pk}", by=by)
    return draft


def take_missing_contacts(payer_id: int, *, by: Actor, at: datetime) -> None:
    """Give the payer the contacts of the newest application that it lacks."""
    ruling = accepted_applications(payer_id).first()
    if ruling is None:
        return
    has = set(contacts_of(payer_id))
    for kind, address in ((ContactKind.PHONE, ruling.phone), (ContactKind.EMAIL, ruling.email)):
        if address and kind not in has:
            set_contact(payer_id, kind=kind, address=address, source=f"wniosek nr {ruling.pk}", by=by, at=at)


def take_contacts(application: ConsentApplication, *, by: Actor, at: datetime) -> None:
    """Make the application's contacts the payer's; one that it does not name is forgotten."""
    source = f"wniosek nr {application.pk}"
    for kind, address in ((ContactKind.PHONE, application.phone), (ContactKind.EMAIL, application.email)):
        if address:
            set_contact(application.payer.kept_id, kind=kind, address=address, source=source, by=by, at=at)
        else:
            drop_contact(application.payer.kept_id, kind=kind, by=by)


def resign_from_everything(payer_id: int, *, by: Actor, at: datetime) -> int:
    """End all the payer's consents, as an application without a tick does; returns how many were in force.

    It is written as such an application, so that an older paper which a clerk accepts later brings nothing back.
    Applications that still wait are rejected: they are older than it. Who never applied has nothing to end.
    """
    with transaction.atomic():
        Payer.objects.select_for_update(of=("self",)).get(pk=payer_id)
        for waiting in ConsentApplication.objects.filter(payer_id=payer_id, state=ApplicationState.DRAFT):
            reject_application(waiting, reason="Mieszkaniec zażądał usunięcia danych.", by=by, at=at)
        newest = accepted_applications(payer_id).first()
        if newest is None:
            return 0
        ended = Consent.objects.in_force(at).filter(payer_id=payer_id).count()
        day = timezone.localdate(at)
        resignation = ConsentApplication.objects.create(
            payer_id=payer_id,
            identity_kind=newest.identity_kind,
            identity_number=newest.identity_number,
            identity_fingerprint=newest.identity_fingerprint,
            name=newest.name,
            signed_on=max(day, newest.signed_on),
            arrived_by=ArrivalWay.PORTAL,
            received_on=max(day, newest.received_on),
            clause_version=clause.VERSION,
            registered_at=at,
            registered_by_id=by.account_id,
        )
        accept_application(resignation, by=by, at=at)
    return ended
