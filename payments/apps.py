"""Django's name for this floor; importing it registers its kind of message and what the floor keeps of people."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core import audit_words
from core.errors import Refused
from liabilities import in_transit, money_ways
from payments import deeds, kept, messages
from payments.formats.profile_file import use_profiles
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
            # Its payment or transfer says whose it is; the ledger leads to the record that was kept.
            Belonging("payments.Refund", "zwroty", Fate.STAYS),
            Belonging("payments.BankEntry", "wpłaty przelewem", Fate.STAYS),
            # Each is posted for the record into which its own was merged (payments/posting.py).
            Belonging("payments.PaymentLine", "pozycje płatności", Fate.STAYS),
            # The number says whose it was; payments/virtual_accounts.py leads it to the record that was kept.
            Belonging("payments.VirtualAccount", "rachunki wirtualne", Fate.STAYS),
        )
    )
    on_its_way = in_transit.register("payments.transit.in_transit")
    sums_on_their_way = in_transit.register_sums("payments.transit.sums_in_transit")
    ways_of_money = money_ways.register("payments.ways.ways_of")
    disclosed = disclosure.register("payments.disclosure.SECTION")

    def ready(self) -> None:
        """Take up the town's own profiles of files; a mistake in them stops the start."""
        file = settings.BANK["profiles"]
        try:
            use_profiles(Path(file).read_text(encoding="utf-8") if file else "")
        except (OSError, ValueError, Refused) as error:
            raise ImproperlyConfigured(f"{file}: {error}") from error
