"""The one table that django-payments leaves to its user."""

from collections.abc import Iterator

from payments import PurchasedItem
from payments.models import BasePayment


class Payment(BasePayment):
    """One payment of one sum."""

    def get_failure_url(self) -> str:
        """Where a payer comes back to who did not pay."""
        return "http://127.0.0.1:1/nie/"

    def get_success_url(self) -> str:
        """Where a payer comes back to."""
        return "http://127.0.0.1:1/tak/"

    def get_payment_url(self) -> str:
        """Where a payer begins."""
        return "http://127.0.0.1:1/zacznij/"

    def get_renew_token(self) -> None:
        """No cards are kept."""

    def get_purchased_items(self) -> Iterator[PurchasedItem]:
        """One thing for the whole sum."""
        yield PurchasedItem(name="Rata 1", quantity=1, price=self.total, currency=self.currency, sku="1", tax_rate=None)
