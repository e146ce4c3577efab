"""Django's name for this floor; importing it registers the kinds of message that the floor queues."""

from django.apps import AppConfig

from liabilities import messages


class LiabilitiesConfig(AppConfig):
    """The liabilities app."""

    name = "liabilities"
    verbose_name = "należności"
    message_kinds = (messages.DUE_APPROACHING, messages.DUE_PASSED)
