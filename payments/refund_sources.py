"""What came in, as it stands in the ledger now: from what a refund may be taken, and how much."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from core.errors import Refused
from core.money import format_pln
from liabilities.credits import credits_of
from liabilities.models import EntryKind, LedgerEntry
from liabilities.posting import NOTHING
from payments.entry_states import EntryState
from payments.models import BankEntry, Payment, Refund, Reversal, entry_reference
from payments.refund_states import HOLDS
from payments.states import State
from payments.transitions import payment_reference
from residents.models import Payer
from residents.queries import same_person

MOST_SHOWN = 50


@dataclass(frozen=True)
class Posted:
    """What one payer has in a payment, as the ledger holds it, in złoty: `amount` in all, `on_dues` of it on dues.

    `base` names the share, `reference` the event by which it stands on dues now, '' when it stands on none.
    """

    base: str
    reference: str
    payer_id: int
    amount: Decimal
    on_dues: Decimal
    kinds: tuple[str | None, ...]


@dataclass
class _Share:
    """One payer's share while it is added up."""

    reference: str = ""
    amount: Decimal = NOTHING
    on_dues: Decimal = NOTHING
    kinds: dict[str | None, None] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """From where a refund takes its sum, in złoty: the payer's credit by kind of due, and dues that open again."""

    share: Posted
    from_credit: tuple[tuple[str | None, Decimal], ...]
    from_dues: Decimal


def named_after(source: Payment | BankEntry) -> Q:
    """Of ledger entries: those that stand there by the name of *source*."""
    if isinstance(source, Payment):
        own = payment_reference(source)
        return Q(reference=own) | Q(reference__startswith=f"{own}:") | Q(reference__startswith=f"{own}/")
    return Q(reference__in=[entry_reference(source.pk, place) for place in range(1, source.posting + 1)])


def posted_of(source: Payment | BankEntry) -> list[Posted]:
    """What of *source* is in the ledger and not taken back, by payer."""
    standing = LedgerEntry.objects.filter(named_after(source), kind=EntryKind.PAYMENT, reversed_by__isnull=True)
    shares: dict[str, _Share] = {}
    for entry in standing.select_related("instalment__liability").order_by("pk"):
        base = entry.reference.partition("/")[0] if isinstance(source, Payment) else source.ledger_reference
        share = shares.setdefault(base, _Share())
        share.amount -= entry.amount
        if entry.instalment is None:
            share.kinds[entry.due_kind_id] = None
        else:
            share.kinds[entry.instalment.liability.kind_id] = None
            share.reference, share.on_dues = entry.reference, share.on_dues - entry.amount
    owners = {base: _owner_of(base, source) for base in shares}
    kept = {payer.pk: payer.kept_id for payer in Payer.objects.filter(pk__in=set(owners.values()))}
    return [
        Posted(base, share.reference, kept[owners[base]], share.amount, share.on_dues, tuple(share.kinds))
        for base, share in shares.items()
    ]


def is_taken_back(payment: Payment) -> bool:
    """Whether nothing of a posted payment is in the ledger any more: all of it was undone by storno."""
    return not posted_of(payment)


def _owner_of(base: str, source: Payment | BankEntry) -> int:
    """Whose money an event is: its name says it, else it is the payer's whom the payment names."""
    if isinstance(source, BankEntry):
        return int(source.payer_id or 0)
    parts = base.split(":")
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
    left: Decimal = min(posted - given, source.amount - every - taken)
    return max(NOTHING, left)


def _refunds_of(source: Payment | BankEntry) -> "QuerySet[Refund]":
    if isinstance(source, Payment):
        return Refund.objects.filter(payment=source)
    return Refund.objects.filter(entry=source)


def check_refund(source: Payment | BankEntry, payer_id: int, amount: Decimal) -> None:
    """Whether *amount* złoty of *source* may still be asked back. Raises Refused `amount_wrong`, `not_posted`,
    `refund_too_large`.
    """
    if amount <= 0:
        raise Refused("amount_wrong", "Kwota zwrotu musi być większa od zera.", where="amount")
    share_of(source, payer_id)
    left = left_to_refund(source, payer_id)
    if amount > left:
        raise Refused("refund_too_large", f"Z tej wpłaty można zwrócić najwyżej {format_pln(left)}.", where="amount")


def plan_refund(share: Posted, amount: Decimal) -> Plan:
    """From where *amount* złoty are taken: first the payer's credit of the kinds that the payment paid, then its dues.

    Raises Refused `credit_used` when both are less: the rest of the payment pays other dues by now.
    """
    held, taken, left = credits_of(share.payer_id), [], amount
    for kind in share.kinds:
        some = min(held.get(kind, NOTHING), left)
        if some > 0:
            taken.append((kind, some))
            left -= some
    if left > share.on_dues:
        raise Refused(
            "credit_used",
            f"Z nadpłaty i rat tej wpłaty można dziś wziąć tylko {format_pln(amount - left + share.on_dues)}: resztę"
            " nadpłaty już zużyto.",
            mend="Najpierw wystornuj jej zaliczenie.",
        )
    return Plan(share, tuple(taken), left)


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
    sources: list[Payment | BankEntry] = [*paid, *came]
    found = [(source, left_to_refund(source, payer_id)) for source in sources]
    found.sort(key=lambda one: (one[0].paid_on or date.min, one[0].pk), reverse=True)
    return [(source, left) for source, left in found if left > 0]
