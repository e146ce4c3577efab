"""Django's name for this floor; importing it registers what the floor keeps of people."""

from django.apps import AppConfig

from core import kept


class CoreConfig(AppConfig):
    """The core app."""

    name = "core"
    verbose_name = "podstawy"
    kept = (kept.EVENTS, kept.AUDIT)
