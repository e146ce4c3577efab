"""The roof: settings, site map, timetable, demo, and what looks at all floors at once."""

from spm.celery import app as celery_app

__all__ = ["celery_app"]
