"""Django's name for this floor."""

from django.apps import AppConfig


class BroadcastsConfig(AppConfig):
    """The broadcasts app."""

    name = "broadcasts"
    verbose_name = "ostrzeżenia kryzysowe"
