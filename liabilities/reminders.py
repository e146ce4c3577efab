"""Who is to be reminded on a day: one statement a rule, from instalments over consents into the outbox."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, F, Max, QuerySet, TextField, Value
from django.db.models.fields import DateTimeField, PositiveSmallIntegerField
from django.db.models.functions import Cast, Concat, JSONObject

from core import audit
from core.actor import Actor
from core.bulk import one_pass
from core.dates import midnight
from liabilities.messages import DUE_APPROACHING, DUE_PASSED
from liabilities.models import ImportRun, Instalment, ReminderRule
from notifications.actions import MESSAGE_COLUMNS, first_moment, queue_messages
from notifications.joining import join_waiting
from notifications.wishes import wanted, wished_moment

PASSED_LIVES = timedelta(days=7)
# Who is reminded: the payer that a due names first, and each who owes it jointly.
BEARERS = ("liability__payer", "liability__bearers__payer")


@dataclass(frozen=True)
class ReminderReport:
    """How many messages were queued, by rule (days before the term), and which sources were too old to remind from."""

    queued: int
    by_rule: dict[int, int]
    declined_sources: tuple[str, ...]


def stale_sources(*, at: datetime) -> tuple[str, ...]:
    """Sources whose newest import knew its data longer ago than STALE_IMPORT_DAYS: nobody is reminded from them."""
    edge = at - timedelta(days=settings.STALE_IMPORT_DAYS)
    newest = ImportRun.objects.values("source").annotate(known=Max("as_of")).filter(known__lt=edge)
    return tuple(sorted(newest.values_list("source", flat=True)))


def queue_reminders(*, on: date, at: datetime, by: Actor) -> ReminderReport:
    """Queue the reminders of the day *on*: once an instalment, rule and channel, ever, whatever repeats.

    A rule of 7 days before takes the open instalments payable 7 days after *on*, and their payers' consents in force
    for the kind of due. A second run of the same day queues nothing. Several reminders to one person by one channel go
    out as one. *at* is now.
    """
    declined = stale_sources(at=at)
    by_rule = {}
    with transaction.atomic():
        for rule in ReminderRule.objects.filter(is_active=True):
            # Browsers are added by their owners and cost nothing: every rule serves them.
            chosen = (("sms", rule.by_sms), ("email", rule.by_email), ("voice", rule.by_voice), ("push", True))
            channels = [channel for channel, is_on in chosen if is_on]
            with one_pass():
                by_rule[rule.days_before] = sum(
                    queue_messages(_rows(rule.days_before, channels, declined, bearer, on=on, at=at))
                    for bearer in BEARERS
                )
        queued = sum(by_rule.values())
        joined = join_waiting()
        told = {"queued": queued, "joined": joined, "declined": list(declined)}
        audit.record("queue_reminders", f"day:{on.isoformat()}", by=by, **told)
    return ReminderReport(queued, by_rule, declined)


def _end_of(day: date) -> datetime:
    return midnight(day + timedelta(days=1))


def _rows(
    days_before: int, channels: list[str], declined: tuple[str, ...], bearer: str, *, on: date, at: datetime
) -> "QuerySet[Instalment, Any]":
    """Open instalments of the rule's day, joined with the bearers who may be told of their kind of due.

    The columns are MESSAGE_COLUMNS.
    """
    payable_by = on + timedelta(days=days_before)
    kind = DUE_APPROACHING if days_before >= 0 else DUE_PASSED
    expires = _end_of(payable_by) if days_before >= 0 else at + PASSED_LIVES
    contact, payer_id = f"{bearer}__reachable_contacts", f"{bearer}_id"
    text = CharField()
    about = Concat(Value("instalment:"), Cast("pk", text), output_field=text)
    facts = JSONObject(
        title=F("liability__title"),
        year=Cast("liability__year", text),
        instalment=Cast("number", text),
        amount_pln=Cast("outstanding", text),
        payable_on=Cast("payable_by", text),
        town=Value(settings.TOWN["short_name"]),
        link=Value(f"{settings.BASE_URL}/naleznosci/"),
    )
    columns = {
        "kind": Value(kind.code),
        "topic_code": F("liability__kind__topic_code"),
        "channel": F(f"{contact}__channel"),
        "priority": Value(int(kind.priority), PositiveSmallIntegerField()),
        "payer_id": F(payer_id),
        "address": Cast(f"{contact}__address", TextField()),
        "about": about,
        "facts": facts,
        "dedupe_key": Concat(
            about,
            Value(f":rule:{days_before}:"),
            F(f"{contact}__channel"),
            *([] if bearer == BEARERS[0] else [Value(":payer:"), Cast(payer_id, text)]),
            output_field=text,
        ),
        "not_before": wished_moment(payer_id, "liability__kind__topic_code", first=first_moment(kind.code, at=at)),
        "expires_at": Value(expires, DateTimeField()),
    }
    values = {f"message_{name}": columns[name] for name in MESSAGE_COLUMNS}
    return (
        Instalment.objects.open()
        .exclude(source__in=declined)
        .filter(
            wanted(payer_id, "liability__kind__topic_code", f"{contact}__channel"),
            **{
                "payable_by": payable_by,
                f"{contact}__channel__in": channels,
                f"{contact}__topic__code": F("liability__kind__topic_code"),
            },
        )
        .annotate(**values)
        .values_list(*values)
    )
