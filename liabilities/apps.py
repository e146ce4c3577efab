"""Django's name for this floor; importing it registers the kinds of message and what the floor keeps of people."""

from django.apps import AppConfig

from core import audit_words
from liabilities import deeds, kept, messages
from residents import disclosure
from residents.belongings import Belonging, Fate, register


class LiabilitiesConfig(AppConfig):
    """The liabilities app."""

    name = "liabilities"
    verbose_name = "należności"
    words = audit_words.register(deeds.VERBS, deeds.SUBJECTS)
    message_kinds = (messages.DUE_APPROACHING, messages.DUE_PASSED)
    kept = (kept.DUES, kept.PROBLEMS)
    belongings = register(
        (
            Belonging("liabilities.Liability", "należności", Fate.OWN_WAY, mover="liabilities.merging.DuesMover"),
            Belonging("liabilities.LiabilityBearer", "należności wspólne z innymi", Fate.MOVES),
            Belonging("liabilities.Decision", "decyzje o ulgach", Fate.MOVES),
            Belonging("liabilities.CalendarLink", "odnośniki do kalendarza", Fate.MOVES),
            # Whom a letter was sent to stays; the records of one person are looked at together.
            Belonging("liabilities.DunningLetter", "upomnienia", Fate.STAYS),
            Belonging("liabilities.LetterLine", "pozycje upomnień", Fate.STAYS),
            Belonging("liabilities.LetterSkip", "pominięcia w seriach upomnień", Fate.STAYS),
            Belonging("liabilities.LetterAddressee", "miejsca w seriach upomnień", Fate.STAYS),
            Belonging("liabilities.InformationAction", "działania informacyjne", Fate.STAYS),
            Belonging("liabilities.LedgerEntry", "nadpłata", Fate.OWN_WAY, mover="liabilities.merging.CreditMover"),
        )
    )
    disclosed = disclosure.register("liabilities.disclosure.SECTION")
