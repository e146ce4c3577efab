"""Interest by regime, with its steps.

Tax: Ordynacja podatkowa (OP) art. 53–56, 63 and the regulation of 22 August 2005 (t.j. Dz.U. 2021 poz. 703):
principal × days × rate / 365 for each rate period, 365 in leap years too, the sum rounded once. Civil: art. 481 k.c.,
to the grosz. Commercial: the act of 8 March 2013, the rate of the first day of each half-year. The alcohol licence fee
bears none: liabilities/alcohol.py.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from core.errors import Refused
from core.money import GROSZ
from liabilities.alcohol import LateLicence
from liabilities.regimes import Regime

YEAR = 365
NOTHING = Decimal("0.00")
BASES = {
    Regime.TAX: "Ordynacja podatkowa art. 53 § 1 i 4, art. 56 § 1, art. 63 § 1",
    Regime.CIVIL: "Kodeks cywilny art. 481 § 1 i 2",
    Regime.COMMERCIAL: "ustawa z 8 marca 2013 r. o przeciwdziałaniu nadmiernym opóźnieniom art. 7",
    Regime.ALCOHOL: "ustawa o wychowaniu w trzeźwości art. 18 ust. 12b (bez odsetek; opłata dodatkowa 30%)",
    Regime.NONE: "bez odsetek",
}


REDUCED_BASIS = "art. 56a (stawka obniżona)"
WAIVED_BASIS = "art. 54 § 1 pkt 5"
# The reduced rate as a share of the full one, from a day on; before 2009 there was none.
REDUCED_SHARES = ((date(2009, 1, 1), Decimal("0.75")), (date(2016, 1, 1), Decimal("0.50")))


@dataclass(frozen=True)
class Rate:
    """A yearly rate in per cent, from a day on."""

    valid_from: date
    percent: Decimal


@dataclass(frozen=True)
class Period:
    """Days under one rate; `interest` is shown to four places, the sum is made of exact fractions."""

    first: date
    last: date
    days: int
    percent: Decimal
    interest: Decimal

    @property
    def shown(self) -> str:
        """The interest of these days as people read it, with four places: «30,4932 zł»."""
        return f"{self.interest:f}".replace(".", ",") + "\u00a0zł"


@dataclass(frozen=True)
class Interest:
    """Interest in złoty on a day, and how it came about.

    `waived_below` is the limit that the interest does not exceed, so that it is not charged. `licence` says what being
    late does to an alcohol licence; then `amount` is the surcharge, not interest. `booked` is the part of `amount` that
    a decision fixed before, `remitted` what of the interest was remitted (both in liabilities/accrual.py).
    """

    amount: Decimal
    unrounded: Decimal
    due_on: date
    on: date
    days: int
    periods: tuple[Period, ...]
    legal_basis: str
    waived_below: Decimal | None = None
    licence: LateLicence | None = None
    booked: Decimal = NOTHING
    remitted: Decimal = NOTHING


def _none(due_on: date, on: date, regime: Regime) -> Interest:
    return Interest(NOTHING, NOTHING, due_on, on, max(0, (on - due_on).days), (), BASES[regime])


def _spans(first: date, last: date, rates: Sequence[Rate]) -> list[tuple[date, date, Decimal]]:
    """The days from *first* to *last*, both counted, cut where the rate changes."""
    starts = [rate.valid_from for rate in rates]
    place = bisect_right(starts, first) - 1
    if place < 0:
        raise Refused(
            "rate_missing", f"Brakuje stopy odsetek na dzień {first:%d.%m.%Y}.", mend="Uzupełnij tabelę stóp."
        )
    spans = []
    while first <= last:
        end = min(last, starts[place + 1] - timedelta(days=1)) if place + 1 < len(starts) else last
        spans.append((first, end, rates[place].percent))
        first, place = end + timedelta(days=1), place + 1
    return spans


def _half_years(rates: Sequence[Rate], first: date, last: date) -> list[Rate]:
    """The rate in force on 1 January or 1 July holds for the whole half-year (act of 8 March 2013 art. 4 pkt 3)."""
    starts = [rate.valid_from for rate in rates]
    days = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in (1, 7)]
    return [Rate(day, rates[place].percent) for day in days if (place := bisect_right(starts, day) - 1) >= 0]


def reduced_rates(rates: Sequence[Rate]) -> list[Rate]:
    """The reduced rates of full ones: half of them since 2016 (OP art. 56a), three quarters from 2009 to 2015.

    Rounded to two places, as they were published. Before 2009 the full ones, for there was no reduced rate.
    """
    cuts = [Rate(since, in_force[-1].percent) for since, _ in REDUCED_SHARES if (in_force := _until(rates, since))]
    days = {rate.valid_from: rate for rate in [*cuts, *rates]}
    found = []
    for rate in sorted(days.values(), key=lambda one: one.valid_from):
        share = next((share for since, share in reversed(REDUCED_SHARES) if since <= rate.valid_from), Decimal(1))
        found.append(Rate(rate.valid_from, (rate.percent * share).quantize(GROSZ, ROUND_HALF_UP)))
    return found


def _until(rates: Sequence[Rate], day: date) -> list[Rate]:
    return [rate for rate in rates if rate.valid_from <= day]


def _fraction_to(amount: Fraction, places: Decimal) -> Decimal:
    scale = int(1 / places)
    return (Decimal(int(amount * scale * 2 + 1) // 2) / scale).quantize(places, ROUND_HALF_UP)


def interest_due(
    principal: Decimal,
    *,
    due_on: date,
    on: date,
    regime: Regime,
    rates: Sequence[Rate],
    minimum: Decimal | None = None,
    compare_exact: bool = False,
    reduced: bool = False,
) -> Interest:
    """Interest on *principal* (złoty) from the day after *due_on* (as the law moved it) to *on* inclusive.

    *rates* are in order of their days. Under the tax regime the sum is rounded to full złoty (OP art. 63 § 1) and is
    nothing when it does not exceed *minimum* (OP art. 54 § 1 pkt 5; the rounded sum is compared unless
    *compare_exact*); *reduced* takes the reduced rate (OP art. 56a). Civil sums are rounded to the grosz. Returns the
    steps that led to it. Raises Refused `rate_missing` when no rate covers the first day.
    """
    if regime in {Regime.ALCOHOL, Regime.NONE} or on <= due_on or principal <= 0:
        return _none(due_on, on, regime)
    first = due_on + timedelta(days=1)
    table = _half_years(rates, first, on) if regime is Regime.COMMERCIAL else rates
    total = Fraction(0)
    periods = []
    for start, end, percent in _spans(first, on, reduced_rates(table) if reduced else table):
        days = (end - start).days + 1
        part = Fraction(principal) * days * Fraction(percent) / (100 * YEAR)
        total += part
        periods.append(Period(start, end, days, percent, _fraction_to(part, Decimal("0.0001"))))
    amount, basis, waived = _fraction_to(total, GROSZ), BASES[regime], None
    if regime is Regime.TAX:
        amount = _whole(total)
        basis = f"{basis}, {REDUCED_BASIS}" if reduced else basis
        if minimum is not None and (total if compare_exact else Fraction(amount)) <= Fraction(minimum):
            amount, basis, waived = NOTHING, f"{basis}, {WAIVED_BASIS}", minimum
    unrounded = _fraction_to(total, Decimal("0.0001"))
    return Interest(amount, unrounded, due_on, on, (on - due_on).days, tuple(periods), basis, waived)


def _whole(total: Fraction) -> Decimal:
    """Full złoty, half up, from the exact fraction (no step of rounding between)."""
    return Decimal(int(total * 2 + 1) // 2).quantize(GROSZ)
