"""Interest of one instalment on a day: by the law's figures, and by the decisions that touched it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import F, Sum

from core.bulk import one_of
from core.dates import format_date
from core.money import grosz
from liabilities.figures import Figures, LicenceFee, licence_fees
from liabilities.interest import Interest
from liabilities.models import (
    DecisionKind,
    DecisionPart,
    DueSource,
    Instalment,
    InterestBy,
    LedgerAccount,
    LedgerEntry,
)

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Remitted:
    """Interest remitted, in złoty, of that principal: paying part of the principal uses up its part of it."""

    interest: Decimal
    of_principal: Decimal

    def left(self, principal: Decimal) -> Decimal:
        """What of it belongs to the *principal* that is open."""
        if not self.of_principal:
            return NOTHING
        return grosz(self.interest * min(principal, self.of_principal) / self.of_principal)


@dataclass(frozen=True)
class Circumstances:
    """What interest on each of some instalments depends on beside its own row. Read by five queries at most.

    `told` is what is left of interest that the finance system counted itself: then the portal counts none.
    """

    licences: dict[int, LicenceFee]
    remitted: dict[int, list[Remitted]]
    told: dict[int, Decimal]


def circumstances(instalments: Collection[Instalment]) -> Circumstances:
    """Of these instalments (with liability and kind at hand)."""
    return Circumstances(licence_fees(instalments), _remitted([due.pk for due in instalments]), _told(instalments))


def _told(instalments: Collection[Instalment]) -> dict[int, Decimal]:
    """Interest that their sources count themselves, less what was paid of it here since they told."""
    sources = set(DueSource.objects.filter(interest_by=InterestBy.SOURCE).values_list("pk", flat=True))
    told = {due.pk: due.source_interest or NOTHING for due in instalments if due.source in sources}
    if not told:
        return {}
    since = LedgerEntry.objects.filter(
        instalment_id__in=told, account=LedgerAccount.INTEREST, booked_at__gt=F("instalment__as_of"), amount__lt=0
    )
    taken_back = LedgerEntry.objects.filter(reverses__in=since)
    for entries in (since, taken_back):
        for key, amount in entries.values_list("instalment_id").annotate(total=Sum("amount")):
            told[key] += amount
    return {key: max(NOTHING, amount) for key, amount in told.items()}


def _remitted(instalment_ids: Sequence[int]) -> dict[int, list[Remitted]]:
    found: dict[int, list[Remitted]] = {}
    if not instalment_ids:
        return found
    parts = DecisionPart.objects.filter(
        instalment_id=one_of(instalment_ids),
        interest__gt=0,
        decision__kind=DecisionKind.REMISSION,
        decision__ended_on__isnull=True,
    ).values_list("instalment_id", "interest", "of_principal")
    for key, interest, principal in parts:
        found.setdefault(key, []).append(Remitted(interest, principal))
    return found


def is_missed(due: Instalment, *, on: date) -> bool:
    """Whether the term that a decision set is missed: the first term counts again (OP art. 49 § 2, art. 259 § 1)."""
    return due.accrues_after is not None and due.outstanding > 0 and on > due.payable_by


def interest_of(due: Instalment, *, law: Figures, about: Circumstances, on: date) -> Interest:
    """Interest of an instalment *on* a day, in złoty.

    While a decision's term is kept, what it fixed is due and nothing runs (OP art. 49 § 1, art. 51 § 1). When it
    is missed, interest counts from the first term, and what was fixed is a part of it. Interest once remitted (OP art.
    67a § 1 pkt 3) is taken off.
    """
    if due.pk in about.told:
        return _as_told(due, about.told[due.pk], on=on)
    counted = law.interest(
        due.outstanding,
        payable_by=_counts_after(due, on=on),
        on=on,
        regime=due.liability.kind.regime,
        licence=about.licences.get(due.pk),
    )
    if not due.booked_interest and due.pk not in about.remitted:
        return counted
    remitted = _remitted_of(due, counted.amount, about)
    amount = max(due.booked_interest, counted.amount - remitted)
    return replace(counted, amount=amount, booked=due.booked_interest, remitted=remitted)


def interest_amount(due: Instalment, *, law: Figures, about: Circumstances, on: date) -> Decimal:
    """The amount of `interest_of`, without the steps that led to it: for batches."""
    key = due.pk
    if key in about.told:
        return about.told[key]
    counted = law.interest_amount(
        due.outstanding,
        payable_by=_counts_after(due, on=on),
        on=on,
        regime=due.liability.kind.regime,
        licence=about.licences.get(key),
    )
    if not due.booked_interest and key not in about.remitted:
        return counted
    amount: Decimal = max(due.booked_interest, counted - _remitted_of(due, counted, about))
    return amount


def _counts_after(due: Instalment, *, on: date) -> date:
    """The day after which interest counts: the first term once a decision's is missed."""
    return due.accrues_after if is_missed(due, on=on) and due.accrues_after else due.payable_by


def _remitted_of(due: Instalment, counted: Decimal, about: Circumstances) -> Decimal:
    return min(counted, sum((one.left(due.outstanding) for one in about.remitted.get(due.pk, [])), NOTHING))


def _as_told(due: Instalment, amount: Decimal, *, on: date) -> Interest:
    """What the finance system told; the steps are its own."""
    when = format_date(due.source_interest_on) if due.source_interest_on else "dzień przesłania danych"
    basis = f"Odsetki policzył system finansowo-księgowy gminy, stan na {when}."
    days = max(0, (on - due.payable_by).days)
    return Interest(amount, amount, due.payable_by, due.source_interest_on or on, days, (), basis)


def fee_of(due: Instalment, *, on: date) -> Decimal:
    """The prolongation fee due with an instalment *on* a day: none once the term is missed, for the decision lapsed in
    that part, and interest is due instead (OP art. 57 § 4 with art. 49 § 2).
    """
    return NOTHING if is_missed(due, on=on) else due.fee
