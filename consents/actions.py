"""What may happen to applications, and the consents that follow."""

import hashlib
from collections.abc import Collection
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import validate_email
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from consents import clause
from consents.models import ApplicationChoice, ApplicationState, Channel, Consent, ConsentApplication, Topic
from consents.queries import accepted_applications
from consents.replacement import Choice, replaced
from core import audit
from core.actor import Actor
from core.encryption import fingerprint
from core.errors import Refused
from core.phones import parse_mobile, parse_phone
from residents.actions import drop_contact, register_payer, set_contact
from residents.identity import IdentityNumber, NumberKind
from residents.models import Payer
from residents.models.payer import ContactKind, Kind

NEEDS = {Channel.SMS: "telefonu", Channel.VOICE: "telefonu", Channel.EMAIL: "adresu e-mail"}


def _checked_phone(phone: str, channels: set[str]) -> str:
    if not phone.strip():
        return ""
    try:
        return parse_mobile(phone) if Channel.SMS in channels else parse_phone(phone)
    except Refused as refusal:
        raise Refused(refusal.code, refusal.message, where="phone", mend=refusal.mend) from refusal


def _check(choices: Collection[Choice], *, phone: str, email: str, signed_on: date, received_on: date) -> None:
    if signed_on > received_on:
        raise Refused(
            "signed_after_received",
            "Data podpisu jest późniejsza niż data wpływu.",
            where="signed_on",
            mend="Sprawdź obie daty.",
        )
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise Refused(
                "email_unreadable", "To nie jest adres e-mail.", where="email", mend="Podaj adres jak jan@example.com."
            ) from error
    known = set(Topic.objects.filter(is_active=True).values_list("code", flat=True))
    if unknown := {choice.topic for choice in choices} - known:
        raise Refused("topic_unknown", f"Nieznany rodzaj powiadomień: {', '.join(sorted(unknown))}.", where="choices")
    for channel in sorted({choice.channel for choice in choices}):
        if channel not in Channel.values:
            raise Refused("channel_unknown", "Nieznana droga powiadomień.", where="choices")
        if not (email if channel == Channel.EMAIL else phone):
            raise Refused(
                "address_missing",
                f"Zaznaczono {Channel(channel).label}, a na wniosku nie ma {NEEDS[Channel(channel)]}.",
                where="email" if channel == Channel.EMAIL else "phone",
                mend="Uzupełnij dane albo odznacz tę drogę.",
            )


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
) -> ConsentApplication:
    """Register a signed application as a draft; its signer is found by *number* or becomes a payer.

    No *choices* means a resignation from everything. Raises Refused with the field in `where`: `not_mobile`,
    `phone_unreadable`, `address_missing`, `signed_after_received`, `topic_unknown`.
    """
    phone = _checked_phone(phone, {choice.channel for choice in choices})
    _check(choices, phone=phone, email=email, signed_on=signed_on, received_on=received_on)
    with transaction.atomic():
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
            clause_version=clause.VERSION,
            registered_at=at,
            registered_by_id=by.account_id,
        )
        _tick(application, choices)
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
    by: Actor,
) -> ConsentApplication:
    """Mend a draft as it was typed from the paper. Raises Refused as `register_application`, and `already_decided`."""
    phone = _checked_phone(phone, {choice.channel for choice in choices})
    _check(choices, phone=phone, email=email, signed_on=signed_on, received_on=received_on)
    with transaction.atomic():
        draft = _locked_draft(application)
        draft.name, draft.phone, draft.email = name, phone, email
        draft.signed_on, draft.arrived_by, draft.received_on = signed_on, arrived_by, received_on
        draft.save(update_fields=["name", "phone", "email", "signed_on", "arrived_by", "received_on"])
        draft.choices.all().delete()
        _tick(draft, choices)
        audit.record("change_draft", f"application:{draft.pk}", by=by)
    return draft


def _locked_draft(application: ConsentApplication) -> ConsentApplication:
    """The application, its payer locked before it: two decisions about one person never cross."""
    Payer.objects.select_for_update(of=("self",)).get(pk=application.payer_id)
    draft = ConsentApplication.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if draft.state != ApplicationState.DRAFT:
        raise Refused("already_decided", "Ten wniosek jest już rozpatrzony i nie można go zmienić.")
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
        if accepted_applications(draft.payer_id)[0].pk == draft.pk:
            _put_in_force(draft, at=at)
            _take_contacts(draft, by=by, at=at)
        audit.record("accept_application", f"application:{draft.pk}", by=by)
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


def _put_in_force(application: ConsentApplication, *, at: datetime) -> None:
    ticked = {
        Choice(choice.topic.code, choice.channel): choice.topic_id
        for choice in application.choices.select_related("topic")
    }
    current = {
        Choice(consent.topic.code, consent.channel): consent
        for consent in Consent.objects.filter(payer_id=application.payer_id, during__endswith__isnull=True)
        .exclude(during__isempty=True)
        .select_related("topic")
    }
    change = replaced(frozenset(current), frozenset(ticked))
    for choice in change.end:
        consent = current[choice]
        began = consent.during.lower
        consent.during = DateTimeTZRange(began, max(began, at))
        consent.save(update_fields=["during"])
    Consent.objects.bulk_create(
        Consent(
            payer_id=application.payer_id,
            topic_id=ticked[choice],
            channel=choice.channel,
            application=application,
            during=DateTimeTZRange(at, None),
        )
        for choice in sorted(change.start)
    )


def _take_contacts(application: ConsentApplication, *, by: Actor, at: datetime) -> None:
    source = f"wniosek nr {application.pk}"
    for kind, address in ((ContactKind.PHONE, application.phone), (ContactKind.EMAIL, application.email)):
        if address:
            set_contact(application.payer_id, kind=kind, address=address, source=source, by=by, at=at)
        else:
            drop_contact(application.payer_id, kind=kind, by=by)
