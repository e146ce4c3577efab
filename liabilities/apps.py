"""Django's name for this floor."""

from django.apps import AppConfig


class LiabilitiesConfig(AppConfig):
    """The liabilities app."""

    name = "liabilities"
    verbose_name = "należności"
