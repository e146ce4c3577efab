"""A payer by PESEL among 500,000: by the keyed index, by a plain indexed column, and the bare statement (the limit)."""

import random
from collections.abc import Callable

from django.db import connection, models

from benchmarks import world
from benchmarks.table import rate_of, show
from core.bulk import copy_rows
from residents.actions import register_payers
from residents.identity import IdentityNumber
from residents.queries import find_payer

PAYERS = 500_000
AT_ONCE = 100_000
LOOKS = 3_000
PLAIN = """
DROP TABLE IF EXISTS bench_plain_payer;
CREATE TABLE bench_plain_payer AS
    SELECT id, kind, name, pesel_fingerprint AS pesel, nip, regon, krs, town_number, birth_date, deceased_on, street,
        postal_code, city, registered_at, merged_into_id
    FROM residents_payer;
CREATE TEMPORARY TABLE bench_number (id bigint, pesel text);
"""
INDEX = """
UPDATE bench_plain_payer AS p SET pesel = n.pesel FROM bench_number AS n WHERE n.id = p.id;
ALTER TABLE bench_plain_payer ALTER COLUMN pesel TYPE varchar(11);
ALTER TABLE bench_plain_payer ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON bench_plain_payer (pesel);
DROP TABLE bench_number;
"""


class PlainPayer(models.Model):
    """The same row with its PESEL in the clear, for comparison."""

    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    pesel = models.CharField(max_length=11)
    nip = models.CharField(max_length=10)
    regon = models.CharField(max_length=14)
    krs = models.CharField(max_length=10)
    town_number = models.CharField(max_length=20)
    birth_date = models.DateField(null=True)
    deceased_on = models.DateField(null=True)
    street = models.CharField(max_length=200)
    postal_code = models.CharField(max_length=6)
    city = models.CharField(max_length=100)
    registered_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        managed = False
        app_label = "residents"
        db_table = "bench_plain_payer"

    def __str__(self) -> str:
        return self.name


def _fill() -> list[IdentityNumber]:
    world.empty()
    people = world.numbers(PAYERS)
    ids: dict[IdentityNumber, int] = {}
    for start in range(0, PAYERS, AT_ONCE):
        ids |= register_payers(dict.fromkeys(people[start : start + AT_ONCE], "Płatnik"), by=world.BY)
    with connection.cursor() as cursor:
        cursor.execute(PLAIN)
        copy_rows("bench_number", ("id", "pesel"), ((ids[number], number.value) for number in people))
        cursor.execute(INDEX)
        cursor.execute("VACUUM ANALYZE residents_payer")
        cursor.execute("VACUUM ANALYZE bench_plain_payer")
    return people


def main() -> None:
    """Measure and print."""
    wanted = random.Random(1).sample(_fill(), LOOKS)

    def looking(one: Callable[[str], object]) -> Callable[[], None]:
        def run() -> None:
            assert all(one(number.value) is not None for number in wanted)

        return run

    numbers = {number.value: number for number in wanted}

    def bare(pesel: str) -> object:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM bench_plain_payer WHERE pesel = %s", [pesel])
            return cursor.fetchone()

    def plain(pesel: str) -> object:
        return PlainPayer.objects.filter(pesel=pesel).select_related("merged_into").first()

    keyed = rate_of("find_payer by the keyed index", LOOKS, looking(lambda pesel: find_payer(numbers[pesel])))
    column = rate_of("the same by a plain indexed column", LOOKS, looking(plain))
    limit = rate_of("the bare statement on that column", LOOKS, looking(bare))
    show(f"A payer by PESEL among {PAYERS:,}", keyed, column, limit, aims="≥ 0.5 × the plain column")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_plain_payer")
    world.empty()
