"""Import of 100,000 rows: ours against django-import-export (the peer), a bare COPY of the file's rows into a table of
texts, and a bare COPY of what they become into the ledger's own tables (the limits).
"""

import math
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

import tablib
from django.db import connection, transaction
from django.utils import timezone
from import_export import resources

from benchmarks import bare_copy, world
from benchmarks.table import RUNS, rate_of, show
from core.bulk import copy_rows
from core.dates import next_working_day, parse_date
from liabilities.importing import import_dues
from liabilities.models import EntryKind, Instalment, LedgerAccount, LedgerEntry, Liability
from residents import many_payers
from residents.actions import register_payer
from residents.identity import read_identity

ROWS = 100_000
PEER_ROWS = 1_000


class InstalmentResource(resources.ModelResource):
    """What a Django user would write: instalments by their key, payers and liabilities found or made on the way."""

    class Meta:
        model = Instalment
        import_id_fields = ("external_id",)
        fields = ("external_id", "source", "number", "due_on", "payable_by", "account", "liability", "as_of")

    def before_import_row(self, row: dict[str, object], **options: object) -> None:
        """Payer, liability, checks."""
        today = timezone.localdate()
        number = read_identity(str(row["identyfikator"]), on=today)
        payer = register_payer(kind="person", name=str(row["nazwa"]), number=number, by=world.BY)
        liability, _ = Liability.objects.get_or_create(
            payer=payer, kind_id=row["rodzaj"], year=row["rok"], title=row["tytul"], source="bench"
        )
        due_on = parse_date(str(row["termin"]))
        row.update(
            external_id=row["id"],
            source="bench",
            number=row["rata"],
            due_on=due_on,
            payable_by=next_working_day(due_on),
            account=row["konto"],
            liability=liability.pk,
            as_of=timezone.now(),
        )

    def after_save_instance(self, instance: Instalment, row: Mapping[str, object], **options: object) -> None:
        """Its ledger entries."""
        common = {
            "payer_id": instance.liability.payer_id,
            "instalment": instance,
            "account": LedgerAccount.PRINCIPAL,
            "value_on": timezone.localdate(),
            "reference": "import:bench",
        }
        LedgerEntry.objects.create(kind=EntryKind.ASSESSMENT, amount=row["kwota"], **common)
        if str(row["zaplacono"]) != "0":
            LedgerEntry.objects.create(kind=EntryKind.PAYMENT, amount=f"-{row['zaplacono']}", **common)


@contextmanager
def unsealed() -> Iterator[None]:
    """Payers registered with their PESELs as they are: what an import would cost without sealing and indexing."""
    kept = {name: getattr(many_payers, name) for name in ("seal", "fingerprints")}
    in_clear = {"seal": str, "fingerprints": lambda plain: [plain]}
    try:
        for name, function in in_clear.items():
            setattr(many_payers, name, function)
        yield
    finally:
        for name, function in kept.items():
            setattr(many_payers, name, function)


def added_by_sealing(run: Callable[[], None]) -> float:
    """What sealing and indexing adds to *run*: the best of its runs against the best of those without, taken in turns.

    The best, not the median: the difference is small, and whatever else the machine does would drown it.
    """
    best = dict.fromkeys((True, False), math.inf)
    for _ in range(RUNS):
        for is_sealed in best:
            world.empty()
            began = time.perf_counter()
            with nullcontext() if is_sealed else unsealed():
                run()
            best[is_sealed] = min(best[is_sealed], time.perf_counter() - began)
    return best[True] / best[False] - 1


def main() -> None:
    """Measure and print."""
    rows = world.dues_rows(ROWS)
    content = world.dues_file(rows)
    columns = world.HEADER.split(";")

    def bare() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_copy")
            cursor.execute(f"CREATE TABLE bench_copy ({', '.join(f'{name} text' for name in columns)})")
            copy_rows("bench_copy", columns, rows)

    def ours() -> None:
        now: datetime = timezone.now()
        report = import_dues(
            content, file_name="b.csv", source="bench", as_of=now, on=timezone.localdate(), at=now, by=world.BY
        )
        assert report.created == ROWS

    def again() -> None:
        now: datetime = timezone.now()
        report = import_dues(
            content, file_name="b.csv", source="bench", as_of=now, on=timezone.localdate(), at=now, by=world.BY
        )
        assert report.unchanged == ROWS

    def peer() -> None:
        made = [(*row, row[0], *[""] * 7) for row in rows[:PEER_ROWS]]
        data = tablib.Dataset(*made, headers=[*columns, *InstalmentResource.Meta.fields])
        result = InstalmentResource().import_data(data, raise_errors=True, use_transactions=True)
        assert result.totals["new"] == PEER_ROWS

    limit = rate_of("bare COPY of the file's rows, texts, no index", ROWS, bare)
    others = rate_of("django-import-export, with payers and ledger", PEER_ROWS, peer, prepare=world.empty)
    first = rate_of("import_dues", ROWS, ours, prepare=world.empty)
    second = rate_of("import_dues, the same file again", ROWS, again)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare_copy.keep(folder)
        ledger = rate_of(
            "bare COPY of what they become, same tables",
            ROWS,
            lambda: bare_copy.with_foreign_keys(folder),
            prepare=world.empty,
        )
    show(
        "Import of dues, rows",
        first,
        others,
        ledger,
        limit,
        second,
        aims="≥ 20 × the peer, ≥ 0.4 × COPY into the tables",
    )
    print(f"  sealing and indexing each PESEL adds {added_by_sealing(ours):.1%} to a row; aim: at most 30 %")
