"""Django's name for this floor; importing it registers what the floor keeps of people."""

from django.apps import AppConfig

from core import audit_words
from notifications import deeds, kept, messages
from residents import disclosure
from residents.belongings import Belonging, Fate, register


class NotificationsConfig(AppConfig):
    """The notifications app."""

    name = "notifications"
    verbose_name = "powiadomienia"
    message_kinds = (messages.EVENT,)
    words = audit_words.register(deeds.VERBS, deeds.SUBJECTS)
    kept = (kept.MESSAGES, kept.LETTERS, kept.SUPPRESSED, kept.BROWSERS)
    belongings = register(
        (
            Belonging("notifications.Message", "wiadomości", Fate.MOVES),
            Belonging("notifications.Wish", "życzenia co do wiadomości", Fate.MOVES),
            Belonging("notifications.PushSubscription", "przeglądarki", Fate.MOVES),
            Belonging("notifications.PushConsent", "zgody na powiadomienia w przeglądarce", Fate.MOVES),
            Belonging("notifications.TopicWish", "życzenia co do rodzajów powiadomień", Fate.MOVES),
        )
    )
    disclosed = disclosure.register("notifications.disclosure.SECTION")
