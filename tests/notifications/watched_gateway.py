"""A gateway as a town might add one: it keeps what it was called with and answers what the test says."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from notifications.gateways import Outcome, Parcel, Receipt

Parcels = Sequence[Parcel]
Receipts = list[Receipt]


def accept_all(parcels: Parcels) -> Receipts:
    """Each parcel accepted, under an id of the gateway's own."""
    return [Receipt(one.message_id, Outcome.ACCEPTED, gateway_id=f"W-{one.message_id}", parts=1) for one in parcels]


class WatchedGateway:
    """Named by its path in the setting MESSAGE_GATEWAYS."""

    name = "watched"
    has_key = True
    calls: ClassVar[list[Parcels]] = []
    answer: ClassVar[Callable[[Parcels], Receipts]] = staticmethod(accept_all)

    def send(self, parcels: Parcels) -> Receipts:
        """Answer as told."""
        self.calls.append(parcels)
        return type(self).answer(parcels)
