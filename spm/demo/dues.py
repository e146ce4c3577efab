"""Three years of dues of the demo town, as the dues files of a finance system: they go in by the front door."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.nrb import make_nrb
from spm.demo.people import Inhabitant

HEADER = "id;identyfikator;nazwa;rodzaj;tytul;rok;rata;termin;kwota;zaplacono;konto"
BANK = "10201026"


@dataclass(frozen=True)
class Plan:
    """A kind of due that some inhabitants have: who (share of people, of companies), how much a year, which terms."""

    kind: str
    title: str
    people: float
    companies: float
    yearly: tuple[int, int]  # złoty, from and to
    terms: tuple[tuple[int, int], ...]  # month, day


QUARTERS = ((3, 15), (5, 15), (9, 15), (11, 15))
# The tax of companies: by the 15th of each month, for January by its end (u.p.o.l., art. 6(9)(3)).
MONTHS = ((1, 31), *((month, 15) for month in range(2, 13)))
# What the two who sign in certainly have, so that there is something to see and to pay on any day of the year.
ANNAS = frozenset({"PODATEK_NIERUCHOMOSCI_OF", "ODPADY"})
FIRMS = frozenset({"PODATEK_NIERUCHOMOSCI_OP", "PODATEK_TRANSPORTOWY", "ODPADY"})
LATE = 12  # days after the term
PLANS = (
    Plan("PODATEK_NIERUCHOMOSCI_OF", "Podatek od nieruchomości", 0.62, 0, (180, 1900), QUARTERS),
    Plan("PODATEK_NIERUCHOMOSCI_OP", "Podatek od nieruchomości", 0, 0.7, (3600, 64000), MONTHS),
    Plan("PODATEK_ROLNY", "Podatek rolny", 0.08, 0.03, (120, 900), QUARTERS),
    Plan("PODATEK_LESNY", "Podatek leśny", 0.03, 0.02, (104, 400), QUARTERS),
    Plan("LACZNE_ZOBOWIAZANIE", "Łączne zobowiązanie pieniężne", 0.09, 0, (200, 1500), QUARTERS),
    Plan("PODATEK_TRANSPORTOWY", "Podatek od środków transportowych", 0.01, 0.2, (900, 9000), ((2, 15), (9, 15))),
    Plan("ODPADY", "Opłata za gospodarowanie odpadami", 0.55, 0.5, (400, 1700), ((3, 31), (6, 30), (9, 30), (12, 31))),
    Plan("KONCESJA_ALKOHOLOWA", "Opłata za zezwolenie na alkohol", 0, 0.12, (525, 5250), ((1, 31), (5, 31), (9, 30))),
    Plan("UZYTKOWANIE_WIECZYSTE", "Użytkowanie wieczyste gruntu", 0.03, 0.15, (150, 6000), ((3, 31),)),
    Plan("PRZEKSZTALCENIE", "Opłata przekształceniowa", 0.06, 0.02, (120, 700), ((3, 31),)),
    Plan("DZIERZAWA", "Czynsz dzierżawny", 0.04, 0.1, (240, 4800), ((1, 20), (4, 20), (7, 20), (10, 20))),
    Plan("WODA_SCIEKI", "Woda i ścieki", 0.12, 0.1, (300, 2400), tuple((month, 25) for month in range(1, 13, 2))),
    Plan("INNE_PUBLICZNE", "Opłata adiacencka", 0.006, 0.01, (400, 5000), ((6, 30),)),
    Plan("INNE_CYWILNE", "Najem świetlicy", 0.01, 0.02, (100, 600), ((5, 10),)),
)


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _account(place: int) -> str:
    return make_nrb(BANK, f"0000{place:012d}")


@dataclass(frozen=True)
class Instalment:
    """One line of the finance system's book."""

    key: str
    who: Inhabitant
    plan: Plan
    year: int
    number: int
    due_on: date
    amount: Decimal
    account: str
    paid_on: date | None  # when the finance system got it whole; None: not yet


def _habit(chance: random.Random) -> int:
    """How many days after the term somebody pays; mostly before it, a few very late."""
    return chance.choices((-9, -2, 0, 12, 75, 4000), weights=(30, 34, 18, 9, 5, 4))[0]


def book(people: Sequence[Inhabitant], companies: Sequence[Inhabitant], *, today: date) -> Iterator[Instalment]:
    """Every instalment of three years up to this one, in the order of inhabitants."""
    chance = random.Random(f"dues {today.year}")
    key = 0
    for place, who in enumerate([*people, *companies]):
        habit = _habit(chance)
        certain = ANNAS if place == 0 else frozenset()
        if place == len(people):
            habit, certain = LATE, FIRMS
        for plan in PLANS:
            share = plan.companies if who.is_company else plan.people
            if chance.random() >= share and plan.kind not in certain:
                continue
            yearly = Decimal(chance.randrange(*plan.yearly))
            for year in range(today.year - 2, today.year + 1):
                amount = (yearly / len(plan.terms)).quantize(Decimal("0.01"))
                for number, (month, day) in enumerate(plan.terms, start=1):
                    key += 1
                    due_on = date(year, month, day)
                    delay = habit + chance.randrange(-3, 4)
                    paid_on = due_on + timedelta(days=delay)
                    yield Instalment(
                        f"FK-{key:06d}", who, plan, year, number, due_on, amount, _account(place),
                        paid_on if paid_on < today else None,
                    )  # fmt: skip


def reminders_tomorrow(people: Sequence[Inhabitant], *, today: date) -> Iterator[Instalment]:
    """Dues whose terms hang on today, so that each rule has something to remind of tomorrow and today."""
    plan = Plan("ODPADY", "Opłata za odpady – deklaracja dodatkowa", 0, 0, (0, 0), ())
    for place, who in enumerate(people[:270]):
        days = place % 27 - 15
        amount = Decimal(32 + place % 5 * 32)
        due_on = today + timedelta(days=days)
        yield Instalment(
            f"DD-{place:04d}-{due_on:%Y%m%d}", who, plan, due_on.year, 1, due_on, amount, _account(place), None
        )


def dues_file(instalments: Sequence[Instalment], *, known_on: date) -> bytes:
    """The file that the finance system would hand over on *known_on*: what it assessed and what it had got by then."""
    lines = [HEADER]
    for row in instalments:
        paid = row.amount if row.paid_on and row.paid_on <= known_on else Decimal(0)
        lines.append(
            ";".join(
                [
                    *(row.key, row.who.number.value, row.who.name, row.plan.kind, row.plan.title, str(row.year)),
                    *(str(row.number), row.due_on.isoformat(), _money(row.amount), _money(paid), row.account),
                ]
            )
        )
    return "\n".join(lines).encode()
