"""Batches of dead workers at gateways without keys, settled by what they wrote down message by message.

What the gateway took is sent, what was in flight is in doubt, the rest goes back to the queue without a try used up.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from notifications.claiming import lease
from notifications.gateways import OneByOne, Outcome, Receipt, gateways_of
from notifications.in_flight import new_lease
from notifications.joining import carried_by, told_together
from notifications.models import message_reference
from notifications.rendering import Claimed, Letter, stationery, write_letters
from notifications.storing import DispatchReport, store
from notifications.wishes import wishes_of

CUT_OFF = "wysyłanie przerwane"
EXPIRED = """
SELECT DISTINCT channel, gateway, leased_by FROM notifications_message AS m
WHERE state = 'sending' AND lease_until <= %s AND gateway = ANY(%s)
  AND EXISTS (SELECT FROM notifications_inflight AS f WHERE f.lease = m.leased_by)
"""
LOCK = """
SELECT id, lease_until FROM notifications_message WHERE state = 'sending' AND leased_by = %s AND lease_until <= %s
ORDER BY id FOR UPDATE
"""
TAKE_ROWS = "UPDATE notifications_inflight SET lease = %s WHERE lease = %s RETURNING taken, unsure"
TAKE = """
UPDATE notifications_message SET leased_by = %s, lease_until = %s WHERE id = ANY(%s)
RETURNING id, kind, address, facts::text, attempts, in_doubt_since, payer_id, topic_code, expires_at
"""
FORGET = "DELETE FROM notifications_inflight WHERE lease = %s"
# Left by workers that died between the outcomes' commit and the end; no lease lasts so long.
FORGET_OLD = "DELETE FROM notifications_inflight WHERE began_at < now() - interval '1 day'"


def settle_cut_off(*, at: datetime) -> int:
    """Settle the batches whose lease ran out and of which something is written down; returns how many messages.

    Each batch is first leased anew, to us: another worker may do the same at the same time, and we may die as well.
    """
    gateways = {one.name: one for channel in settings.MESSAGE_GATEWAYS for one in gateways_of(channel)}
    watched = {name: one for name, one in gateways.items() if isinstance(one, OneByOne)}
    with connection.cursor() as cursor:
        cursor.execute(EXPIRED, [at, list(watched)])
        batches = cursor.fetchall()
    count = sum(_settle(watched[gateway], channel, theirs, at) for channel, gateway, theirs in batches)
    with connection.cursor() as cursor:
        cursor.execute(FORGET_OLD)
    return count


def _settle(gateway: OneByOne, channel: str, theirs: str, at: datetime) -> int:
    ours = new_lease("taken-over")
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(LOCK, [theirs, at])
        mine = cursor.fetchall()
        if not mine:
            return 0
        cursor.execute(TAKE_ROWS, [ours, theirs])  # from here on the other worker, if it lives, sends nothing more
        lines = cursor.fetchall()
        if not lines:
            return 0
        cursor.execute(TAKE, [ours, at + lease(), [message_id for message_id, _ in mine]])
        claimed = [Claimed(*row) for row in cursor.fetchall()]
    taken = {message_id for some, _ in lines for message_id in some}
    unsure = {message_id for _, some in lines for message_id in some}
    receipts = {one.message_id: _receipt(one.message_id, gateway, taken, unsure) for one in claimed}
    gone = [one for one in claimed if receipts[one.message_id].outcome is not Outcome.HELD]
    left = [Letter(one) for one in claimed if receipts[one.message_id].outcome is Outcome.HELD]
    began = min(until for _, until in mine) - lease()
    letters = [*_as_they_went(gone, channel, began), *left]
    store(letters, receipts, gateway, channel=channel, at=began, worker=ours, report=DispatchReport())
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [ours])
    return len(claimed)


def _receipt(message_id: int, gateway: OneByOne, taken: set[int], unsure: set[int]) -> Receipt:
    if message_id in taken:
        known = gateway.gateway_id(message_reference(message_id))
        return Receipt(message_id, Outcome.ACCEPTED, gateway_id=known)
    return Receipt(message_id, Outcome.UNKNOWN if message_id in unsure else Outcome.HELD, code=CUT_OFF)


def _as_they_went(messages: Sequence[Claimed], channel: str, claimed_at: datetime) -> list[Letter]:
    """The letters written again, by the texts of the moment when they were claimed."""
    carried = carried_by([message.message_id for message in messages])
    wishes = wishes_of(message.payer_id for message in messages)
    said = []
    for message in messages:
        kind, facts = told_together(message.kind, message.facts, carried.get(message.message_id, []))
        wish = wishes.get(message.payer_id)
        wished = message._replace(language=wish.language, is_fuller=wish.is_fuller) if wish else message
        said.append(wished._replace(kind=kind, facts=facts))
    letters = write_letters(said, stationery(said, channel, texts_of=claimed_at))
    # What went out cannot fail for want of words any more.
    return [letter._replace(fault="") for letter in letters]
