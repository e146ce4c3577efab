"""Word to the officers on duty: an SMS for a warning that concerns the town and is grave enough, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from broadcasts.models import DutyOfficer, SourceWarning
from consents.models import Channel
from core.dates import WARSAW
from notifications.service_letters import queue_letter

WORD_LIVES = timedelta(hours=6)


def is_worth_waking(*, level: int, least: int, earlier_level: int | None, cancelled: bool, was_alerted: bool) -> bool:
    """Whether the officers are told: of a warning of their level, of one that has become graver, and of the end of one
    that they were told of.
    """
    if cancelled:
        return was_alerted
    return level >= least and (earlier_level is None or level > earlier_level or not was_alerted)


def alert_officers(
    warning: SourceWarning, *, at: datetime, earlier: Sequence[SourceWarning] = (), cancelled: bool = False
) -> int:
    """Queue one SMS to each officer on duty, in the caller's transaction; returns how many. Repeated, it is a no-op."""
    told_before = [one for one in (*earlier, warning) if one.alerted_at]
    wanted = warning.concerns_town and is_worth_waking(
        level=warning.level,
        least=settings.WARNINGS["level"],
        earlier_level=max((one.level for one in earlier), default=None),
        cancelled=cancelled,
        was_alerted=bool(told_before),
    )
    if not wanted or warning.is_exercise:
        if told_before and not warning.alerted_at:
            _mark(warning, told_before[0].alerted_at)
        return 0
    officers = list(DutyOfficer.objects.filter(is_on_duty=True))
    about = "koniec" if cancelled else "jest"
    for officer in officers:
        queue_letter(
            channel=Channel.SMS,
            address=officer.phone,
            subject="",
            body=_words(warning, cancelled=cancelled),
            key=f"source-warning:{warning.pk}:{about}:{officer.pk}",
            at=at,
            expires_at=at + WORD_LIVES,
        )
    if officers:
        _mark(warning, at)
    return len(officers)


def _mark(warning: SourceWarning, at: datetime | None) -> None:
    warning.alerted_at = at
    warning.save(update_fields=["alerted_at"])


def _words(warning: SourceWarning, *, cancelled: bool) -> str:
    until = f"{warning.ends_at.astimezone(WARSAW):%d.%m %H:%M}" if warning.ends_at else "odwołania"
    grade = f", stopień {warning.level}" if warning.level else ""
    since = f"{warning.begins_at.astimezone(WARSAW):%d.%m %H:%M}"
    if cancelled:
        return f"SPM {settings.TOWN['short_name']}: źródło odwołało: {warning.event}{grade} ({warning.publisher})."
    told = f"{warning.event}{grade}, od {since} do {until}, {warning.publisher}"
    return f"SPM {settings.TOWN['short_name']}: {told}. Szkic czeka: {settings.BASE_URL}/urzad/"
