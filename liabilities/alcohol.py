"""The alcohol licence fee paid late: no interest, but 30% of the yearly fee within 30 days, and expiry after them.

Ustawa o wychowaniu w trzeźwości i przeciwdziałaniu alkoholizmowi art. 11¹ ust. 7 (terms), art. 18 ust. 12b.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.dates import STATUTORY, Calendar
from core.money import grosz
from liabilities.due_dates import moved_term
from liabilities.regimes import Regime

SHARE = Decimal("0.30")
GRACE = timedelta(days=30)
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class LateLicence:
    """What being late does: `surcharge` złoty still to pay with the instalment, or a licence that has expired."""

    surcharge: Decimal
    whole_surcharge: Decimal
    yearly_fee: Decimal
    grace_until: date
    is_expired: bool


def late_licence(
    *,
    yearly_fee: Decimal,
    surcharge_paid: Decimal,
    payable_by: date,
    on: date,
    calendar: Calendar = STATUTORY,
    terms_move: bool = True,
) -> LateLicence | None:
    """What an instalment not paid by *payable_by* (as moved) entails *on* a day; None when it is not late.

    *yearly_fee* is the year's whole fee in złoty, *surcharge_paid* what of the surcharge was paid already. The 30 days
    run from the day after the term; their end moves as terms do. After them nothing more can be paid to keep the
    licence, so there is no surcharge.
    """
    if on <= payable_by:
        return None
    end = moved_term(payable_by + GRACE, regime=Regime.ALCOHOL, calendar=calendar, alcohol_moves=terms_move).payable_by
    whole = grosz(yearly_fee * SHARE)
    if on > end:
        return LateLicence(NOTHING, whole, yearly_fee, end, is_expired=True)
    return LateLicence(max(NOTHING, whole - surcharge_paid), whole, yearly_fee, end, is_expired=False)
