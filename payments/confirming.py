"""«Zaksięgowano wpłatę»: each payer told what was posted and what the account comes to now, by the consented ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings

from core.dates import midnight
from liabilities.balances import totals
from notifications.actions import withdraw_messages
from notifications.kinds import Kind
from notifications.many import Note, Reach, queue_notes, reached
from payments.messages import PAYMENT_POSTED, TRANSFER_POSTED
from payments.queries import total_in_words
from payments.transitions import day_of

TOPIC = "payments"
# After the bank's booking: of money that a file of earlier years brings nobody is told, however late it is posted.
TRANSFER_LIVES = timedelta(days=30)


@dataclass(frozen=True)
class Posted:
    """Money of one payer that is in the ledger, in złoty, confirmed once for its `key`.

    `about` is the name by which its confirmation is withdrawn; `number` is what people know a payment by.
    """

    payer_id: int
    amount: Decimal
    paid_on: date
    about: str
    key: str
    number: str = ""
    expires_at: datetime | None = None


class Transfer(NamedTuple):
    """An entry of a statement that is in the ledger under `key` for one payer, in złoty."""

    payer_id: int
    entry_id: int
    key: str
    amount: Decimal
    paid_on: date
    booked_on: date


def confirm_payments(posted: Sequence[Posted], *, at: datetime) -> int:
    """Queue the confirmations of payments made online, in the transaction that posted them; returns how many messages.

    The balance is the one after all of them. Who did not consent is told nothing, and nothing is counted for them.
    """
    reach = reached({one.payer_id for one in posted}, kind=PAYMENT_POSTED, topic=TOPIC, at=at)
    return _confirm(posted, reach, PAYMENT_POSTED, "/platnosci/", at=at)


def confirm_transfers(transfers: Sequence[Transfer], *, at: datetime) -> int:
    """The same of money that came to the town's account; of what the bank booked long ago nobody is told."""
    earliest = day_of(at) - TRANSFER_LIVES
    fresh = [one for one in transfers if one.booked_on >= earliest]
    reach = reached({one.payer_id for one in fresh}, kind=TRANSFER_POSTED, topic=TOPIC, at=at)
    told = {one.payer_id for one in reach}
    posted = [
        Posted(
            payer_id=one.payer_id,
            amount=one.amount,
            paid_on=one.paid_on,
            about=_about(one.entry_id),
            key=one.key,
            expires_at=midnight(one.booked_on + TRANSFER_LIVES + timedelta(days=1)),
        )
        for one in fresh
        if one.payer_id in told
    ]
    return _confirm(posted, reach, TRANSFER_POSTED, "/naleznosci/karta/", at=at)


def _about(entry_id: int) -> str:
    return f"bank_entry:{entry_id}"


def withdraw_confirmation(entry_id: int, *, at: datetime) -> int:
    """Withdraw what still waits to be told of an entry whose posting is taken back; returns how many messages."""
    return withdraw_messages(about=[_about(entry_id)], reason="cofnięto zaksięgowanie", at=at)


def _confirm(posted: Sequence[Posted], reach: Sequence[Reach], kind: Kind, path: str, *, at: datetime) -> int:
    balances = totals({one.payer_id for one in reach}, on=day_of(at))
    notes = [
        Note(
            payer_id=one.payer_id,
            about=one.about,
            facts={
                "amount_pln": str(one.amount),
                "paid_on": one.paid_on.isoformat(),
                **({"reference": one.number} if one.number else {}),
                "balance_text": total_in_words(balances[one.payer_id]),
                "town": settings.TOWN["short_name"],
                "link": f"{settings.BASE_URL}{path}",
            },
            dedupe_key=one.key,
            expires_at=one.expires_at,
        )
        for one in posted
        if one.payer_id in balances
    ]
    return queue_notes(notes, reach, kind=kind, topic=TOPIC, at=at)
