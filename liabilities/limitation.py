"""When a due becomes barred by limitation (przedawnienie): shown to staff, never acted upon by itself.

Tax and what follows the Ordynacja: five years from the end of the year in which the term fell (OP art. 70 § 1),
suspended (§ 2, 6, 7: the days do not count), interrupted (§ 3, 4: the years run anew from the next day), not at all for
what a mortgage or a treasury pledge secures (§ 8). Civil: three years for periodic and business claims, six for others,
to the end of the last calendar year (art. 118 k.c. in force since 9 July 2018; claims barred before that day stay so),
interrupted (art. 123, 124 § 1 and 2), suspended (art. 121).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from liabilities.regimes import Regime

CIVIL = frozenset({Regime.CIVIL, Regime.COMMERCIAL})
# Dz.U. 2018 poz. 1104, art. 5 ust. 1: the end of the year counts for claims not barred by that day.
CIVIL_YEAR_END_SINCE = date(2018, 7, 9)
DAY = timedelta(days=1)


class Effect(StrEnum):
    """What a fact does to the time that runs."""

    SUSPENDED = "suspended"
    INTERRUPTED = "interrupted"
    SECURED = "secured"


@dataclass(frozen=True)
class Fact:
    """One fact, from its first day to its last; None: it lasts."""

    effect: Effect
    from_on: date
    until_on: date | None
    basis: str = ""


@dataclass(frozen=True)
class Limitation:
    """`last_on` is the last day before the due is barred, None while the time stands still; `reason` says why."""

    last_on: date | None
    reason: str

    def is_barred(self, on: date) -> bool:
        """Whether the due is barred *on* a day."""
        return self.last_on is not None and self.last_on < on


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 2, 28)


def _year_end(day: date) -> date:
    return date(day.year, 12, 31)


def _first_run(term: date, regime: Regime, years: int) -> tuple[date, date, str]:
    """The first day that counts, the last one, and the words for it."""
    if regime not in CIVIL:
        reason = f"{years} lat od końca roku, w którym minął termin (Ordynacja podatkowa art. 70 § 1)"
        return date(term.year + 1, 1, 1), date(term.year + years, 12, 31), reason
    last = _later(term, years)
    if last < CIVIL_YEAR_END_SINCE:
        return term + DAY, last, f"{years} lata od terminu (art. 118 k.c. w brzmieniu do 8.07.2018)"
    return (
        term + DAY,
        _year_end(last),
        f"{years} {'lata' if years < 5 else 'lat'}, do końca roku kalendarzowego (art. 118 k.c.)",
    )


def limitation(term: date, *, regime: Regime, years: int, facts: Sequence[Fact] = ()) -> Limitation:
    """The last day before a due with that *term* (as the law moved it) is barred, with what happened in the meantime.

    *years* is the time of its kind. A fact before the time runs or after it has run out changes nothing, save that the
    suspended days of a time not begun yet count from its beginning (OP art. 70 § 2).
    """
    begins, last, reason = _first_run(term, regime, years)
    for fact in sorted(facts, key=lambda one: one.from_on):
        if fact.from_on > last:
            continue
        if fact.effect is Effect.SECURED:
            return Limitation(None, f"nie przedawnia się: {fact.basis} (Ordynacja podatkowa art. 70 § 8)")
        end = fact.until_on
        if fact.effect is Effect.INTERRUPTED:
            if fact.from_on < begins:
                continue
            if end is None and regime in CIVIL:
                return Limitation(None, f"nie biegnie, dopóki trwa: {fact.basis}")
            begins = (end or fact.from_on) + DAY
            last = _later(begins - DAY, years)
            last = _year_end(last) if regime in CIVIL else last
        elif end is None:
            return Limitation(None, f"bieg zawieszony: {fact.basis}")
        else:
            last += max(timedelta(0), end - max(fact.from_on, begins) + DAY)
        reason = f"{reason}; {fact.basis}"
    return Limitation(last, reason)
