"""When a term that falls on a day off ends."""

from dataclasses import dataclass
from datetime import date

from core.dates import day_off_name, format_date_short, next_working_day
from liabilities.regimes import Regime

BASES = {
    Regime.CIVIL: "Kodeks cywilny art. 115",
    Regime.COMMERCIAL: "Kodeks cywilny art. 115",
}
TAX_BASIS = "Ordynacja podatkowa art. 12 § 5"


@dataclass(frozen=True)
class MovedTerm:
    """A term as it stands in the decision, the last day on which paying is in time, and why they differ ('' if not)."""

    due_on: date
    payable_by: date
    reason: str


def moved_term(due_on: date, *, regime: Regime) -> MovedTerm:
    """Move a term on a Saturday or a statutory day off to the next day that is neither.

    OP art. 12 § 5 for public dues, art. 115 k.c. for civil ones. Only the term moves, never the day of a payment.
    """
    payable_by = next_working_day(due_on)
    if payable_by == due_on:
        return MovedTerm(due_on, due_on, "")
    basis = BASES.get(regime, TAX_BASIS)
    reason = (
        f"{format_date_short(due_on)} to dzień wolny ({day_off_name(due_on)}): termin mija w następnym dniu roboczym"
    )
    return MovedTerm(due_on, payable_by, f"{reason} ({basis})")
