"""Django's name for this floor; importing it registers the kind of message that the floor queues."""

from django.apps import AppConfig

from payments import messages


class PaymentsConfig(AppConfig):
    """The payments app."""

    name = "payments"
    verbose_name = "płatności"
    message_kinds = (messages.PAYMENT_POSTED,)
