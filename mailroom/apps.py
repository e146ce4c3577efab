"""Django's name for this floor; importing it registers what the floor keeps of people."""

from django.apps import AppConfig

from core import audit_words
from mailroom import deeds, kept
from residents import disclosure


class MailroomConfig(AppConfig):
    """The mailroom app."""

    name = "mailroom"
    verbose_name = "poczta przychodząca"
    words = audit_words.register(deeds.VERBS, deeds.SUBJECTS)
    kept = (kept.SETTLED, kept.APART)
    disclosed = disclosure.register("mailroom.disclosure.SECTION")
