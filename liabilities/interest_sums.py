"""Interest of many arrears as of a day, by prefix sums of whole numbers; every row as liabilities/interest.py has it.

A rate is a whole number of hundredths of a per cent, a principal a whole number of grosze. The rate-days up to a day
are summed once a table; the interest of a row is a difference of two such sums times its principal, divided once, by
365 days times 10,000 hundredths: no fraction is cut before the law rounds.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate

from liabilities.interest import Rate

DIVISOR = 365 * 100 * 100


class RateSums:
    """The rate-days of one table of rates (in order of their days) up to any day."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        """Sum them up to the first day of each rate."""
        self.starts = [rate.valid_from.toordinal() for rate in rates]
        self.rates = [int(rate.percent.scaleb(2)) for rate in rates]
        spans = (
            (after - start) * rate for start, after, rate in zip(self.starts, self.starts[1:], self.rates, strict=False)
        )
        self.before = list(accumulate(spans, initial=0))[: len(self.starts)]

    def up_to(self, day: date) -> int:
        """The rate-days of every day up to *day*, itself counted; days before the table count nothing."""
        ordinal = day.toordinal()
        place = bisect_right(self.starts, ordinal) - 1
        if place < 0:
            return 0
        return self.before[place] + (ordinal - self.starts[place] + 1) * self.rates[place]

    def covers(self, day: date) -> bool:
        """Whether the table has a rate for *day*."""
        return bool(self.starts) and day.toordinal() >= self.starts[0]


def half_yearly(rates: Sequence[Rate], *, last: date) -> list[Rate]:
    """The commercial table: the rate of 1 January and 1 July for the half-year (act of 8 March 2013 art. 4 pkt 3)."""
    if not rates:
        return []
    years = range(rates[0].valid_from.year, last.year + 1)
    days = [day for year in years for day in (date(year, 1, 1), date(year, 7, 1)) if day >= rates[0].valid_from]
    starts = [rate.valid_from for rate in rates]
    return [Rate(day, rates[bisect_right(starts, day) - 1].percent) for day in days]


def to_the_grosz(principal_gr: int, rate_days: int) -> int:
    """Grosze of interest, half up (civil dues)."""
    return (2 * principal_gr * rate_days + DIVISOR) // (2 * DIVISOR)


def to_the_zloty(principal_gr: int, rate_days: int, *, minimum: Decimal | None, compare_exact: bool) -> int:
    """Grosze of tax interest: full złoty, half up (OP art. 63 § 1), none up to *minimum* złoty (art. 54 § 1 pkt 5)."""
    whole = principal_gr * rate_days
    amount = (2 * whole + 100 * DIVISOR) // (200 * DIVISOR) * 100
    if minimum is None:
        return amount
    least = int(minimum.scaleb(2))
    return 0 if (whole <= least * DIVISOR if compare_exact else amount <= least) else amount
