"""Instalments for batches: what a posting or a sum needs of each, with its liability and kind, in three queries."""

from django.db.models import QuerySet

from core.bulk import among, light
from liabilities.models import DueKind, Instalment, Liability

COLUMNS = (
    *("id", "liability_id", "source", "number", "due_on", "payable_by", "outstanding", "costs", "booked_interest"),
    *("fee", "accrues_after", "decision_id", "source_interest", "source_interest_on"),
)
LIABILITY_COLUMNS = ("id", "payer_id", "kind_id", "title", "year")


def light_dues(found: "QuerySet[Instalment]") -> list[Instalment]:
    """The instalments of a QuerySet, in its order; one liability stands for all of its instalments."""
    dues = list(light(Instalment, COLUMNS, found.values_list(*COLUMNS), beside=("liability",)))
    if not dues:
        return dues
    kinds = DueKind.objects.in_bulk()
    wanted = Liability.objects.filter(pk__in=among({due.liability_id for due in dues}))
    known = {}
    for liability in light(Liability, LIABILITY_COLUMNS, wanted.values_list(*LIABILITY_COLUMNS), beside=("kind",)):
        liability.kind = kinds[liability.kind_id]
        known[liability.pk] = liability
    for due in dues:
        due.liability = known[due.liability_id]
    return dues
