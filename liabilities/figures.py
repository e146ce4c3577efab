"""The dated figures of the law as the town's tables hold them, read once for a page or a batch."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import Q, Sum

from core.dates import STATUTORY, Calendar, DayOff
from core.errors import Refused
from core.money import from_grosze
from liabilities.alcohol import NOTHING, late_licence
from liabilities.due_dates import MovedTerm, moved_term
from liabilities.interest import BASES, Interest, Rate, interest_due
from liabilities.interest_sums import RateSums, half_yearly, to_the_grosz, to_the_zloty
from liabilities.models import (
    EntryKind,
    Fee,
    FeeKind,
    Holiday,
    Instalment,
    InterestRate,
    LedgerAccount,
    LedgerEntry,
    Question,
    Reading,
)
from liabilities.regimes import Regime

BEARING = frozenset({Regime.TAX, Regime.CIVIL, Regime.COMMERCIAL})
DAY = timedelta(days=1)


@dataclass(frozen=True)
class LicenceFee:
    """What an alcohol licence's instalment must know of its year, in złoty."""

    yearly: Decimal
    surcharge_paid: Decimal


@dataclass(frozen=True)
class Figures:
    """Rates, the limit of OP art. 54, days off, and how the town reads what the law leaves open."""

    rates: dict[str, list[Rate]]
    minimums: list[tuple[date, Decimal]]
    readings: dict[str, list[tuple[date, str]]]
    calendar: Calendar

    def minimum(self, on: date) -> Decimal | None:
        """The sum in force *on* a day up to which tax interest is not charged; None when there was none."""
        return next((amount for since, amount in reversed(self.minimums) if since <= on), None)

    def reads(self, question: Question, *, on: date) -> str:
        """How the town reads a doubtful rule *on* a day; '' when it never said."""
        return next((answer for since, answer in reversed(self.readings.get(question, [])) if since <= on), "")

    def compare_exact(self, on: date) -> bool:
        """Whether the limit of OP art. 54 § 1 pkt 5 is compared with exact interest, *on* the day it is counted."""
        return self.reads(Question.MINIMUM_COMPARES, on=on) == "exact"

    def moved(self, due_on: date, *, regime: str) -> MovedTerm:
        """Where the law moves a term, by the town's days off (liabilities/due_dates.py)."""
        moves = self.reads(Question.ALCOHOL_TERMS, on=due_on) != "stays"
        return moved_term(due_on, regime=Regime(regime), calendar=self.calendar, alcohol_moves=moves)

    def interest(
        self, principal: Decimal, *, payable_by: date, on: date, regime: str, licence: LicenceFee | None = None
    ) -> Interest:
        """Interest on *principal* by the figures in force *on* that day (see liabilities/interest.py).

        Of an alcohol *licence* it is the surcharge of liabilities/alcohol.py instead. For a term older than the table
        of rates it is nothing, and the basis says so: nobody is charged by a guess.
        """
        if regime == Regime.ALCOHOL and licence is not None and principal > 0:
            return self._surcharge(licence, payable_by=payable_by, on=on)
        is_late = on > payable_by
        try:
            return interest_due(
                principal,
                due_on=payable_by,
                on=on,
                regime=Regime(regime),
                rates=self.rates.get(regime, []),
                minimum=self.minimum(on) if is_late else None,
                compare_exact=is_late and self.compare_exact(on),
            )
        except Refused as refusal:
            basis = f"Odsetek nie naliczono. {refusal.message}"
            return Interest(NOTHING, NOTHING, payable_by, on, (on - payable_by).days, (), basis)

    def interest_amount(
        self, principal: Decimal, *, payable_by: date, on: date, regime: str, licence: LicenceFee | None = None
    ) -> Decimal:
        """The amount of `interest`, by sums of rates, without the steps that led to it: for batches."""
        if regime == Regime.ALCOHOL and licence is not None and principal > 0:
            return self._surcharge(licence, payable_by=payable_by, on=on).amount
        if on <= payable_by or principal <= 0 or regime not in BEARING:
            return NOTHING
        sums = self._sums_of(regime, on.year)
        if not sums.covers(payable_by + DAY):
            return NOTHING
        grosze, rate_days = int(principal.scaleb(2)), sums.up_to(on) - sums.up_to(payable_by)
        if regime == Regime.TAX:
            exact = self.compare_exact(on)
            return from_grosze(to_the_zloty(grosze, rate_days, minimum=self.minimum(on), compare_exact=exact))
        return from_grosze(to_the_grosz(grosze, rate_days))

    @cached_property
    def _sums(self) -> dict[tuple[str, int], RateSums]:
        return {}

    def _sums_of(self, regime: str, year: int) -> RateSums:
        """The rates of a regime summed up, for days up to the end of a year."""
        if (regime, year) not in self._sums:
            rates = self.rates.get(regime, [])
            if regime == Regime.COMMERCIAL:
                rates = half_yearly(rates, last=date(year, 12, 31))
            self._sums[regime, year] = RateSums(rates)
        return self._sums[regime, year]

    def _surcharge(self, licence: LicenceFee, *, payable_by: date, on: date) -> Interest:
        late = late_licence(
            yearly_fee=licence.yearly,
            surcharge_paid=licence.surcharge_paid,
            payable_by=payable_by,
            on=on,
            calendar=self.calendar,
            terms_move=self.reads(Question.ALCOHOL_TERMS, on=payable_by) != "stays",
        )
        amount = late.surcharge if late else NOTHING
        days = max(0, (on - payable_by).days)
        return Interest(amount, amount, payable_by, on, days, (), BASES[Regime.ALCOHOL], licence=late)


