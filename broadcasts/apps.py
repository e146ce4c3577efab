"""Django's name for this floor; importing it registers what the floor keeps of people."""

from django.apps import AppConfig

from broadcasts import deeds, kept, messages
from core import audit_words
from residents import disclosure
from residents.belongings import Belonging, Fate, register


class BroadcastsConfig(AppConfig):
    """The broadcasts app."""

    name = "broadcasts"
    verbose_name = "ostrzeżenia kryzysowe"
    words = audit_words.register(deeds.VERBS, deeds.SUBJECTS)
    message_kinds = (messages.CRISIS_WARNING,)
    kept = (kept.OFFICERS, kept.BROADCASTS, kept.ASSISTED)
    belongings = register((Belonging("broadcasts.AssistedResident", "wpisy na liście wsparcia", Fate.MOVES),))
    disclosed = disclosure.register("broadcasts.disclosure.SECTION")
