"""Delivery reports in lists, three in ten of them repeats, out of order: each call answered after its commit, then
applied; beside a view that saves each message as its report comes, and beside one bare UPDATE of them all.
"""

import os
import random
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks import outbox
from benchmarks.table import rate_of, show
from notifications.models import Message, message_reference
from notifications.reports import apply_reports

MESSAGES = int(os.environ.get("BENCH_ROWS", "30000"))
A_CALL = 100  # reports in one call of the gateway's
REPEATS = 0.3
PEER_SHARE = 10  # the peer works on a tenth
SENT = """
UPDATE notifications_message SET state = 'sent', gateway = 'smsapi', gateway_id = 'G' || id, sent_at = now()
"""
BARE = """
UPDATE notifications_message AS m SET state = 'delivered', closed_at = now()
FROM unnest(%s::bigint[]) AS v(id) WHERE m.id = v.id
"""


def _told() -> list[int]:
    """The messages that are reported on, with the repeats, in disorder."""
    chance = random.Random(20261121)
    known = list(Message.objects.values_list("pk", flat=True))
    told = [*known, *chance.sample(known, int(len(known) * REPEATS))]
    chance.shuffle(told)
    return told


def main() -> None:
    """Measure and print."""
    outbox.prepare("sms")
    told: list[int] = []
    client = Client()
    door = f"/hooks/sms/{settings.SMSAPI['report_secret']}/"

    def prepare() -> None:
        outbox.refill(MESSAGES)
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE core_inboundevent CASCADE")
            cursor.execute(SENT)
        told[:] = _told()

    def ours() -> None:
        for start in range(0, len(told), A_CALL):
            some = told[start : start + A_CALL]
            fields = {
                "MsgId": ",".join(f"G{one}" for one in some),
                "idx": ",".join(map(message_reference, some)),
                "status_name": ",".join(["DELIVERED"] * len(some)),
            }
            assert (
                client.post(door, urlencode(fields), content_type="application/x-www-form-urlencoded").content == b"OK"
            )
        apply_reports(at=timezone.now())
        assert not Message.objects.filter(state="sent").exists()

    def peer() -> None:
        for one in told[: len(told) // PEER_SHARE]:
            message = Message.objects.get(gateway="smsapi", gateway_id=f"G{one}")
            if message.state == "sent":
                message.state, message.closed_at = "delivered", timezone.now()
                message.save()

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [sorted(set(told))])

    count = round(MESSAGES // outbox.PEOPLE * outbox.PEOPLE * (1 + REPEATS))
    show(
        f"Delivery reports, {A_CALL} a call, {REPEATS:.0%} repeats, out of order",
        rate_of("hook (stored raw, answered after commit), applied", count, ours, prepare=prepare),
        rate_of("a message read and saved for each report", count // PEER_SHARE, peer, prepare=prepare),
        rate_of("one bare UPDATE", count, bare, prepare=prepare),
        aims="≥ 5,000 /s",
    )
