"""Django's name for this floor; importing it registers what the floor keeps of people."""

from django.apps import AppConfig

from core import audit_words
from residents import belongings, deeds, disclosure, kept


class ResidentsConfig(AppConfig):
    """The residents app."""

    name = "residents"
    verbose_name = "mieszkańcy i konta"
    words = audit_words.register(deeds.VERBS, deeds.SUBJECTS)
    kept = kept.ALL
    belongings = belongings.OWN
    disclosed = disclosure.register("residents.own_section.SECTION")
