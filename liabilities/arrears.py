"""Interest of arrears in the database: an expression by which lists of many dues are shown, summed and sorted.

It is the sum of liabilities/accrual.py row by row (a test holds them equal), without the steps that led to it. The
surcharge of an alcohol licence is no interest and counts nothing here.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Func, Sum

from liabilities.figures import Figures
from liabilities.interest import Rate
from liabilities.interest_sums import DIVISOR, RateSums, half_yearly
from liabilities.models import DecisionPart, DueSource, InterestBy
from liabilities.models.liability import InstalmentQuerySet
from liabilities.regimes import Regime

EPOCH = date(1970, 1, 1).toordinal()
COLUMNS = (
    *("pk", "outstanding", "payable_by", "accrues_after", "booked_interest", "liability__kind__regime"),
    *("source", "source_interest", "as_of"),
)
NAMES = ("key", "left", "last", "first", "booked", "regime", "source", "told", "as_of")
# Of sources that count interest themselves: what they told, less what was paid of it here since.
TOLD = """
GREATEST(0, COALESCE({told}, 0) + COALESCE((SELECT sum(e.amount) FROM liabilities_ledgerentry AS e
    LEFT JOIN liabilities_ledgerentry AS r ON r.id = e.reverses_id
    WHERE e.instalment_id = {key} AND e.account = 'interest' AND COALESCE(r.booked_at, e.booked_at) > {as_of}
        AND COALESCE(r.amount, e.amount) < 0), 0))
"""
# A decision's term that was missed counts for nothing: the first one is back (OP art. 49 § 2).
TERM = "(CASE WHEN {first} IS NOT NULL AND {on} > {last} THEN {first} ELSE {last} END)"
# The rate-days of a table from a term on: its place in the table is found by halving, no join with the rates.
RATE_DAYS = """({until} - COALESCE((ARRAY[{offsets}]::bigint[])[width_bucket({term}, ARRAY[{starts}]::date[])]
    + ({term} - DATE '1970-01-01') * (ARRAY[{rates}]::bigint[])[width_bucket({term}, ARRAY[{starts}]::date[])], 0))"""
COUNTED = "(CASE WHEN {left} <= 0 OR {term} >= {on} THEN 0 {regimes} ELSE 0 END)"
REMITTED = """
(SELECT LEAST({counted}, COALESCE(sum(round(p.interest * LEAST({left}, p.of_principal) / p.of_principal, 2)), 0))
FROM liabilities_decisionpart AS p JOIN liabilities_decision AS d ON d.id = p.decision_id
WHERE p.instalment_id = {key} AND p.interest > 0 AND p.of_principal > 0 AND d.kind = 'remission'
    AND d.ended_on IS NULL)
"""


class InterestOn(Func):
    """The expression *formula* over COLUMNS, in złoty: an annotation of a list of instalments."""

    def __init__(self, formula: str, told_by: tuple[str, ...]) -> None:
        """What `_formula` wrote, and which sources count interest themselves."""
        super().__init__(*COLUMNS, output_field=DecimalField(max_digits=14, decimal_places=2))
        self._formula, self._told_by = formula, told_by

    def as_sql(self, compiler: Any, connection: Any, *names_of: Any, **context: Any) -> Any:
        """The formula with the columns' names in the statement."""
        names = [compiler.compile(one)[0] for one in self.source_expressions]
        of_columns = dict(zip(NAMES, names, strict=True))
        formula = self._formula.format(**of_columns)
        if not self._told_by:
            return formula, ()
        told = TOLD.format(**of_columns)
        return f"CASE WHEN {of_columns['source']} = ANY(%s) THEN {told} ELSE {formula} END", (list(self._told_by),)


def _formula(law: Figures, on: date) -> str:
    """Interest *on* a day, by the figures in force then: whole numbers and days of our own tables, and columns."""
    day = f"DATE '{on.isoformat()}'"
    left, term = "{left}", TERM.format(first="{first}", last="{last}", on=day)
    regimes = " ".join(_regimes(law, on, left=left, term=term, regime="{regime}"))
    counted = COUNTED.format(left=left, term=term, on=day, regimes=regimes)
    if not DecisionPart.objects.filter(interest__gt=0).exists():
        return f"GREATEST({{booked}}, {counted})"
    return f"GREATEST({{booked}}, {counted} - {REMITTED.format(counted=counted, left=left, key='{key}')})"


def with_interest(dues: InstalmentQuerySet, *, law: Figures, on: date) -> InstalmentQuerySet:
    """*dues* with `interest_now`: what each bears *on* a day, in złoty."""
    told_by = tuple(DueSource.objects.filter(interest_by=InterestBy.SOURCE).values_list("pk", flat=True))
    found: InstalmentQuerySet = dues.annotate(interest_now=InterestOn(_formula(law, on), told_by))
    return found


def _regimes(law: Figures, on: date, *, left: str, term: str, regime: str) -> list[str]:
    """What interest comes to under each regime that the town has rates for."""
    tables = {
        Regime.TAX: law.rates.get(Regime.TAX, []),
        Regime.CIVIL: law.rates.get(Regime.CIVIL, []),
        Regime.COMMERCIAL: half_yearly(law.rates.get(Regime.COMMERCIAL, []), last=on),
    }
    found = []
    for name, rates in tables.items():
        if rates:
            exactly = f"({left} * 100 * {_rate_days(rates, on, term=term)})"
            # A term older than the table: nobody is charged by a guess.
            early = f"{term} + 1 < DATE '{rates[0].valid_from.isoformat()}'"
            amount = _taxed(law, on, exactly) if name is Regime.TAX else _to_the_grosz(exactly)
            found.append(f"WHEN {regime} = '{name.value}' THEN CASE WHEN {early} THEN 0 ELSE {amount} END")
    return found


def _to_the_grosz(exactly: str) -> str:
    return f"div(2 * {exactly} + {DIVISOR}, {2 * DIVISOR}) * 0.01"


def _taxed(law: Figures, on: date, exactly: str) -> str:
    """Full złoty, half up; nothing up to the limit of OP art. 54 § 1 pkt 5, exact or rounded as the town reads it."""
    amount = f"div(2 * {exactly} + {100 * DIVISOR}, {200 * DIVISOR})"
    minimum = law.minimum(on)
    if minimum is None:
        return amount
    least = int(minimum.scaleb(2))
    waived = (
        f"{exactly} <= {least * DIVISOR}"
        if law.compare_exact(on)
        else f"2 * {exactly} < {(2 * (least // 100) + 1) * 100 * DIVISOR}"
    )
    return f"CASE WHEN {waived} THEN 0 ELSE {amount} END"


def _rate_days(rates: Sequence[Rate], on: date, *, term: str) -> str:
    sums = RateSums(rates)
    offsets = [
        before - (start - EPOCH - 1) * rate
        for before, start, rate in zip(sums.before, sums.starts, sums.rates, strict=True)
    ]
    return RATE_DAYS.format(
        until=sums.up_to(on),
        offsets=", ".join(map(str, offsets)),
        starts=", ".join(f"'{rate.valid_from.isoformat()}'" for rate in rates),
        rates=", ".join(map(str, sums.rates)),
        term=term,
    )


def interest_together(dues: InstalmentQuerySet, *, law: Figures, on: date) -> Decimal:
    """What *dues* bear together *on* a day, in złoty, added up by the database."""
    total: Decimal | None = with_interest(dues, law=law, on=on).aggregate(total=Sum("interest_now"))["total"]
    return total or Decimal("0.00")
