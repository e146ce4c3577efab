"""Celery's doors: they wake the work; the database holds it."""

import os
import socket
import threading

from celery import shared_task
from django.utils import timezone

import notifications.answers
import notifications.bounces
import notifications.campaigns
import notifications.dispatch
import notifications.mailjet_events
import notifications.reports
import notifications.service_letters
import notifications.serwersms_reports
from notifications.kinds import Priority


def worker_name() -> str:
    """Who claims: machine, process and thread."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{threading.get_ident()}"


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def dispatch() -> dict[str, int]:
    """Send what is due."""
    return notifications.dispatch.dispatch(clock=timezone.now, worker=worker_name()).told()


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def dispatch_urgent() -> dict[str, int]:
    """Send warnings, cases and confirmations that are due; reminders and campaigns are left to `dispatch`."""
    lane = Priority.TRANSACTION
    report = notifications.dispatch.dispatch(clock=timezone.now, worker=worker_name(), least_urgent=lane)
    return report.told()


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def start_campaigns() -> int:
    """Put the messages of campaigns into the outbox whose moment has come."""
    return notifications.campaigns.start_due(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def apply_reports() -> int:
    """Apply the delivery reports that came in."""
    return notifications.reports.apply_reports(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def send_letters() -> int:
    """Send the codes and answers that wait."""
    return notifications.service_letters.send_letters(clock=timezone.now)


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def apply_answers() -> int:
    """Act on what people answered to SMS messages."""
    return notifications.answers.apply_answers(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def poll_returned() -> int:
    """Read the mailbox of returned e-mails and act on what came."""
    notifications.bounces.poll_returned(clock=timezone.now)
    return notifications.bounces.apply_returned(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def apply_serwersms_pushes() -> int:
    """Ask SerwerSMS about the messages that its calls named."""
    return notifications.serwersms_reports.apply_pushes(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def poll_reports() -> int:
    """Ask SerwerSMS about the messages of which nobody told us."""
    return notifications.serwersms_reports.poll_reports(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def apply_mail_events() -> int:
    """Apply the tracking events of e-mail providers that came in."""
    return notifications.mailjet_events.apply_events(at=timezone.now())
