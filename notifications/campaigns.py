"""Campaigns for the town's events: who would get them and at what cost, and their start, pause, resumption and stop."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    F,
    JSONField,
    PositiveSmallIntegerField,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from core import audit
from core.actor import Actor
from core.bulk import insert_select
from core.errors import Refused
from notifications import texts
from notifications.actions import MESSAGE_COLUMNS, first_moment, withdraw_messages
from notifications.channels import Channel
from notifications.holding import HELD_UNTIL
from notifications.joining import free_carried
from notifications.languages import LANGUAGES, POLISH
from notifications.messages import EVENT
from notifications.models import Campaign, CampaignState, Message, ReachableContact
from notifications.queries import TextKey, newest_texts, reachable_contacts, text_for
from notifications.sms_text import for_phones, sms_size
from notifications.spending import part_price
from notifications.states import LABELS, State
from notifications.wishes import wanted, wished_moment

STOPPED = "kampania zatrzymana"


@dataclass(frozen=True)
class Share:
    """A part of the audience: by one way in one language, with the text that it gets and, for SMS, parts of each."""

    channel: str
    language: str
    people: int
    subject: str
    body: str
    parts: int

    @property
    def channel_name(self) -> str:
        """The way in people's words."""
        return str(Channel(self.channel).label)

    @property
    def cost_pln(self) -> Decimal:
        """What this share costs, net, as far as one can know beforehand."""
        return (part_price(self.channel) * self.parts * self.people).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Progress:
    """How far a campaign is: messages by state in people's words, and what they cost so far (złoty net)."""

    total: int
    settled: int
    by_state: tuple[tuple[str, int], ...]

    @property
    def is_over(self) -> bool:
        """Whether nothing waits any more."""
        return self.settled == self.total

    @property
    def percent(self) -> int:
        """How many of a hundred are past waiting."""
        return 100 * self.settled // self.total if self.total else 0


def facts_of(campaign: Campaign) -> dict[str, str]:
    """What the campaign's text may say."""
    return {
        "title": campaign.title,
        "when": campaign.when,
        "place": campaign.place,
        "details": campaign.details,
        "town": settings.TOWN["short_name"],
        "link": campaign.link,
    }


def audience(campaign: Campaign) -> "QuerySet[ReachableContact]":
    """Who would get the campaign now, by each way."""
    contacts = reachable_contacts().filter(
        wanted("payer_id", "topic__code", "channel"), topic=campaign.topic_id, channel__in=campaign.channels
    )
    return contacts.filter(payer__city__in=campaign.cities) if campaign.cities else contacts


def estimate(campaign: Campaign) -> list[Share]:
    """The audience by way and language, with the text of each and its parts. Raises Refused `text_missing`."""
    language = Coalesce("payer__wish__language", Value(POLISH))
    rows = audience(campaign).annotate(language=language).values("channel", "language").annotate(people=Count("pk"))
    known = newest_texts()
    shares = []
    for row in rows.order_by("channel", "language"):
        text = text_for(known, TextKey(EVENT.code, row["channel"], row["language"], topic=campaign.topic.code))
        if text is None:
            name = dict(Channel.choices)[row["channel"]]
            raise Refused("text_missing", f"Nie ma tekstu wydarzenia tą drogą: {name}.", mend="Napisz go w „Tekstach”.")
        told = texts.format_facts(facts_of(campaign), text.language)
        subject, body = texts.fill(text.subject, told), texts.fill(text.body, told)
        is_sms = row["channel"] == Channel.SMS
        body = for_phones(body, is_transliterated=text.is_transliterated) if is_sms else body
        parts = sms_size(body).parts if is_sms else int(row["channel"] == Channel.VOICE)
        shares.append(Share(row["channel"], LANGUAGES[text.language], row["people"], subject, body, parts))
    return shares


def schedule(campaign: Campaign, *, at: datetime, by: Actor) -> None:
    """Let the campaign start at its moment (at once when that has passed). Raises Refused `too_late`, `nobody`,
    `text_missing`.
    """
    if campaign.until <= at:
        raise Refused("too_late", "Termin, po którym nie wysyłamy, już minął.", mend="Popraw go.")
    if not sum(share.people for share in estimate(campaign)):
        raise Refused(
            "nobody", "Nikt by jej nie dostał.", mend="Wybierz inny rodzaj powiadomień, drogi lub miejscowości."
        )
    _move(campaign, CampaignState.DRAFT, CampaignState.SCHEDULED, by=by)


