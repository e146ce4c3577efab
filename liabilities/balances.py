"""What many accounts come to, in a constant number of queries: for messages and for proposals."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from core.bulk import among
from liabilities.accrual import circumstances, fee_of, interest_amount
from liabilities.figures import figures
from liabilities.light_dues import light_dues
from liabilities.models import Instalment, LedgerAccount, LedgerEntry, LiabilityBearer
from liabilities.posting import NOTHING

OPEN = Q(outstanding__gt=0) | Q(costs__gt=0) | Q(booked_interest__gt=0) | Q(fee__gt=0)


def open_by_payer(payer_ids: Collection[int]) -> dict[int, list[Instalment]]:
    """The open instalments that each of these payers owes, alone or jointly, with liability and kind at hand, by their
    terms; who owes nothing is left out. Four queries.
    """
    joint: dict[int, list[int]] = defaultdict(list)
    bearers = LiabilityBearer.objects.filter(payer_id__in=among(payer_ids))
    for payer_id, liability_id in bearers.values_list("payer_id", "liability_id"):
        joint[liability_id].append(payer_id)
    found: dict[int, list[Instalment]] = defaultdict(list)
    whose = Q(liability__payer_id__in=among(payer_ids))
    if joint:
        whose |= Q(liability_id__in=list(joint))
    for due in light_dues(Instalment.objects.filter(OPEN, whose).order_by("payable_by", "pk")):
        for payer_id in {due.liability.payer_id, *joint.get(due.liability_id, ())}:
            found[payer_id].append(due)
    return found


def left_to_pay(dues: Collection[Instalment], *, on: date) -> dict[int, Decimal]:
    """What is left to pay of each of these instalments (with liability and kind at hand) *on* a day, in złoty, interest
    and costs included.
    """
    law, about = figures(), circumstances(dues)
    return {
        due.pk: due.outstanding + due.costs + interest_amount(due, law=law, about=about, on=on) + fee_of(due, on=on)
        for due in dues
    }


def totals(payer_ids: Collection[int], *, on: date) -> dict[int, Decimal]:
    """What each of these payers has left to pay *on* a day, in złoty, interest and costs included, after their credit;
    below zero it is a credit. The sums of `liabilities.queries.balance`.
    """
    if not payer_ids:
        return {}
    found = dict.fromkeys(payer_ids, NOTHING)
    owed = open_by_payer(payer_ids)
    dues = {due.pk: due for own in owed.values() for due in own}
    left = left_to_pay(dues.values(), on=on)
    for payer_id in found:
        found[payer_id] = sum((left[due.pk] for due in owed.get(payer_id, ())), NOTHING)
    credited = LedgerEntry.objects.filter(payer_id__in=payer_ids, account=LedgerAccount.CREDIT).order_by()
    for payer_id, amount in credited.values_list("payer_id").annotate(total=Sum("amount")):
        found[payer_id] += amount
    return found
