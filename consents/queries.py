"""Who may get what."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from consents.models import (
    ApplicationState,
    Channel,
    Consent,
    ConsentApplication,
    PermittedContact,
    Topic,
    TopicVersion,
    Withdrawal,
)
from residents.models import Payer
from residents.queries import same_person


def permitted(payer_id: int, *, topic: str, channel: str, at: datetime) -> bool:
    """Whether *topic* may go to the payer by *channel* at *at*, also in the past: two indexed look-ups.

    A topic with a statutory basis needs no consent by the ways that it is offered by, voice apart; one that is out of
    use goes to nobody. Of the past, what the topic was then.
    """
    known = TopicVersion.objects.filter(topic__code=topic, since__lte=at).order_by("-since").first()
    if known is None or not known.is_active:
        return False
    if known.basis == Topic.Basis.STATUTE and channel != Channel.VOICE and channel in known.channels:
        return True
    return Consent.objects.in_force(at).filter(payer_id=payer_id, topic_id=known.topic_id, channel=channel).exists()


def permitted_payers(*, topic: str, channel: str) -> "QuerySet[Consent, int]":
    """The payers whose consent lets *topic* go to them by *channel* now, dead and merged ones left out.

    One walk over the index of open-ended consents: a consent begins when it is decided, so none of them is yet to come.
    `permitted_contacts` adds the address, and topics that need no consent.
    """
    gone = Payer.objects.filter(Q(deceased_on__isnull=False) | Q(merged_into__isnull=False))
    return (
        Consent.objects.filter(topic__in=Topic.objects.filter(code=topic, is_active=True), channel=channel)
        .filter(during__endswith__isnull=True, during__isempty=False)
        .exclude(payer_id__in=gone.values("pk"))
        .values_list("payer_id", flat=True)
    )


def topics_in_use() -> dict[str, Topic]:
    """The kinds of notification in use, by code."""
    return {topic.code: topic for topic in Topic.objects.filter(is_active=True)}


def names_at(at: datetime) -> dict[int, str]:
    """What each kind of notification was called *at* that moment, by the topic's key."""
    versions = TopicVersion.objects.filter(since__lte=at).order_by("topic_id", "-since").distinct("topic_id")
    return dict(versions.values_list("topic_id", "name"))


def permitted_contacts() -> "QuerySet[PermittedContact]":
    """Everybody who may get anything now, with the sealed address: join it, never read it whole."""
    return PermittedContact.objects.all()


def consents_in_force(payer_id: int, *, at: datetime) -> "QuerySet[Consent]":
    """The payer's consents that hold at *at*, in the order of the application form."""
    return (
        Consent.objects.in_force(at)
        .filter(payer_id=payer_id)
        .select_related("topic", "application")
        .order_by("topic__position", "channel")
    )


def rules(application: ConsentApplication) -> bool:
    """Whether *application* is the one whose choice is in force."""
    newest = accepted_applications(application.payer_id).first()
    return newest is not None and newest.pk == application.pk


def accepted_applications(payer_id: int) -> "QuerySet[ConsentApplication]":
    """The person's accepted applications, the one that rules first (signed, received, registered last)."""
    accepted = ConsentApplication.objects.filter(payer_id__in=same_person(payer_id), state=ApplicationState.ACCEPTED)
    return accepted.order_by("-signed_on", "-received_on", "-pk")


@dataclass(frozen=True)
class Event:
    """An accepted application or a withdrawal, at the moment when it counted; one of the two is there."""

    at: datetime
    application: ConsentApplication | None = None
    withdrawal: Withdrawal | None = None


def history_of(payer_id: int) -> list[Event]:
    """Everything that happened to the payer's consents, the newest first, with the links of the chain of evidence."""
    applications = accepted_applications(payer_id).select_related("link", "printed_form")
    applications = applications.prefetch_related("choices__topic")
    withdrawals = Withdrawal.objects.filter(payer_id__in=same_person(payer_id)).select_related("link", "topic")
    events = [Event(one.decided_at, application=one) for one in applications if one.decided_at is not None]
    events += [Event(one.at, withdrawal=one) for one in withdrawals]
    return sorted(events, key=lambda event: event.at, reverse=True)
