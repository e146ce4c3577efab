"""`queue_reminders` over 1,000,000 open instalments, of which a quarter is due, against the bare INSERT … SELECT of the
same messages from a table where they lie ready.
"""

import os
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from benchmarks import world
from benchmarks.outbox import COLUMNS
from benchmarks.table import rate_of, show
from consents.models import Topic
from core.bulk import copy_rows
from core.encryption import seal
from liabilities.importing import import_dues
from liabilities.models import ReminderRule
from liabilities.reminders import queue_reminders
from notifications.models import Message
from residents.models import Payer

INSTALMENTS = int(os.environ.get("BENCH_ROWS", "1000000"))
TERMS = 4  # each payer's instalments, a quarter of a year apart
READY = "CREATE TABLE bench_ready AS SELECT * FROM notifications_message"
BARE = f"""
INSERT INTO notifications_message (dedupe_key, {", ".join(COLUMNS)})
SELECT dedupe_key, {", ".join(COLUMNS)} FROM bench_ready ON CONFLICT (dedupe_key) DO NOTHING
"""


def _fill() -> None:
    world.empty()
    now, on = timezone.now(), timezone.localdate()
    term = on + timedelta(days=7)
    rows = [
        (*row[:7], term + timedelta(days=91 * (place % TERMS)), row[8], 0, row[10])
        for place, row in enumerate(world.dues_rows(INSTALMENTS))
    ]
    import_dues(world.dues_file(rows), file_name="b.csv", source="fk", as_of=now, on=on, at=now, by=world.BY)
    ids = list(Payer.objects.values_list("pk", flat=True))
    paper, phone = world.paper(ids[0], now), seal("+48500100200")
    topic = Topic.objects.get(code="property_tax")
    since = f"[{(now - timedelta(days=1)).isoformat()},)"
    contacts = ("payer_id", "kind", "address", "address_fingerprint", "source")
    copy_rows("residents_contact", contacts, ((key, "phone", phone, "", "wniosek") for key in ids))
    consents = ("payer_id", "topic_id", "channel", "application_id", "during")
    copy_rows("consents_consent", consents, ((key, topic.pk, "sms", paper.pk, since) for key in ids))
    ReminderRule.objects.all().delete()
    ReminderRule.objects.create(days_before=7, by_sms=True, by_email=False, is_active=True)


def main() -> None:
    """Measure and print."""
    _fill()
    # The term may be moved by the law: the day to remind is seven days before what is payable then.
    with connection.cursor() as cursor:
        cursor.execute("SELECT payable_by FROM liabilities_instalment GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
        on = cursor.fetchone()[0] - timedelta(days=7)

    def prepare() -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE notifications_attempt, notifications_message CASCADE")
            cursor.execute("VACUUM ANALYZE")

    queued: list[int] = []

    def ours() -> None:
        queued.append(queue_reminders(on=on, at=timezone.now(), by=world.BY).queued)

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE)

    prepare()
    ours()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_ready")
        cursor.execute(READY)
    count = Message.objects.count()
    mine = rate_of("queue_reminders", count, ours, prepare=prepare)
    assert set(queued) == {count} and count >= INSTALMENTS // TERMS // 2  # noqa: PT018
    limit = rate_of("the bare INSERT … SELECT of the same rows", count, bare, prepare=prepare)
    title = f"Reminders queued, of {INSTALMENTS:,} open instalments {count:,} that are due"
    show(title, mine, limit, aims="≥ 0.67 × (1.5 times as long)")
