"""The ways by which messages go: those of consents, and browsers, which their owners add by themselves."""

from django.db.models import TextChoices

from consents.models import application


class Channel(TextChoices):
    """How a message reaches a person. No form asks for browsers: whoever adds one says of what it may tell."""

    SMS = application.Channel.SMS.value, application.Channel.SMS.label
    EMAIL = application.Channel.EMAIL.value, application.Channel.EMAIL.label
    VOICE = application.Channel.VOICE.value, application.Channel.VOICE.label
    PUSH = "push", "powiadomienie w przeglądarce"
