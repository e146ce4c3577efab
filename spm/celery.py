"""The Celery app and the timetable of jobs. The database is the queue: Celery only wakes those who work it."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spm.settings")

app = Celery("spm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["broadcasts", "core", "liabilities", "mailroom", "notifications", "payments", "residents"])

# Each job may run twice or late without harm; tests/house/test_timetable.py names the test of each.
app.conf.beat_schedule = {
    "queue-reminders": {"task": "liabilities.tasks.queue_reminders", "schedule": crontab(hour=7, minute=0)},
    "apply-retention": {"task": "core.tasks.apply_retention", "schedule": crontab(hour=2, minute=15)},
    "read-bank-rates": {"task": "liabilities.tasks.read_bank_rates", "schedule": crontab(hour=5, minute=40)},
    "collect-strays": {"task": "residents.tasks.collect_strays", "schedule": crontab(minute=40)},
    "work-letter-runs": {
        "task": "liabilities.tasks.work_letter_runs",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "lapse-reliefs": {"task": "liabilities.tasks.lapse_reliefs", "schedule": crontab(hour=3, minute=10)},
    "prove-ledger": {"task": "liabilities.tasks.prove_ledger", "schedule": crontab(hour=3, minute=30)},
    "dispatch": {"task": "notifications.tasks.dispatch", "schedule": 15.0, "options": {"expires": 15}},
    "dispatch-urgent": {
        "task": "notifications.tasks.dispatch_urgent",
        "schedule": 5.0,
        "options": {"expires": 5, "queue": "urgent"},
    },
    "start-campaigns": {
        "task": "notifications.tasks.start_campaigns",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "send-letters": {"task": "notifications.tasks.send_letters", "schedule": 10.0, "options": {"expires": 10}},
    "apply-reports": {"task": "notifications.tasks.apply_reports", "schedule": 20.0, "options": {"expires": 20}},
    "apply-serwersms-pushes": {
        "task": "notifications.tasks.apply_serwersms_pushes",
        "schedule": 20.0,
        "options": {"expires": 20},
    },
    "poll-reports": {"task": "notifications.tasks.poll_reports", "schedule": 300.0, "options": {"expires": 300}},
    "apply-mail-events": {
        "task": "notifications.tasks.apply_mail_events",
        "schedule": 20.0,
        "options": {"expires": 20},
    },
    "poll-returned": {"task": "notifications.tasks.poll_returned", "schedule": 60.0, "options": {"expires": 60}},
    "apply-answers": {"task": "notifications.tasks.apply_answers", "schedule": 20.0, "options": {"expires": 20}},
    "poll-warnings": {"task": "broadcasts.tasks.poll_warnings", "schedule": 120.0, "options": {"expires": 120}},
    "close-broadcasts": {"task": "broadcasts.tasks.close_broadcasts", "schedule": 15.0, "options": {"expires": 15}},
    "poll-mailbox": {"task": "mailroom.tasks.poll_mailbox", "schedule": 60.0, "options": {"expires": 60}},
    "send-notices": {"task": "residents.tasks.send_notices", "schedule": 30.0, "options": {"expires": 30}},
    "handle-notices": {"task": "payments.tasks.handle_notices", "schedule": 20.0, "options": {"expires": 20}},
    "take-statements": {"task": "payments.tasks.take_statements", "schedule": 60.0, "options": {"expires": 60}},
    "prove-statements": {"task": "payments.tasks.prove_statements", "schedule": crontab(hour=3, minute=40)},
    "work-refunds": {"task": "payments.tasks.work_refunds", "schedule": 60.0, "options": {"expires": 60}},
    "ask-late-payments": {"task": "payments.tasks.ask_late_payments", "schedule": 60.0, "options": {"expires": 60}},
}
