"""The prolongation fee (opłata prolongacyjna) of a term put off or an arrear spread over instalments.

Ordynacja podatkowa art. 57 § 2 and 3: the rate of the day of the decision; § 7: of a town's own taxes by a resolution
of its council only. Regulation of 22 August 2005 § 3, 11, 12 (t.j. Dz.U. 2021 poz. 703): principal × days × rate / 365.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from core.money import GROSZ

YEAR = 365


@dataclass(frozen=True)
class Stretch:
    """A principal in złoty put off from the last day before the fee counts (the term, or the application for an arrear)
    to the new term, which counts.
    """

    principal: Decimal
    after: date
    until: date


def prolongation_fee(stretches: Iterable[Stretch], *, percent: Decimal) -> Decimal:
    """The fee for one instalment (of one or more arrears), in full złoty, half up (OP art. 63 § 1).

    *percent* is the yearly rate of the fee on the day of the decision. Paying earlier does not lower it.
    """
    total = sum(
        (
            Fraction(part.principal) * max(0, (part.until - part.after).days) * Fraction(percent) / (100 * YEAR)
            for part in stretches
        ),
        Fraction(0),
    )
    return Decimal(int(total * 2 + 1) // 2).quantize(GROSZ)
