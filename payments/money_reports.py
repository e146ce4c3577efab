"""Two reports beside the daily one: open items of the clearing account with their age, and what providers kept."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import ExtractMonth

from liabilities.posting import NOTHING
from payments.bank_entries import read_details
from payments.clearing_queries import clearing_account, on_clearing
from payments.models import Payment, Payout
from payments.providers import label_of
from payments.report_tables import Column, Report, Table
from payments.states import State

MONTHS = (
    *("styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec", "lipiec"),
    *("sierpień", "wrzesień", "październik", "listopad", "grudzień"),
)
SUMS = (
    *("Wypłat", "Płatności", "Zwroty i cofnięcia", "Prowizja", "% płatności"),
    *("Różnica", "Wpłynęło", "Opłaty od płatników"),
)


def open_items(on: date) -> Report:
    """What is on nobody's account *on* a day, each entry with its age, the oldest first. It bears senders' names."""
    items, count, total = [], 0, NOTHING
    for entry in on_clearing().filter(statement__currency="PLN").iterator(chunk_size=1_000):
        title, name, _ = read_details(entry.details)
        days = (on - entry.booked_on).days
        items.append((entry.booked_on, days, entry.amount, title, name, entry.get_state_display()))
        count, total = count + 1, total + entry.amount
    ages = [
        (age.label, age.count, age.amount)
        for account in clearing_account(on=on)
        if account.currency == "PLN"
        for age in account.ages
    ]
    return Report(
        title=f"Konto rozliczeniowe, {on:%d.%m.%Y}",
        code=f"konto-rozliczeniowe-{on.isoformat()}",
        facts=[("Stan na dzień", on), ("Pozycji", count), ("Razem", total)],
        tables=[
            Table(
                "Pozycje",
                [
                    *(Column("Wpłynęło"), Column("Dni", is_number=True), Column("Kwota", is_number=True)),
                    *(Column("Tytuł"), Column("Od kogo"), Column("Stan")),
                ],
                items,
                ("Razem", "", total, "", "", ""),
                "Na koncie rozliczeniowym nie ma nic.",
            ),
            Table(
                "Jak długo czekają",
                [Column("Od wpływu"), Column("Pozycji", is_number=True), Column("Kwota", is_number=True)],
                ages,
                ("Razem", count, total),
            ),
        ],
        notes=["Pozycje w złotych. Wpłaty w innych walutach pokazuje strona „Konto rozliczeniowe”."],
    )


@dataclass(frozen=True)
class Fees:
    """What one provider paid out in a month, in złoty, and what of it it kept. `charged` is what payers paid on top."""

    month: int
    provider: str
    payouts: int
    gross: Decimal
    given_back: Decimal
    fee: Decimal
    difference: Decimal
    came: Decimal
    charged: Decimal = NOTHING


def fees_of(year: int) -> list[Fees]:
    """Providers' fees of a year by the month in which each payout was on the statement, and by provider."""
    charged = {
        (month, provider): amount
        for month, provider, amount in Payment.objects.filter(state=State.PAID, paid_on__year=year, fee__gt=0)
        .annotate(month=ExtractMonth("paid_on"))
        .values_list("month", "provider")
        .annotate(amount=Sum("fee"))
        .order_by()
    }
    rows = (
        Payout.objects.filter(entry__booked_on__year=year)
        .annotate(month=ExtractMonth("entry__booked_on"))
        .values_list("month", "provider")
        .annotate(
            *(Count("pk"), Sum("gross"), Sum("given_back"), Sum("fee"), Sum("difference"), Sum("amount")),
        )
        .order_by("month", "provider")
    )
    found = {(row[0], row[1]): Fees(*row) for row in rows}
    for key, amount in charged.items():
        known = found.get(key) or Fees(*key, 0, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)
        found[key] = replace(known, charged=amount)
    return [found[key] for key in sorted(found)]


def years_of_fees(on: date) -> list[int]:
    """The years that have payouts, and this one, the newest first."""
    span = Payout.objects.aggregate(first=Min("entry__booked_on"), last=Max("entry__booked_on"))
    first = min(span["first"].year, on.year) if span["first"] else on.year
    last = max(span["last"].year, on.year) if span["last"] else on.year
    return list(range(last, first - 1, -1))


def fee_report(year: int) -> Report:
    """«Prowizje operatorów» of a year: each month and provider, then each provider's year."""
    rows = fees_of(year)
    sums = [Column(label, is_number=True) for label in SUMS]
    by_month = [(f"{MONTHS[row.month - 1]} {year}", label_of(row.provider), *_sums([row])) for row in rows]
    names = sorted({row.provider for row in rows})
    by_provider = [(label_of(name), *_sums([row for row in rows if row.provider == name])) for name in names]
    return Report(
        title=f"Prowizje operatorów, {year}",
        code=f"prowizje-operatorow-{year}",
        facts=[("Rok", year), ("Prowizje razem", sum((row.fee for row in rows), NOTHING))],
        tables=[
            Table(
                "Według miesiąca i operatora",
                [Column("Miesiąc"), Column("Operator"), *sums],
                by_month,
                ("Razem", "", *_sums(rows)),
                "W tym roku nie rozliczono żadnej wypłaty.",
            ),
            Table("Według operatora", [Column("Operator"), *sums], by_provider, ("Razem", *_sums(rows))),
        ],
        notes=[
            "Miesiąc to miesiąc wypłaty na wyciągu. Liczą się wypłaty rozliczone.",
            "Wpłynęło = płatności − zwroty i cofnięcia − prowizja + różnica.",
            "Opłaty od płatników to dopłaty za płatność online, według miesiąca zapłaty; nie ma ich w księdze.",
        ],
    )


def _sums(rows: Collection[Fees]) -> tuple[int | str | Decimal, ...]:
    gross = sum((row.gross for row in rows), NOTHING)
    fee = sum((row.fee for row in rows), NOTHING)
    share = f"{fee * 100 / gross:.2f}".replace(".", ",") if gross else "–"
    return (
        sum(row.payouts for row in rows),
        gross,
        sum((row.given_back for row in rows), NOTHING),
        fee,
        share,
        sum((row.difference for row in rows), NOTHING),
        sum((row.came for row in rows), NOTHING),
        sum((row.charged for row in rows), NOTHING),
    )
