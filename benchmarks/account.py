"""An account with 1,000,000 entries opens beside one with 10; the peer adds up its entries, as django-hordak does.

`BENCH_ROWS` takes another number of entries.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from benchmarks import world
from benchmarks.table import rate_of, show
from core.bulk import copy_rows
from liabilities.account_card import CardChoice, account_card, years_of
from liabilities.importing import import_dues
from liabilities.models import Instalment, LedgerEntry
from residents.models import Payer

ENTRIES = int(os.environ.get("BENCH_ROWS", "1000000"))
FEW, TIMES, DUES = 10, 20, 8
COLUMNS = ("payer_id", "instalment_id", "kind", "account", "amount", "value_on", "booked_at", "reference")


def prepare() -> tuple[int, int]:
    """Two payers with eight dues each; one has ten entries, the other a million. Their ids."""
    world.empty()
    now, on = timezone.now(), timezone.localdate()
    made = world.dues_rows(DUES * 4)
    numbers = world.numbers(2)
    rows = [
        (f"{who}-{place}", number.value, f"Płatnik {who}", *row[3:5], row[5], place + 1, row[7], 9_000_000, 0, row[10])
        for who, number in enumerate(numbers)
        for place, row in enumerate(made[:DUES])
    ]
    import_dues(world.dues_file(rows), file_name="b", source="bench", as_of=now, on=on, at=now, by=world.BY)
    small, large = Payer.objects.order_by("pk").values_list("pk", flat=True)
    for payer_id, count in ((small, FEW - DUES), (large, ENTRIES - DUES)):
        dues = list(Instalment.objects.filter(liability__payer_id=payer_id).values_list("pk", flat=True))
        copy_rows("liabilities_ledgerentry", COLUMNS, _payments(payer_id, dues, count))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return small, large


def _payments(payer_id: int, dues: list[int], count: int) -> Iterator[tuple[object, ...]]:
    now, on = timezone.now(), timezone.localdate()
    for place in range(count):
        at = now - timedelta(minutes=count - place)
        amount = -Decimal(1 + place % 400).scaleb(-2)
        yield payer_id, dues[place % len(dues)], "payment", "principal", amount, on, at, f"payment:{payer_id}:{place}"


def main() -> None:
    """Measure and print."""
    small, large = prepare()
    now = timezone.now()

    def opened(payer_id: int) -> None:
        for _ in range(TIMES):
            card = account_card(CardChoice(payer_id), page=1, at=now)
            assert card.lines
            years_of(payer_id)

    def added_up() -> None:
        LedgerEntry.objects.filter(payer_id=large).aggregate(total=Sum("amount"))

    measured = rate_of(f"account card, {ENTRIES:,} entries", TIMES, lambda: opened(large))
    few = rate_of(f"account card, {FEW} entries", TIMES, lambda: opened(small))
    peer = rate_of("balance as the sum of its entries", 1, added_up)
    deep = rate_of("account card, its hundredth page", 1, lambda: _page(large, 100))
    show("Account cards", measured, few, peer, deep, aims="≥ 0.5 × the card of ten entries")


def _page(payer_id: int, page: int) -> None:
    account_card(CardChoice(payer_id), page=page, at=timezone.now())
