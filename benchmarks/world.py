"""Data for benchmarks: payers, consents, messages, a dues file; made fast, emptied between runs."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from consents.models import Consent, ConsentApplication, Topic
from core.actor import job
from core.nrb import make_nrb
from notifications.kinds import Priority
from notifications.models import Message, Wish
from residents.actions import register_payers
from residents.identity import IdentityNumber, NumberKind, make_pesel
from residents.models import Contact

BY = job("benchmark")
TABLES = (
    *("payments_bankentry", "payments_bankstatement", "payments_statementproblem", "payments_statementblock"),
    *("payments_statementfile", "payments_virtualaccount"),
    *("notifications_attempt", "notifications_message", "liabilities_importproblem", "liabilities_ledgerentry"),
    *("payments_paymentline", "payments_paymentchange", "payments_payment", "liabilities_instalment"),
    *("liabilities_liability", "liabilities_importrun", "consents_consent", "consents_applicationchoice"),
    *("consents_consentapplication", "residents_contact", "residents_mandate", "residents_accessrecord"),
    *("residents_confirmationcode", "residents_payer", "core_auditentry", "core_inboundevent"),
)
# As queue_messages leaves them: the address sealed once, with the consent.
AS_QUEUED = """
UPDATE notifications_message AS m SET address = c.address FROM residents_contact AS c WHERE c.payer_id = m.payer_id
"""
HEADER = "id;identyfikator;nazwa;rodzaj;tytul;rok;rata;termin;kwota;zaplacono;konto"


def empty() -> None:
    """Empty every table that benchmarks fill."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")


def numbers(count: int) -> list[IdentityNumber]:
    """*count* different PESELs."""
    start = date(1950, 1, 1)
    return [
        IdentityNumber(NumberKind.PESEL, make_pesel(start + timedelta(days=place // 500), place % 500, woman=True))
        for place in range(count)
    ]


def dues_rows(count: int) -> list[tuple[object, ...]]:
    """Rows of a dues file: four instalments a payer, a third of them paid."""
    people = numbers(count // 4 + 1)
    year = timezone.localdate().year
    rows: list[tuple[object, ...]] = []
    for place in range(count):
        who = place // 4
        month = (3, 5, 9, 11)[place % 4]
        amount = Decimal(100 + place % 900)
        rows.append(
            (
                *(f"B-{place}", people[who].value, f"Płatnik {who}", "PODATEK_NIERUCHOMOSCI_OF"),
                *("Podatek od nieruchomości", year, place % 4 + 1, date(year, month, 15), amount),
                *(amount if place % 3 == 0 else Decimal(0), make_nrb("10201026", f"{who:016d}")),
            )
        )
    return rows


def dues_file(rows: list[tuple[object, ...]]) -> bytes:
    """The rows as a CSV file."""
    return "\n".join([HEADER, *(";".join(str(cell) for cell in row) for row in rows)]).encode()


def fill_outbox(count: int, *, channel: str, kind: str = "payment_posted", is_fuller: bool = False) -> None:
    """*count* messages, each to a payer of its own who consented, ready to go; their facts differ, and so do their
    texts as e-mails and, where payers asked for fuller ones (*is_fuller*), as SMS.
    """
    empty()
    people = numbers(count)
    ids = list(register_payers(dict.fromkeys(people, "Płatnik"), by=BY).values())
    topic = Topic.objects.get(code="payments")
    moment = timezone.now() - timedelta(days=1)
    signed = paper(ids[0], moment)
    is_sms = channel == "sms"
    addresses = [f"+48{500_000_000 + place * 10}" if is_sms else f"p{place}@poczta.example" for place in range(count)]
    Contact.objects.bulk_create(
        [
            Contact(payer_id=key, kind="phone" if is_sms else "email", address=address, source="wniosek")
            for key, address in zip(ids, addresses, strict=True)
        ],
        batch_size=2000,
    )
    Consent.objects.bulk_create(
        [Consent(payer_id=key, topic=topic, channel=channel, application=signed, during=(moment, None)) for key in ids],
        batch_size=2000,
    )
    if is_fuller:
        Wish.objects.bulk_create((Wish(payer_id=key, is_fuller=True) for key in ids), batch_size=2000)
    Message.objects.bulk_create(
        [
            Message(
                kind=kind,
                topic_code="payments",
                channel=channel,
                priority=Priority.TRANSACTION,
                payer_id=key,
                address=address,
                facts={
                    "amount_pln": f"{place % 1000}.50",
                    "paid_on": "2026-05-14",
                    "reference": f"SPM-{place:06d}",
                    "balance_text": "wszystko zapłacone",
                    "town": "Dolina",
                    "link": "https://portal.example/platnosci/",
                },
                dedupe_key=f"bench:{place}",
                not_before=moment,
            )
            for place, (key, address) in enumerate(zip(ids, addresses, strict=True))
        ],
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute(AS_QUEUED)
        cursor.execute("VACUUM ANALYZE")


def paper(payer_id: int, moment: datetime) -> ConsentApplication:
    """An accepted application, for consents to point at."""
    return ConsentApplication.objects.create(
        payer_id=payer_id,
        identity_kind="pesel",
        identity_number="x",
        name="Płatnik",
        signed_on=timezone.localdate(moment),
        received_on=timezone.localdate(moment),
        arrived_by="paper",
        clause_version="2026-1",
        state="accepted",
        decided_at=moment,
    )
