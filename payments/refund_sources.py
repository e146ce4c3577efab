"""What came in, as it stands in the ledger now: from what a refund may be taken, and how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from core.errors import Refused
from core.money import format_pln
from liabilities.credits import credits_of
from liabilities.models import EntryKind, LedgerEntry
from liabilities.posting import NOTHING
from payments.entry_states import EntryState
from payments.models import BankEntry, Payment, Refund, Reversal
from payments.refund_states import HOLDS
from payments.states import State
from payments.transitions import payment_reference
from residents.models import Payer
from residents.queries import same_person

MOST_SHOWN = 50


@dataclass(frozen=True)
class Posted:
    """What one payer has in a payment, as the ledger holds it: `reference` names its event, sums in złoty."""

    reference: str
    payer_id: int
    amount: Decimal
    kinds: tuple[str | None, ...]


@dataclass(frozen=True)
class Plan:
    """From where a refund takes its sum, in złoty: the payer's credit by kind of due, and dues that open again."""

    reference: str
    from_credit: tuple[tuple[str | None, Decimal], ...]
    from_dues: Decimal


def posted_of(source: Payment | BankEntry) -> list[Posted]:
    """What of *source* is in the ledger and not taken back, by payer."""
    if isinstance(source, Payment):
        own = payment_reference(source)
        named = Q(reference=own) | Q(reference__startswith=f"{own}:") | Q(reference__startswith=f"{own}/")
    else:
        named = Q(reference=source.ledger_reference)
    rows = LedgerEntry.objects.filter(named, kind=EntryKind.PAYMENT, reversed_by__isnull=True).order_by("pk")
    sums: dict[str, Decimal] = {}
    kinds: dict[str, dict[str | None, None]] = {}
    for entry in rows.select_related("instalment__liability"):
        sums[entry.reference] = sums.get(entry.reference, NOTHING) - entry.amount
        kind = entry.instalment.liability.kind_id if entry.instalment else entry.due_kind_id
        kinds.setdefault(entry.reference, {})[kind] = None
    owners = {reference: _owner_of(reference, source) for reference in sums}
    kept = {payer.pk: payer.kept_id for payer in Payer.objects.filter(pk__in=set(owners.values()))}
    return [
        Posted(reference, kept[owners[reference]], amount, tuple(kinds[reference]))
        for reference, amount in sums.items()
    ]


def _owner_of(reference: str, source: Payment | BankEntry) -> int:
    """Whose money an event is: its name says it, else it is the payer's whom the payment names."""
    if isinstance(source, BankEntry):
        return int(source.payer_id or 0)
    parts = reference.partition("/")[0].split(":")
    return int(parts[2]) if len(parts) > 2 else int(source.payer_id)


def share_of(source: Payment | BankEntry, payer_id: int) -> Posted:
    """What *payer_id* has in *source*. Raises Refused `not_posted`."""
    own = set(same_person(payer_id))
    found = [one for one in posted_of(source) if one.payer_id in own]
    if not found:
        raise Refused("not_posted", "Tej wpłaty nie ma w księdze na tego płatnika.")
    return found[0]


def left_to_refund(source: Payment | BankEntry, payer_id: int) -> Decimal:
    """How much of *source* may still go back to *payer_id*, in złoty; nothing when it is not posted."""
    own = set(same_person(payer_id))
    posted = sum((one.amount for one in posted_of(source) if one.payer_id in own), NOTHING)
    held = _refunds_of(source).filter(stage__in=[one.value for one in HOLDS])
    given = held.filter(payer_id__in=own).aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    every = held.aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    taken = NOTHING
    if isinstance(source, Payment):
        taken = Reversal.objects.filter(payment=source).aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    return max(NOTHING, min(posted - given, source.amount - every - taken))


def _refunds_of(source: Payment | BankEntry) -> "QuerySet[Refund]":
    if isinstance(source, Payment):
        return Refund.objects.filter(payment=source)
    return Refund.objects.filter(entry=source)


def plan_refund(source: Payment | BankEntry, payer_id: int, amount: Decimal) -> Plan:
    """From where *amount* złoty would be taken: first the credit of the kinds that *source* paid, then its dues.

    What other refunds that wait would take is not counted: they are planned anew when they are ordered. Raises Refused
    `not_posted`, `amount_wrong`, `refund_too_large`.
    """
    if amount <= 0:
        raise Refused("amount_wrong", "Kwota zwrotu musi być większa od zera.", where="amount")
    share, left = share_of(source, payer_id), left_to_refund(source, payer_id)
    if amount > left:
        raise Refused("refund_too_large", f"Z tej wpłaty można zwrócić najwyżej {format_pln(left)}.", where="amount")
    return _planned(share, amount)


def planned_again(source: Payment | BankEntry, payer_id: int, amount: Decimal) -> Plan:
    """The same for a refund that counts already. Raises Refused `not_posted`, `refund_too_large`."""
    share = share_of(source, payer_id)
    if amount > share.amount:
        raise Refused("refund_too_large", f"Z tej wpłaty w księdze jest {format_pln(share.amount)}.")
    return _planned(share, amount)


def _planned(share: Posted, amount: Decimal) -> Plan:
    held, taken, left = credits_of(share.payer_id), [], amount
    for kind in share.kinds:
        some = min(held.get(kind, NOTHING), left)
        if some > 0:
            taken.append((kind, some))
            left -= some
    return Plan(share.reference, tuple(taken), left)


def refundable(payer_id: int) -> Sequence[tuple[Payment | BankEntry, Decimal]]:
    """The payer's payments and transfers of which something may go back, the newest first, with how much."""
    own = same_person(payer_id)
    paid = Payment.objects.filter(lines__payer_id__in=own, state=State.PAID).distinct().order_by("-pk")[:MOST_SHOWN]
    came = (
        BankEntry.objects.filter(payer_id__in=own, state=EntryState.POSTED, mark="C")
        .exclude(sender="")
        .select_related("statement")
        .order_by("-paid_on", "-pk")[:MOST_SHOWN]
    )
    found = [(source, left_to_refund(source, payer_id)) for source in (*paid, *came)]
    found.sort(key=lambda one: (one[0].paid_on, one[0].pk), reverse=True)
    return [(source, left) for source, left in found if left > 0]
