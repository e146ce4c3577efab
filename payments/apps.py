"""Django's name for this floor."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """The payments app."""

    name = "payments"
    verbose_name = "płatności"
