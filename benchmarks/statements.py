"""100,000 credits of a Polish MT940 file, from its bytes to the ledger: ours against mt-940 with Django ORM saves (the
peer), and against a bare COPY of the same ledger rows into the ledger's own table (the limit).

Nine in ten come to virtual accounts, one in twenty names its instalment, one in twenty says nothing that helps.
`BENCH_ROWS` takes another number of credits.
"""

import io
import logging
import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import mt940 as peer_library
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from benchmarks import world
from benchmarks.memory import peak_memory
from benchmarks.table import rate_of, show
from core.bulk import copy_rows
from core.nrb import make_nrb
from liabilities.actions import PaymentPart, post_payment
from liabilities.importing import import_dues
from liabilities.models import Instalment
from payments.statements import import_statement
from payments.virtual_number import make_virtual
from residents.models import Payer

CREDITS = int(os.environ.get("BENCH_ROWS", "100000"))
PEER_CREDITS = 1_000
ACCOUNT = make_nrb("10201026", "0000120100000001")
SENDER = make_nrb("11402004", "0000320112345678")
LEDGER = ("payer_id", "instalment_id", "kind", "account", "amount", "value_on", "booked_at", "reference")


def prepare() -> None:
    """A town whose residents owe what the file pays: six in seven pay by the term, the others are two months late."""
    world.empty()
    now, on = timezone.now(), timezone.localdate()
    terms = [on + timedelta(days=10) if place % 7 else on - timedelta(days=60) for place in range(CREDITS)]
    rows = enumerate(zip(world.dues_rows(CREDITS), terms, strict=True))
    four_equal = [(*row[:7], term, 100 + place // 4 % 900, 0, row[10]) for place, (row, term) in rows]
    content = world.dues_file(four_equal)
    import_dues(content, file_name="b.csv", source="bench", as_of=now, on=on, at=now, by=world.BY)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def transfers(count: int) -> Iterator[tuple[Decimal, str, str, str]]:
    """Amount, title, sender's and virtual account of each credit: one a due; what says nothing comes by post office."""
    dues = Instalment.objects.order_by("pk").values_list("pk", "external_id", "outstanding", "liability__payer_id")
    prefix = settings.BANK["virtual_prefix"]
    for place, (_, key, amount, payer_id) in enumerate(dues[:count]):
        own = make_nrb(SENDER[2:10], f"{payer_id:016d}")
        if place % 20 == 0:
            yield amount, "dziekuje i pozdrawiam serdecznie", SENDER, ""
        elif place % 20 == 1:
            yield amount, f"oplata za rate {key} rok biezacy", own, ""
        else:
            yield amount, "podatek od nieruchomosci za rok biezacy", own, make_virtual(prefix, payer_id, "")


def write_statement(stream: BinaryIO, count: int, *, number: str = "1") -> None:
    """An MT940 statement as PKO BP writes it."""
    on = timezone.localdate() - timedelta(days=1)
    total = Decimal(0)
    stream.write(f":20:MT940\r\n:25:PL{ACCOUNT}\r\n:28C:{number}\r\n:60F:C{on:%y%m%d}PLN0,00\r\n".encode())
    for place, (amount, title, sender, virtual) in enumerate(transfers(count)):
        total += amount
        parts = [title[cut : cut + 27] for cut in range(0, len(title), 27)]
        lines = [
            f":61:{on:%y%m%d}{on:%m%d}CN{str(amount).replace('.', ',')}N152NONREF//B{place:012d}",
            "152 0",
            ":86:020~00152",
            *(f"~2{number}{part}" for number, part in enumerate(parts)),
            f"~30{sender[2:10]}",
            f"~31{sender[10:]}",
            f"~32PLATNIK {place}",
            "~33UL. DLUGA 1 00-001 DOLINA",
            f"~38PL{sender}",
            f"~60{on:%Y%m%d}",
            *([f"~63{virtual}"] if virtual else []),
            "",
        ]
        stream.write("\r\n".join(lines).encode())
    stream.write(f":62F:C{on:%y%m%d}PLN{str(total).replace('.', ',')}\r\n-\r\n".encode())


def bare_copy(rows: list[tuple[object, ...]]) -> None:
    """The same ledger rows straight into the ledger, its indexes and triggers in force."""
    with transaction.atomic():
        copy_rows("liabilities_ledgerentry", LEDGER, rows)


def by_peer(text: str) -> None:
    """What a Django user would write: mt-940 reads, the account is cut out by hand, each payment is saved in a row."""
    found = peer_library.parse(text)
    for place, one in enumerate(found.transactions):
        details = one.data["transaction_details"].replace("\n", "")
        amount = one.data["amount"].amount
        payer = due = None
        if "~63" in details:
            payer = Payer.objects.filter(pk=int(details.partition("~63")[2][16:25])).first()
        if payer is not None:
            due = Instalment.objects.for_payer(payer.pk).open().order_by("payable_by").first()
        if payer is not None and due is not None:
            post_payment(
                payer_id=payer.pk,
                parts=[PaymentPart(due.pk, amount)],
                value_on=one.data["date"],
                reference=f"peer:{place}",
                by=world.BY,
                at=timezone.now(),
            )


def memory_of(count: int) -> int:
    """The most memory that `manage.py import_statement` held over this many credits, in megabytes."""
    prepare()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "b.sta"
        with path.open("wb") as file:
            write_statement(file, count)
        return peak_memory("import_statement", path)


def main() -> None:
    """Measure and print."""
    prepare()
    with tempfile.TemporaryFile() as file:
        write_statement(file, CREDITS)
        text = io.BytesIO()
        write_statement(text, PEER_CREDITS)

        def ours(stream: BinaryIO = file) -> None:
            stream.seek(0)
            report = import_statement(stream, name="b.sta", by=world.BY, at=timezone.now())
            assert not report.errors, report.errors
            assert report.statements[0].posted > 0.94 * report.statements[0].entries

        def peer() -> None:
            by_peer(text.getvalue().decode())

        measured = rate_of("import_statement, credits", CREDITS, ours, prepare=prepare)
        rows = _ledger_rows()
        logging.disable(logging.CRITICAL)
        others = rate_of("mt-940 and one saved payment at a time", PEER_CREDITS, peer, prepare=prepare)
        limit = rate_of("bare COPY of the same ledger rows", len(rows), lambda: bare_copy(rows), prepare=prepare)
    show("Credits of an MT940 statement", measured, others, limit, aims="≥ 8,000 a second, ≥ 0.2 × COPY")
    memory = {count: memory_of(count) for count in (CREDITS // 10, CREDITS)}
    told = ", ".join(f"{megabytes} MB for {count:,} credits" for count, megabytes in memory.items())
    print(f"  peak memory of a process that imports: {told}")


def _ledger_rows() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(LEDGER)} FROM liabilities_ledgerentry WHERE reference LIKE 'bank:%' ORDER BY id"
        )
        return [tuple(row) for row in cursor.fetchall()]
