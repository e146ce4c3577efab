"""Django's name for this floor."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    """The consents app."""

    name = "consents"
    verbose_name = "zgody"
