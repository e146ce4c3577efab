"""What the town's warnings look like from outside: the banner, the public pages, the feeds, CAP."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from broadcasts.cap_values import Alert, Area, Info, Reference
from broadcasts.composed import LANGUAGES, title
from broadcasts.models import Broadcast
from broadcasts.models.broadcast import AreaKind, Kind
from broadcasts.shapes import closed
from broadcasts.wordings import area_words, words_of

SHOWN_FOR = timedelta(days=30)
MOST_ON_TOP = 3
MESSAGE_TYPES = {
    Kind.WARNING: "Alert",
    Kind.REPEAT: "Update",
    Kind.CORRECTION: "Update",
    Kind.ALL_CLEAR: "Cancel",
}
CODES = {"pl": "pl-PL", "en": "en", "uk": "uk"}


def public() -> "QuerySet[Broadcast]":
    """What was sent and is no rehearsal."""
    sent = Broadcast.objects.filter(started_at__isnull=False, is_rehearsal=False)
    return sent.select_related("hazard", "parent").order_by("-started_at", "-pk")


def in_force(*, at: datetime) -> "QuerySet[Broadcast]":
    """What stands on every page now; a repeat says nothing new there."""
    return public().filter(ended_at__isnull=True, until__gt=at).exclude(kind=Kind.REPEAT)


def recent(*, at: datetime) -> "QuerySet[Broadcast]":
    """What the public page and the feeds tell."""
    return public().filter(started_at__gt=at - SHOWN_FOR)


@dataclass(frozen=True)
class BannerLine:
    """One warning on top of every page."""

    heading: str
    text: str
    url: str
    is_end: bool


def banner(*, at: datetime) -> list[BannerLine]:
    """The warnings in force, as every page shows them: one query by an index of few rows, a second for those."""
    keys = list(in_force(at=at).values_list("pk", flat=True)[:MOST_ON_TOP])
    if not keys:
        return []
    return [
        BannerLine(
            title(words_of(one), "pl"),
            one.sms,
            reverse("broadcasts:warning", args=[one.number]),
            one.kind == Kind.ALL_CLEAR,
        )
        for one in public().filter(pk__in=keys)
    ]


def address_of_warning(broadcast: Broadcast) -> str:
    """The public page of a warning, with the portal's address."""
    return f"{settings.BASE_URL}{reverse('broadcasts:warning', args=[broadcast.number])}"


def cap_of(broadcast: Broadcast) -> Alert:
    """The warning as a CAP 1.2 message. Call it for what was sent and is no rehearsal only."""
    sent = broadcast.started_at
    if sent is None:
        raise ValueError("a warning that was not sent is no CAP message")
    earlier = _earlier(broadcast)
    return Alert(
        identifier=_identifier(broadcast),
        sender=settings.TOWN["contact_email"],
        sent=sent,
        status="Actual",
        message_type=MESSAGE_TYPES[Kind(broadcast.kind)],
        source="SPM",
        references=tuple(earlier),
        infos=tuple(_info(broadcast, language) for language in LANGUAGES if _is_written(broadcast, language)),
    )


def _identifier(broadcast: Broadcast) -> str:
    return f"spm-{broadcast.number}"


def _earlier(broadcast: Broadcast) -> list[Reference]:
    found = []
    one = broadcast.parent
    while one is not None:
        if one.started_at:
            found.append(Reference(settings.TOWN["contact_email"], _identifier(one), one.started_at))
        one = one.parent
    return found


def _is_written(broadcast: Broadcast, language: str) -> bool:
    return language == "pl" or bool({"en": broadcast.sms_en, "uk": broadcast.sms_uk}[language].strip())


def _info(broadcast: Broadcast, language: str) -> Info:
    words = words_of(broadcast)
    is_end = broadcast.kind == Kind.ALL_CLEAR
    polygons = (closed(broadcast.shape),) if broadcast.shape else ()
    return Info(
        language=CODES[language],
        categories=(broadcast.hazard.category,),
        event=words.hazard[language],
        responses=("AllClear",) if is_end else (broadcast.hazard.response,),
        urgency="Past" if is_end else broadcast.urgency,
        severity=broadcast.severity,
        certainty="Observed" if broadcast.urgency == "Immediate" else "Likely",
        effective=broadcast.started_at,
        expires=broadcast.until,
        sender_name=settings.TOWN["name"],
        headline=title(words, language)[:160],
        description=words.sms[language].strip(),
        instruction=words.advice[language].strip(),
        web=address_of_warning(broadcast),
        contact=f"tel. {settings.TOWN['contact_phone']}",
        areas=(Area(area_words(broadcast), polygons=polygons, geocodes=_geocodes(broadcast)),),
    )


def _geocodes(broadcast: Broadcast) -> tuple[tuple[str, str], ...]:
    """The town's code for the whole town only: CAP joins codes and polygons to one area (CAP 1.2, 3.2.4)."""
    code = settings.WARNINGS["teryt"]
    return (("TERYT", code),) if code and broadcast.area_kind == AreaKind.WHOLE else ()


def count_old(before: datetime) -> int:
    """How many warnings were sent before *before*."""
    return Broadcast.objects.filter(started_at__lt=before).count()
