"""When a term that falls on a day off ends."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.dates import SATURDAY, STATUTORY, Calendar, format_date_short
from liabilities.regimes import Regime

CIVIL = frozenset({Regime.CIVIL, Regime.COMMERCIAL})
CIVIL_BASIS = "Kodeks cywilny art. 115"
TAX_BASIS = "Ordynacja podatkowa art. 12 § 5"
# Art. 115 k.c. counts Saturdays since the act of 16 December 2016 (Dz.U. 2016 poz. 2255).
CIVIL_SATURDAYS_SINCE = date(2017, 1, 1)


@dataclass(frozen=True)
class MovedTerm:
    """A term as it stands in the decision, the last day on which paying is in time, and why they differ ('' if not)."""

    due_on: date
    payable_by: date
    reason: str


def _free_because(day: date, regime: Regime, calendar: Calendar) -> str:
    name = calendar.day_off_name(day)
    return "" if name == SATURDAY and regime in CIVIL and day < CIVIL_SATURDAYS_SINCE else name


def moved_term(
    due_on: date, *, regime: Regime, calendar: Calendar = STATUTORY, alcohol_moves: bool = True
) -> MovedTerm:
    """Move a term on a Saturday or a statutory day off of *calendar* to the next day that is neither.

    OP art. 12 § 5 for public dues; art. 115 k.c. for civil ones, whose Saturdays count since 2017. Terms of the alcohol
    licence fee stay unless *alcohol_moves*: practice differs. Only the term moves, never the day of a payment.
    """
    why = _free_because(due_on, regime, calendar)
    if not why or (regime is Regime.ALCOHOL and not alcohol_moves):
        return MovedTerm(due_on, due_on, "")
    payable_by = due_on
    while _free_because(payable_by, regime, calendar):
        payable_by += timedelta(days=1)
    basis = CIVIL_BASIS if regime in CIVIL else TAX_BASIS
    reason = f"{format_date_short(due_on)} to dzień wolny ({why}): termin mija w następnym dniu roboczym"
    return MovedTerm(due_on, payable_by, f"{reason} ({basis})")
