"""Django's name for this floor; importing it registers what the floor keeps of people."""

from django.apps import AppConfig

from consents import deeds, kept
from core import audit_words
from residents import disclosure
from residents.belongings import Belonging, Fate, register


class ConsentsConfig(AppConfig):
    """The consents app."""

    name = "consents"
    verbose_name = "zgody"
    words = audit_words.register(deeds.VERBS, deeds.SUBJECTS)
    kept = (kept.EVIDENCE, kept.REFUSED, kept.CODES, kept.SIGNED_FILES, kept.FORMS, kept.SCANS)
    belongings = register(
        (
            Belonging("residents.Contact", "telefon i e-mail", Fate.OWN_WAY, mover="consents.merging.ContactsMover"),
            Belonging("consents.Consent", "zgody", Fate.OWN_WAY, mover="consents.merging.ConsentsMover"),
            Belonging("consents.ConsentApplication", "wnioski o powiadomienia", Fate.STAYS),
            Belonging("consents.Withdrawal", "wycofania zgód", Fate.STAYS),
            Belonging("consents.PrintedForm", "wydrukowane formularze", Fate.STAYS),
            Belonging("consents.AddressConfirmation", "kody do telefonu i e-maila", Fate.STAYS),
        )
    )
    disclosed = disclosure.register("consents.disclosure.SECTION")