def start_due(*, at: datetime) -> int:
    """Queue the messages of every campaign whose moment has come; returns how many campaigns started. Killed anywhere,
    the next run goes on: what was queued is not queued twice.
    """
    due = Campaign.objects.filter(state=CampaignState.SCHEDULED, starts_at__lte=at).order_by("starts_at", "pk")
    started = 0
    for campaign in due.select_related("topic"):
        with transaction.atomic():
            mine = Campaign.objects.select_for_update(of=("self",), skip_locked=True)
            if not mine.filter(pk=campaign.pk, state=CampaignState.SCHEDULED).exists():
                continue
            count = insert_select(Message, (*MESSAGE_COLUMNS, "campaign_id"), _rows(campaign, at=at), key="dedupe_key")
            Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.GOING, queued=F("queued") + count)
        started += 1
    return started


def _rows(campaign: Campaign, *, at: datetime) -> "QuerySet[ReachableContact, Any]":
    text = CharField()
    about = about_campaign(campaign)
    columns: Mapping[str, Any] = {
        "kind": Value(EVENT.code),
        "topic_code": F("topic__code"),
        "channel": F("channel"),
        "priority": Value(int(EVENT.priority), PositiveSmallIntegerField()),
        "payer_id": F("payer_id"),
        "address": Cast("address", TextField()),
        "about": Value(about),
        "facts": Value(facts_of(campaign), JSONField()),
        "dedupe_key": Concat(Value(f"{about}:"), Cast("payer_id", text), Value(":"), F("channel"), output_field=text),
        "not_before": wished_moment("payer_id", "topic__code", first=first_moment(EVENT.code, at=at)),
        "expires_at": Value(campaign.until, DateTimeField()),
        "campaign_id": Value(campaign.pk),
    }
    values = {f"message_{name}": columns[name] for name in (*MESSAGE_COLUMNS, "campaign_id")}
    return audience(campaign).annotate(**values).values_list(*values)


def about_campaign(campaign: Campaign) -> str:
    """How messages name the campaign that they speak of."""
    return f"campaign:{campaign.pk}"


def pause(campaign: Campaign, *, by: Actor) -> None:
    """Keep back what waits, also what another message would tell; what is at a gateway goes on."""
    with transaction.atomic():
        _move(campaign, CampaignState.GOING, CampaignState.PAUSED, by=by)
        mine = Message.objects.filter(campaign=campaign)
        joined = mine.filter(state=State.JOINED, carried_by__state=State.QUEUED).values_list("pk", flat=True)
        mine.filter(pk__in=list(joined)).update(state=State.QUEUED, carried_by=None)
        waiting = mine.filter(state=State.QUEUED)
        free_carried(list(waiting.filter(carried__isnull=False).values_list("pk", flat=True)), always=True)
        waiting.update(not_before=HELD_UNTIL, reason="")


def resume(campaign: Campaign, *, at: datetime, by: Actor) -> None:
    """Let go what was kept back, in the sending hours."""
    with transaction.atomic():
        _move(campaign, CampaignState.PAUSED, CampaignState.GOING, by=by)
        first = first_moment(EVENT.code, at=at)
        Message.objects.filter(campaign=campaign, state=State.QUEUED, not_before=HELD_UNTIL).update(not_before=first)


def stop(campaign: Campaign, *, at: datetime, by: Actor) -> int:
    """Withdraw what waits for good; returns how many messages that were."""
    with transaction.atomic():
        if campaign.state not in {CampaignState.SCHEDULED, CampaignState.GOING, CampaignState.PAUSED}:
            raise Refused("not_going", "Tej kampanii nie ma co zatrzymywać.")
        _move(campaign, CampaignState(campaign.state), CampaignState.STOPPED, by=by)
        return withdraw_messages(about=[about_campaign(campaign)], reason=STOPPED, at=at)


def _move(campaign: Campaign, before: CampaignState, after: CampaignState, *, by: Actor) -> None:
    with transaction.atomic():
        if not Campaign.objects.filter(pk=campaign.pk, state=before).update(state=after):
            raise Refused("moved_on", "Ktoś zmienił tę kampanię przed chwilą. Odśwież stronę.")
        campaign.state = after
        audit.record(f"campaign_{after.value}", f"campaign:{campaign.pk}", by=by)


def progress(campaign: Campaign) -> Progress:
    """How far the campaign is: one look at an index."""
    rows = Message.objects.filter(campaign=campaign).values_list("state").annotate(count=Count("pk")).order_by()
    counts = Counter({State(state): count for state, count in rows})
    waiting = counts[State.QUEUED] + counts[State.SENDING]
    told = tuple((LABELS[state], counts[state]) for state in State if counts[state])
    return Progress(counts.total(), counts.total() - waiting, told)
