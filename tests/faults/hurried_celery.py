"""The portal's own Celery with a timetable that looks into the outbox each second, so that tests need not wait."""

from spm.celery import app

app.conf.beat_schedule["dispatch"]["schedule"] = 1.0
