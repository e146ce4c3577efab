"""Reads of payments that more than one caller needs."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from core.money import format_pln
from payments.models import Payment, PaymentLine, Refund, Reversal
from payments.providers import Notice
from payments.refund_states import BOOKED
from payments.states import OPEN, State
from residents.models import Account
from residents.queries import same_person

LINE_TOTAL = F("principal") + F("interest") + F("costs")
ASK_AFTER = timedelta(minutes=2)
ASK_EVERY = timedelta(minutes=5)


def history(payer_id: int) -> "QuerySet[Payment]":
    """Payments in which something is paid for the payer, the newest first, with their `share` of each in złoty.

    `went_back` says whether anything of it was given back to the payer, or taken back by the provider.
    """
    own = PaymentLine.objects.filter(payer_id__in=same_person(payer_id))
    share = own.filter(payment=OuterRef("pk")).values("payment").annotate(sum=Sum(LINE_TOTAL)).values("sum")
    refunds = Refund.objects.filter(
        payment=OuterRef("pk"), payer_id__in=same_person(payer_id), stage__in=[one.value for one in BOOKED]
    )
    return (
        Payment.objects.filter(pk__in=own.values("payment_id"))
        .annotate(share=Subquery(share))
        .annotate(went_back=Exists(refunds) | Exists(Reversal.objects.filter(payment=OuterRef("pk"))))
        .order_by("-started_at", "-pk")
    )


def find_own(payer_id: int, number: UUID, *, made_by: Account) -> Payment | None:
    """The payment of that number, when it pays something for the payer or the account made it; else None."""
    is_own = Q(lines__payer_id__in=same_person(payer_id)) | Q(made_by=made_by)
    return Payment.objects.filter(is_own, number=number).first()


def waiting(prefix: str = "", *, at: datetime) -> Q:
    """Of payments (by *prefix* from a table that points at them): those that may still be paid or were, not posted."""
    held = Q(**{f"{prefix}state__in": [State.PENDING.value, State.CLERK.value]})
    return held | Q(**{f"{prefix}state": State.REDIRECTED.value, f"{prefix}frozen_until__gt": at})


def under_way(instalment_ids: Collection[int], *, at: datetime) -> Payment | None:
    """The newest payment of any of these instalments, whoever made it, that may be or was paid and is not posted."""
    found = Payment.objects.filter(waiting(at=at), lines__instalment_id__in=instalment_ids)
    return found.order_by("-started_at", "-pk").first()


def find_by_notices(provider: str, notices: Mapping[int, Notice]) -> dict[int, Payment]:
    """The payments that a provider's *notices* speak of, by the notices' keys: by our number, else by the provider's
    own. Those of no payment of ours are left out. Two queries.
    """
    numbers = {key: number for key, notice in notices.items() if (number := _number_of(notice)) is not None}
    orders = {notice.provider_order_id for notice in notices.values()} - {""}
    of_provider = Payment.objects.filter(provider=provider)
    by_number = {one.number: one for one in of_provider.filter(number__in=set(numbers.values()))}
    rest = {key for key in notices if numbers.get(key) not in by_number}
    wanted = orders & {notices[key].provider_order_id for key in rest}
    by_order = {one.provider_order_id: one for one in of_provider.filter(provider_order_id__in=wanted)}
    found = {
        key: by_order.get(notice.provider_order_id) if key in rest else by_number[numbers[key]]
        for key, notice in notices.items()
    }
    return {key: payment for key, payment in found.items() if payment is not None}


def _number_of(notice: Notice) -> UUID | None:
    try:
        return UUID(notice.number)
    except ValueError:
        return None


def late_payments(*, at: datetime) -> "QuerySet[Payment]":
    """Open payments whose notice should have come by now, longest unasked first; none that was asked about lately."""
    return Payment.objects.filter(
        Q(asked_at__isnull=True) | Q(asked_at__lt=at - ASK_EVERY),
        state__in=[state.value for state in OPEN],
        started_at__lt=at - ASK_AFTER,
    ).order_by(F("asked_at").asc(nulls_first=True), "started_at")


def lines_of(payment: Payment) -> "QuerySet[PaymentLine]":
    """What the payment pays, with each due, in the order in which it was chosen."""
    return payment.lines.select_related("payer", "instalment__liability__kind").order_by("pk")


def total_in_words(total: Decimal) -> str:
    """A balance of *total* złoty in words, as they follow «stan konta:»."""
    if total > 0:
        return f"do zapłaty pozostało {format_pln(total)}"
    return f"nadpłata {format_pln(-total)}" if total < 0 else "wszystko zapłacone"