def figures() -> Figures:
    """All figures, in order of their days: four queries."""
    rates: dict[str, list[Rate]] = {}
    for regime, since, percent in InterestRate.objects.order_by("valid_from").values_list(
        "regime", "valid_from", "percent"
    ):
        rates.setdefault(regime, []).append(Rate(since, percent))
    minimums = Fee.objects.filter(kind=FeeKind.MINIMUM_INTEREST).values_list("valid_from", "amount")
    readings: dict[str, list[tuple[date, str]]] = {}
    said = Reading.objects.values_list("question", "valid_from", "answer")
    for question, since, answer in sorted((question, since or date.min, answer) for question, since, answer in said):
        readings.setdefault(question, []).append((since, answer))
    ordered = sorted((since or date.min, amount) for since, amount in minimums)
    return Figures(rates, ordered, readings, _calendar())


def _calendar() -> Calendar:
    rows = Holiday.objects.order_by("pk").values_list("day", "valid_from", "valid_to", "name")
    rules = [DayOff(*row) for row in rows]
    return Calendar(rules) if rules else STATUTORY


def licence_fees(instalments: Collection[Instalment]) -> dict[int, LicenceFee]:
    """The yearly fee and the surcharge paid so far of those that are of an alcohol licence, by instalment.

    No query when there are none, else two.
    """
    licences = {due.pk: due.liability_id for due in instalments if due.liability.kind.regime == Regime.ALCOHOL}
    if not licences:
        return {}
    yearly = dict(_sums(licences.values()))
    paid = dict(
        LedgerEntry.objects.filter(
            Q(kind=EntryKind.PAYMENT) | Q(reverses__kind=EntryKind.PAYMENT),
            instalment_id__in=licences,
            account=LedgerAccount.SURCHARGE,
        )
        .values_list("instalment_id")
        .annotate(total=Sum("amount"))
    )
    return {key: LicenceFee(yearly[liability], -paid.get(key, NOTHING)) for key, liability in licences.items()}


def _sums(liability_ids: Iterable[int]) -> Iterable[tuple[int, Decimal]]:
    of_years = Instalment.objects.filter(liability_id__in=set(liability_ids))
    return of_years.values_list("liability_id").annotate(total=Sum("assessed"))
