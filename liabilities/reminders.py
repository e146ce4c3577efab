"""Who is to be reminded on a day: one statement a rule, from instalments over consents into the outbox."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import CharField, DateField, F, JSONField, Max, QuerySet, TextField, Value
from django.db.models.fields import DateTimeField, PositiveSmallIntegerField
from django.db.models.functions import Cast, Concat, JSONObject

from consents.models import PermittedContact
from consents.queries import permitted_contacts
from core import audit
from core.actor import Actor
from liabilities.messages import DUE_APPROACHING, DUE_PASSED
from liabilities.models import ImportRun, Instalment, ReminderRule
from notifications.actions import first_moment, queue_messages

WARSAW = ZoneInfo("Europe/Warsaw")
PASSED_LIVES = timedelta(days=7)


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
    for the kind of due. A second run of the same day queues nothing. *at* is now.
    """
    declined = stale_sources(at=at)
    by_rule = {}
    for rule in ReminderRule.objects.filter(is_active=True):
        channels = [channel for channel, wanted in (("sms", rule.by_sms), ("email", rule.by_email)) if wanted]
        by_rule[rule.days_before] = queue_messages(_rows(rule.days_before, channels, declined, on=on, at=at))
    queued = sum(by_rule.values())
    audit.record("queue_reminders", f"day:{on.isoformat()}", by=by, queued=queued, declined=list(declined))
    return ReminderReport(queued, by_rule, declined)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), WARSAW)


def _rows(
    days_before: int, channels: list[str], declined: tuple[str, ...], *, on: date, at: datetime
) -> "QuerySet[PermittedContact]":
    payable_by = on + timedelta(days=days_before)
    kind = DUE_APPROACHING if days_before >= 0 else DUE_PASSED
    expires = _end_of(payable_by) if days_before >= 0 else at + PASSED_LIVES
    due = "payer__liabilities__instalments"
    text = CharField()
    rows = permitted_contacts().filter(
        **{
            f"{due}__payable_by": payable_by,
            f"{due}__outstanding__gt": 0,
            "payer__liabilities__kind__topic_code": F("topic__code"),
            "channel__in": channels,
        }
    )
    if declined:
        rows = rows.filter(payer__liabilities__instalments__in=Instalment.objects.exclude(source__in=declined))
    facts = JSONObject(
        title=F("payer__liabilities__title"),
        year=Cast("payer__liabilities__year", text),
        instalment=Cast(f"{due}__number", text),
        amount_pln=Cast(f"{due}__outstanding", text),
        payable_on=Cast(Cast(f"{due}__payable_by", DateField()), text),
        town=Value(settings.TOWN["short_name"]),
        link=Value(f"{settings.BASE_URL}/naleznosci/"),
    )
    key = Concat(
        Value("instalment:"),
        Cast(f"{due}__id", text),
        Value(f":rule:{days_before}:"),
        F("channel"),
        output_field=text,
    )
    values = {  # in the order of notifications.actions.MESSAGE_COLUMNS
        "row_kind": Value(kind.code),
        "row_topic": F("topic__code"),
        "row_channel": F("channel"),
        "row_priority": Value(int(kind.priority), PositiveSmallIntegerField()),
        "row_payer": F("payer_id"),
        "row_address": Cast("address", TextField()),
        "row_about": Concat(Value("instalment:"), Cast(f"{due}__id", text), output_field=text),
        "row_facts": Cast(facts, JSONField()),
        "row_key": key,
        "row_not_before": Value(first_moment(kind.code, at=at), DateTimeField()),
        "row_expires": Value(expires, DateTimeField()),
    }
    return rows.annotate(**values).values_list(*values)
