"""What the first page and the lists ask of the mailbox."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count

from mailroom.fetching import mailbox_name
from mailroom.models import IncomingMail, Mailbox, MailState, Sort

SILENT_AFTER = timedelta(minutes=15)


def waiting_in_lists() -> dict[Sort, int]:
    """How many messages wait in each list."""
    waiting = IncomingMail.objects.filter(state__in=(MailState.WAITING, MailState.UNREADABLE))
    counted = dict(waiting.order_by().values_list("sort").annotate(Count("pk")))
    return {sort: counted.get(sort.value, 0) for sort in Sort}


def waiting_letters() -> int:
    """How many messages wait for a clerk, spam and automatic answers apart."""
    return waiting_in_lists()[Sort.LETTER]


def mailbox_trouble(at: datetime) -> tuple[datetime, str] | None:
    """Since when the mailbox cannot be read and why; None while all is well or no mailbox is set.

    Also when nobody visits it any more: a timetable that stands still fails no visit.
    """
    if not settings.MAILBOX["host"]:
        return None
    mailbox = Mailbox.objects.filter(name=mailbox_name()).first()
    if mailbox is None:
        return None
    if mailbox.failing_since is not None:
        return mailbox.failing_since, mailbox.problem
    if mailbox.visited_at is not None and at - mailbox.visited_at > SILENT_AFTER:
        return mailbox.visited_at, "nikt jej nie odczytuje"
    return None
