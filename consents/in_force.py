"""The rows of consents in force: put by the application that rules, ended by withdrawals."""

from collections.abc import Iterable
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max
from django.utils import timezone

from consents.models import Consent, ConsentApplication, Withdrawal
from consents.queries import accepted_applications
from consents.replacement import Choice, Standing, Withdrawn, remaining, replaced
from core.bulk import copy_rows
from residents.models import Payer
from residents.queries import same_person


def standing_of(application: ConsentApplication) -> Standing:
    """What orders the application among others and among withdrawals."""
    return Standing(application.signed_on, application.received_on, application.pk, application.signed_at)


def withdrawn_of(withdrawal: Withdrawal) -> Withdrawn:
    """The withdrawal as a value."""
    topic = withdrawal.topic.code if withdrawal.topic else ""
    return Withdrawn(withdrawal.at, timezone.localdate(withdrawal.at), topic, withdrawal.channel)


def put_in_force(application: ConsentApplication, *, at: datetime) -> None:
    """From *at* on the person's consents are the *application*'s ticks, less what was taken back after its signing.

    They are the kept record's when the one that the application was filed under was merged (consents/merging.py).
    """
    payer_id = application.payer.kept_id
    ticked = {
        Choice(choice.topic.code, choice.channel): choice.topic_id
        for choice in application.choices.select_related("topic")
    }
    taken_back = [
        withdrawn_of(withdrawal)
        for withdrawal in Withdrawal.objects.filter(payer_id__in=same_person(payer_id)).select_related("topic")
    ]
    current = _current(payer_id)
    change = replaced(frozenset(current), remaining(ticked, standing_of(application), taken_back))
    at = max(at, _last_change(payer_id) or at)
    _end([current[choice] for choice in change.end], at=at)
    Consent.objects.bulk_create(
        Consent(
            payer_id=payer_id,
            topic_id=ticked[choice],
            channel=choice.channel,
            application=application,
            during=DateTimeTZRange(at, None),
        )
        for choice in sorted(change.start)
    )


def start_first(
    applications: "Iterable[tuple[ConsentApplication, Iterable[tuple[int, str]]]]", *, at: datetime
) -> None:
    """Consents of people who had none, and no application before: topic id and channel of each tick, in force *at*."""
    copy_rows(
        Consent._meta.db_table,
        ("payer_id", "topic_id", "channel", "application_id", "during"),
        (
            (application.payer_id, topic_id, channel, application.pk, f"[{at.isoformat()},)")
            for application, ticks in applications
            for topic_id, channel in ticks
        ),
    )


def rule_anew(payer_id: int, *, at: datetime) -> None:
    """Make the consents in force of a record that was merged, or parted again, what its person's newest paper says.

    None for a record that was merged into another. The caller holds the payer's lock.
    """
    ruling = accepted_applications(payer_id).first()
    if ruling is None or Payer.objects.filter(pk=payer_id, merged_into__isnull=False).exists():
        _end(_current(payer_id).values(), at=max(at, _last_change(payer_id) or at))
    else:
        put_in_force(ruling, at=at)


def end_withdrawn(withdrawal: Withdrawal) -> int:
    """End what *withdrawal* takes back of the application that rules; returns how many consents.

    Each ends when it was taken back, also when that is learnt later (an answer by SMS that waited), but not before it
    began.
    """
    ruling = accepted_applications(withdrawal.payer_id).first()
    if ruling is None:
        return 0
    withdrawn, signed = withdrawn_of(withdrawal), standing_of(ruling)
    ended = [consent for choice, consent in _current(withdrawal.payer_id).items() if withdrawn.takes(choice, signed)]
    for consent in ended:
        _end([consent], at=max(withdrawal.at, consent.during.lower))
    return len(ended)


def _current(payer_id: int) -> dict[Choice, Consent]:
    return {
        Choice(consent.topic.code, consent.channel): consent
        for consent in Consent.objects.filter(payer_id=payer_id, during__endswith__isnull=True)
        .exclude(during__isempty=True)
        .select_related("topic")
    }


def _end(consents: Iterable[Consent], *, at: datetime) -> None:
    for consent in consents:
        consent.during = DateTimeTZRange(consent.during.lower, at)
        consent.save(update_fields=["during"])


def _last_change(payer_id: int) -> datetime | None:
    """When the payer's consents last began or ended. Two decisions at once take their clocks before they get the lock,
    so the later one may carry the earlier moment; history still goes forward.
    """
    edges = Consent.objects.filter(payer_id=payer_id, during__isempty=False).aggregate(
        began=Max("during__startswith"), ended=Max("during__endswith")
    )
    return max((edge for edge in edges.values() if edge is not None), default=None)
