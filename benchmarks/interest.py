"""Interest of 200,000 arrears as of a day: ours, a join with the table of rates, and the exact fractions of each row.

`BENCH_ROWS` takes another number of arrears.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from benchmarks import world
from benchmarks.table import rate_of, show
from liabilities.arrears import with_interest
from liabilities.figures import figures
from liabilities.importing import import_dues
from liabilities.interest import interest_due
from liabilities.models import Instalment
from liabilities.regimes import Regime

ARREARS = int(os.environ.get("BENCH_ROWS", "200000"))
OLDEST = 5 * 365  # days
# What one would write: each period of the table that a due was late in, rounded by the database as it goes.
JOIN = """
SELECT i.id, round(sum(round(i.outstanding * r.percent / 100
    * (LEAST(r.until, %(on)s) - GREATEST(r.valid_from, i.payable_by + 1) + 1) / 365, 2)), 0) AS interest
FROM liabilities_instalment AS i JOIN (
    SELECT valid_from, percent, COALESCE(lead(valid_from) OVER (ORDER BY valid_from) - 1, DATE '9999-12-31') AS until
    FROM liabilities_interestrate WHERE regime = 'tax'
) AS r ON r.valid_from <= %(on)s AND r.until > i.payable_by
WHERE i.payable_by < %(on)s AND i.outstanding > 0 GROUP BY i.id
"""


def prepare() -> None:
    """Arrears of five years, of every amount."""
    world.empty()
    now, on = timezone.now(), timezone.localdate()
    rows = [
        (*row[:5], (on - timedelta(days=1 + place % OLDEST)).year, row[6], on - timedelta(days=1 + place % OLDEST))
        + (Decimal(5_000 + place * 37 % 900_000).scaleb(-2), 0, row[10])
        for place, row in enumerate(world.dues_rows(ARREARS))
    ]
    import_dues(world.dues_file(rows), file_name="b", source="bench", as_of=now, on=on, at=now, by=world.BY)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def main() -> None:
    """Measure, compare row by row, print."""
    prepare()
    law, on = figures(), timezone.localdate()
    told: dict[str, dict[int, Decimal]] = {}

    def kept(name: str, run: Callable[[], dict[int, Decimal]]) -> Callable[[], None]:
        def keep() -> None:
            told[name] = run()

        return keep

    def ours() -> dict[int, Decimal]:
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")  # one core
        arrears = Instalment.objects.overdue(on)
        return dict(with_interest(arrears, law=law, on=on).values_list("pk", "interest_now"))

    def joined() -> dict[int, Decimal]:
        with connection.cursor() as cursor:
            cursor.execute(JOIN, {"on": on})
            return dict(cursor.fetchall())

    def exact() -> dict[int, Decimal]:
        rates, minimum, compare = law.rates[Regime.TAX], law.minimum(on), law.compare_exact(on)
        rows = Instalment.objects.overdue(on).values_list("pk", "outstanding", "payable_by")
        return {
            key: interest_due(
                left, due_on=term, on=on, regime=Regime.TAX, rates=rates, minimum=minimum, compare_exact=compare
            ).amount
            for key, left, term in rows
        }

    measured = rate_of("interest of all arrears, one statement", ARREARS, kept("ours", ours))
    join = rate_of("join with the table of rates", ARREARS, kept("join", joined))
    oracle = rate_of("exact fractions, row by row", ARREARS, kept("exact", exact))
    show(f"Interest of {ARREARS:,} arrears", measured, join, oracle, aims="under 1 s, equal to the exact fractions")
    print(f"  ours takes {ARREARS / measured.rate:.2f} s")
    for name in ("ours", "join"):
        wrong = [key for key, amount in told["exact"].items() if amount != told[name].get(key)]
        total = sum(told[name].values(), Decimal(0)) - sum(told["exact"].values(), Decimal(0))
        print(f"  {name}: {len(wrong):,} of {len(told['exact']):,} rows differ from exact, {total} zł together")
