"""Django's name for this floor."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The core app."""

    name = "core"
    verbose_name = "podstawy"
