"""Django's name for this floor; importing it registers what the floor keeps of people."""

from django.apps import AppConfig

from notifications import kept
from residents import disclosure
from residents.belongings import Belonging, Fate, register


class NotificationsConfig(AppConfig):
    """The notifications app."""

    name = "notifications"
    verbose_name = "powiadomienia"
    kept = (kept.MESSAGES, kept.LETTERS, kept.SUPPRESSED)
    belongings = register((Belonging("notifications.Message", "wiadomości", Fate.MOVES),))
    disclosed = disclosure.register("notifications.disclosure.SECTION")
