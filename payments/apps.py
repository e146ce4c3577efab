"""Django's name for this floor; importing it registers its kind of message and what the floor keeps of people."""

from django.apps import AppConfig

from core import audit_words
from liabilities import in_transit
from payments import deeds, kept, messages
from residents import disclosure
from residents.belongings import Belonging, Fate, register


class PaymentsConfig(AppConfig):
    """The payments app."""

    name = "payments"
    verbose_name = "płatności"
    words = audit_words.register(deeds.VERBS, deeds.SUBJECTS)
    message_kinds = (messages.PAYMENT_POSTED,)
    kept = (kept.PAYMENTS, kept.STATEMENTS)
    belongings = register(
        (
            Belonging("payments.Payment", "płatności", Fate.MOVES, locked_first=True),
            Belonging("payments.BankEntry", "wpłaty przelewem", Fate.STAYS),
            # Each is posted for the record into which its own was merged (payments/posting.py).
            Belonging("payments.PaymentLine", "pozycje płatności", Fate.STAYS),
            # The number says whose it was; payments/virtual_accounts.py leads it to the record that was kept.
            Belonging("payments.VirtualAccount", "rachunki wirtualne", Fate.STAYS),
        )
    )
    on_its_way = in_transit.register("payments.transit.in_transit")
    disclosed = disclosure.register("payments.disclosure.SECTION")
