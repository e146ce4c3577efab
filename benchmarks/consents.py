"""Consents in force: who may get a kind of message among 200,000 residents, and papers from a file of 10,000 rows."""

from collections.abc import Callable

from django.db import connection, transaction
from django.utils import timezone

from benchmarks import world
from benchmarks.table import rate_of, show
from consents.actions import accept_application, register_application
from consents.importing import import_applications
from consents.models import Consent, Topic
from consents.paper_row import COLUMNS
from consents.queries import permitted_contacts, permitted_payers
from consents.replacement import Choice
from core.bulk import copy_rows
from core.dates import parse_date
from core.encryption import seal
from residents.actions import register_payers
from residents.identity import read_identity

RESIDENTS = 200_000
TOPICS = 12
CHANNELS = ("sms", "email")
AT_ONCE = 50_000
PAPERS = 10_000
PEER_PAPERS = 500
OVERLAPS = "consent_no_overlap"


def _fill() -> Topic:
    """A consent of every resident to every kind by every way; the constraint comes back when the tables are empty."""
    world.empty()
    topics = list(Topic.objects.filter(is_active=True, basis="consent")[:TOPICS])
    assert len(topics) == TOPICS, "the town has fewer kinds of notification"
    people = world.numbers(RESIDENTS)
    ids: list[int] = []
    for start in range(0, RESIDENTS, AT_ONCE):
        part = dict.fromkeys(people[start : start + AT_ONCE], "Płatnik")
        ids += register_payers(part, by=world.BY).values()
    paper = world.paper(ids[0], timezone.now())
    phone, email = seal("+48500100200"), seal("p@poczta.example")
    since = f"[{timezone.now().isoformat()},)"
    copy_rows(
        "residents_contact",
        ("payer_id", "kind", "address", "address_fingerprint", "source"),
        ((key, kind, address, "", "wniosek") for key in ids for kind, address in (("phone", phone), ("email", email))),
    )
    copy_rows(
        "consents_consent",
        ("payer_id", "topic_id", "channel", "application_id", "during"),
        ((key, topic.pk, way, paper.pk, since) for key in ids for topic in topics for way in CHANNELS),
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return topics[TOPICS // 2]


def who_may_get() -> None:
    """«Who may get topic T by channel C now», counted and listed, beside the bare statements on the index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [OVERLAPS])
        definition = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE consents_consent DROP CONSTRAINT {OVERLAPS}")
    try:
        _measure(_fill())
    finally:
        world.empty()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE consents_consent ADD CONSTRAINT {OVERLAPS} {definition}")


def _measure(topic: Topic) -> None:
    # As the index says, word for word: else the bare statement could not use it.
    held = "topic_id = %s AND channel = 'sms' AND upper(during) IS NULL AND NOT isempty(during)"
    bare = (f"SELECT count(*) FROM consents_consent WHERE {held}", [topic.pk])

    def ours() -> None:
        assert permitted_payers(topic=topic.code, channel="sms").count() == RESIDENTS

    def addressed() -> None:
        assert permitted_contacts().filter(topic_id=topic.pk, channel="sms").count() == RESIDENTS

    def peer() -> None:
        at = timezone.now()
        held = Consent.objects.filter(topic=topic, channel="sms", during__contains=at, payer__deceased_on=None)
        assert held.filter(payer__merged_into=None).count() == RESIDENTS

    def limit() -> None:
        with connection.cursor() as cursor:
            cursor.execute(*bare)
            assert cursor.fetchone()[0] == RESIDENTS

    for warm in (ours, addressed, peer, limit):
        warm()
    show(
        f"Who may get a kind of message, of {RESIDENTS:,} × {TOPICS} × {len(CHANNELS)}, answers",
        rate_of("permitted_payers", 1, ours),
        rate_of("the same by the usual ORM query", 1, peer),
        rate_of("with addresses (permitted_contacts)", 1, addressed),
        rate_of("a bare indexed count", 1, limit),
        aims="≥ 0.67 × the bare count (within 1.5 times of it)",
    )


def _rows(count: int) -> list[tuple[str, ...]]:
    people = world.numbers(count)
    return [
        (
            *(f"K-{place}", people[place].value, f"Płatnik {place}", f"{500_000_000 + place}"),
            *(f"p{place}@poczta.example", "2026-02-01", "2026-02-02", "papier"),
            "waste:sms waste:email property_tax:sms payments:email",
        )
        for place in range(count)
    ]


def import_papers() -> None:
    """10,000 papers from a file, the same file again, single papers one by one (the peer), a bare COPY (the limit)."""
    rows = _rows(PAPERS)
    content = "\n".join([";".join(COLUMNS), *(";".join(row) for row in rows)]).encode()

    def load(*, created: int) -> Callable[[], None]:
        def run() -> None:
            now = timezone.now()
            report = import_applications(content, source="bench", on=timezone.localdate(now), by=world.BY, at=now)
            assert (report.created, report.rejected) == (created, 0)

        return run

    def one_by_one() -> None:
        for key, number, name, phone, email, signed, received, _, boxes in rows[:PEER_PAPERS]:
            now = timezone.now()
            draft = register_application(
                number=read_identity(number, on=timezone.localdate(now)),
                name=name,
                phone=phone,
                email=email,
                choices=[Choice(*box.split(":")) for box in boxes.split()],
                signed_on=parse_date(signed),
                arrived_by="paper",
                received_on=parse_date(received),
                scan=None,
                by=world.BY,
                at=now,
                evidence={"identified": key},
            )
            accept_application(draft, by=world.BY, at=now)

    def bare() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_copy")
            cursor.execute(f"CREATE TABLE bench_copy ({', '.join(f'{name} text' for name in COLUMNS)})")
            copy_rows("bench_copy", COLUMNS, rows)

    ours = rate_of("import_applications", PAPERS, load(created=PAPERS), prepare=world.empty)
    again = rate_of("the same file again", PAPERS, load(created=0))
    peer = rate_of("each saved by itself, as a Django form does", PEER_PAPERS, one_by_one, prepare=world.empty)
    limit = rate_of("a bare COPY of the file's texts", PAPERS, bare)
    show(f"Import of {PAPERS:,} papers, rows", ours, again, peer, limit, aims="≥ 5 × papers saved one by one")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_copy")
    world.empty()
