"""Django's name for this floor; importing it registers what the floor keeps of people."""

from django.apps import AppConfig

from consents import kept
from residents import disclosure


class ConsentsConfig(AppConfig):
    """The consents app."""

    name = "consents"
    verbose_name = "zgody"
    kept = (kept.EVIDENCE, kept.REFUSED, kept.CODES)
    disclosed = disclosure.register("consents.disclosure.SECTION")
