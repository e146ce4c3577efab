"""Django's name for the roof: it holds commands and the demo, no tables."""

from django.apps import AppConfig


class SpmConfig(AppConfig):
    """The roof."""

    name = "spm"
    verbose_name = "SPM"
