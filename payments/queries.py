"""Reads of payments that more than one caller needs."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from core.money import format_pln
from liabilities.queries import balance
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


def find_by_notice(provider: str, notice: Notice) -> Payment | None:
    """The payment that a provider's notice speaks of: by our number, else by the provider's own."""
    found = Payment.objects.filter(provider=provider)
    try:
        by_number = found.filter(number=UUID(notice.number)).first()
    except ValueError:
        by_number = None
    return by_number or found.filter(provider_order_id=notice.provider_order_id).first()


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


def balance_text(payer_id: int, *, on: date) -> str:
    """The state of the payer's account in words: what is left to pay, a credit, or nothing."""
    return total_in_words(balance(payer_id, on=on).total)


def total_in_words(total: Decimal) -> str:
    """A balance of *total* złoty in words, as they follow «stan konta:»."""
    if total > 0:
        return f"do zapłaty pozostało {format_pln(total)}"
    return f"nadpłata {format_pln(-total)}" if total < 0 else "wszystko zapłacone"
