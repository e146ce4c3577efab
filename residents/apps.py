"""Django's name for this floor."""

from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    """The residents app."""

    name = "residents"
    verbose_name = "mieszkańcy i konta"
