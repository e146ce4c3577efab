"""Messages that are forgotten. Their documents go later, as those that nobody holds; sightings stay, without a word."""

from datetime import datetime

from django.db.models import QuerySet

from mailroom.models import IncomingMail, MailState, Sort


def _settled(before: datetime) -> "QuerySet[IncomingMail]":
    return IncomingMail.objects.filter(decided_at__lt=before)


def _apart(before: datetime) -> "QuerySet[IncomingMail]":
    """Spam and automatic answers that no clerk touched."""
    return IncomingMail.objects.filter(received_at__lt=before, state=MailState.WAITING).exclude(sort=Sort.LETTER)


def _forget(messages: "QuerySet[IncomingMail]", most: int) -> int:
    some = list(messages.order_by("pk").values_list("pk", flat=True)[:most])
    IncomingMail.objects.filter(pk__in=some).delete()
    return len(some)


def forget_settled(before: datetime, most: int) -> int:
    """Delete at most *most* messages that were decided before *before*; returns how many."""
    return _forget(_settled(before), most)


def count_settled(before: datetime) -> int:
    """How many decided messages are past their term."""
    return _settled(before).count()


def forget_apart(before: datetime, most: int) -> int:
    """Delete at most *most* of the messages set apart that came before *before*; returns how many."""
    return _forget(_apart(before), most)


def count_apart(before: datetime) -> int:
    """How many messages set apart are past their term."""
    return _apart(before).count()
