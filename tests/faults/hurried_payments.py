"""The portal's own Celery with a timetable that looks for notices twice a second, so that tests need not wait."""

from spm.celery import app

app.conf.beat_schedule = {
    "handle-notices": {**app.conf.beat_schedule["handle-notices"], "schedule": 0.5, "options": {"expires": 5}}
}
