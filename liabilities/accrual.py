"""Interest of one instalment on a day: by the law's figures, and by the decisions that touched it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core.money import grosz
from liabilities.figures import Figures, LicenceFee, licence_fees
from liabilities.interest import Interest
from liabilities.models import DecisionKind, DecisionPart, Instalment

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
    """What interest on each of some instalments depends on beside its own row. Read by three queries at most."""

    licences: dict[int, LicenceFee]
    remitted: dict[int, list[Remitted]]


def circumstances(instalments: Collection[Instalment]) -> Circumstances:
    """Of these instalments (with liability and kind at hand)."""
    return Circumstances(licence_fees(instalments), _remitted([due.pk for due in instalments]))


def _remitted(instalment_ids: Sequence[int]) -> dict[int, list[Remitted]]:
    found: dict[int, list[Remitted]] = {}
    parts = DecisionPart.objects.filter(
        instalment_id__in=instalment_ids,
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
    first = due.accrues_after if is_missed(due, on=on) and due.accrues_after else due.payable_by
    counted = law.interest(
        due.outstanding,
        payable_by=first,
        on=on,
        regime=due.liability.kind.regime,
        licence=about.licences.get(due.pk),
    )
    remitted = min(counted.amount, sum((one.left(due.outstanding) for one in about.remitted.get(due.pk, [])), NOTHING))
    amount = max(due.booked_interest, counted.amount - remitted)
    return replace(counted, amount=amount, booked=due.booked_interest, remitted=remitted)


def fee_of(due: Instalment, *, on: date) -> Decimal:
    """The prolongation fee due with an instalment *on* a day: none once the term is missed, for the decision lapsed in
    that part, and interest is due instead (OP art. 57 § 4 with art. 49 § 2).
    """
    return NOTHING if is_missed(due, on=on) else due.fee
