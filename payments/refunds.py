"""What staff do with refunds: ask for one, approve it, withdraw it, note that a bank sent it back.

Source: Ordynacja podatkowa art. 76 § 1, 77 and 77b (overpaid taxes), art. 405 k.c. (civil dues). An overpayment may
also pay other dues: liabilities/set_off.py.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from liabilities.models import EntryKind, LedgerEntry
from liabilities.posting import NOTHING
from liabilities.storno import reverse_event
from payments.models import BankEntry, Payment, Refund, RefundChange
from payments.refund_ledger import take_out
from payments.refund_sources import check_refund
from payments.refund_states import HOLDS, RefundStage, stage_may_become
from payments.states import State
from residents.models import Payer
from residents.queries import same_person

COUNTED_DAYS = timedelta(days=30)  # small refunds of one payer add up: a large one is not cut into pieces


def turn(refund: Refund, target: RefundStage, *, reason: str, by: Actor, at: datetime) -> None:
    """The one way from stage to stage: allowed by the table, saved, written down. The caller holds the row's lock."""
    before = RefundStage(refund.stage)
    if not stage_may_become(before, target):
        raise Refused("refund_stage", f"Ten zwrot jest już {refund.get_stage_display()}.", mend="Odśwież stronę.")
    refund.stage = target
    refund.save()
    RefundChange.objects.create(
        refund=refund, before=before, after=target, at=at, actor=by.name[:160], reason=reason[:200]
    )


def locked_refund(refund_id: int) -> Refund:
    """The refund with what it gives back, their rows locked until the transaction ends: the payment first."""
    known = Refund.objects.get(pk=refund_id)
    _locked_source(known.payment or known.entry)
    return Refund.objects.select_for_update(of=("self",)).select_related("payment", "entry").get(pk=refund_id)


def _locked_source(source: Payment | BankEntry | None) -> Payment | BankEntry:
    if isinstance(source, Payment):
        return Payment.objects.select_for_update(of=("self",)).get(pk=source.pk)
    if source is None:
        raise Refused("not_posted", "Nie ma takiej wpłaty.")
    return BankEntry.objects.select_for_update(of=("self",)).select_related("statement").get(pk=source.pk)


def source_of_refund(refund: Refund) -> Payment | BankEntry:
    """What the refund gives back."""
    source = refund.payment or refund.entry
    if source is None:  # the database refuses such a row
        raise Refused("not_posted", "Nie ma takiej wpłaty.")
    return source


def ask_refund(
    source: Payment | BankEntry, *, payer_id: int, amount: Decimal, reason: str, by: Actor, at: datetime
) -> Refund:
    """Ask that *amount* złoty of *source* go back to where they came from; ordered at once when one person suffices.

    Two are needed above `REFUND_TWO_FROM`, counted with the payer's other refunds of the last thirty days. Raises
    Refused `reason_missing`, `asked_by_nobody`, `not_paid`, `account_unknown`, and as `check_refund`.
    """
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, dlaczego zwracasz.", where="reason")
    if by.account_id is None:
        raise Refused("asked_by_nobody", "Zwrot zleca zalogowany pracownik.")
    with transaction.atomic():
        locked = _locked_source(source)
        payer = Payer.objects.get(pk=payer_id)
        check_refund(locked, payer.kept_id, amount)
        is_payment = isinstance(locked, Payment)
        account = "" if isinstance(locked, Payment) else _sender(locked)
        if isinstance(locked, Payment) and locked.state != State.PAID:
            raise Refused("not_paid", "Zwrócić można tylko zaksięgowaną płatność.")
        refund = Refund(
            payer_id=payer.kept_id,
            payment=locked if isinstance(locked, Payment) else None,
            entry=None if isinstance(locked, Payment) else locked,
            amount=amount,
            account=account,
            reason=reason.strip()[:200],
            needs_second=_needs_second(payer.kept_id, amount, at=at),
            requested_by_id=by.account_id,
            requested_at=at,
        )
        refund.save()
        RefundChange.objects.create(
            refund=refund, after=RefundStage.ASKED, at=at, actor=by.name[:160], reason=reason[:200]
        )
        audit.record(
            *("ask_refund", f"refund:{refund.pk}"), by=by, payer=payer.kept_id, amount=str(amount), online=is_payment
        )
        if not refund.needs_second:
            _order(refund, by=by, at=at, reason="kwota nie wymaga drugiej osoby")
    return refund


def _sender(entry: BankEntry) -> str:
    if not entry.sender:
        raise Refused(
            "account_unknown", "Bank nie podał rachunku, z którego przyszła ta wpłata: nie ma dokąd jej odesłać."
        )
    return entry.sender


def _needs_second(payer_id: int, amount: Decimal, *, at: datetime) -> bool:
    lately = Refund.objects.filter(
        payer_id__in=same_person(payer_id),
        stage__in=[one.value for one in HOLDS],
        requested_at__gt=at - COUNTED_DAYS,
    )
    before: Decimal = lately.aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    return bool(amount + before > settings.REFUND_TWO_FROM)


def approve_refund(refund_id: int, *, by: Actor, at: datetime) -> Refund:
    """The second member of staff says yes: the ledger enters the refund, and the money goes.

    Raises Refused `own_refund` to who asked for it, `asked_by_nobody`, `refund_stage`, and as the ledger's verbs.
    """
    if by.account_id is None:
        raise Refused("asked_by_nobody", "Zwrot zatwierdza zalogowany pracownik.")
    with transaction.atomic():
        refund = locked_refund(refund_id)
        if refund.requested_by_id == by.account_id:
            raise Refused("own_refund", "To Twój wniosek o zwrot.", mend="Zatwierdzić musi go ktoś inny.")
        if refund.stage != RefundStage.ASKED:
            raise Refused("refund_stage", f"Ten zwrot jest już {refund.get_stage_display()}.", mend="Odśwież stronę.")
        refund.approved_by_id, refund.approved_at = by.account_id, at
        _order(refund, by=by, at=at, reason="zatwierdzono")
        audit.record("approve_refund", f"refund:{refund.pk}", by=by, amount=str(refund.amount))
    return refund


def _order(refund: Refund, *, by: Actor, at: datetime, reason: str) -> None:
    """Enter the refund in the ledger, the dues that must give opened again, and let it go."""
    take_out(
        source_of_refund(refund),
        refund.payer_id,
        refund.amount,
        reference=refund.ledger_reference,
        reason=f"{refund.short_number}: {refund.reason}"[:200],
        on=timezone.localdate(at),
        by=by,
        at=at,
    )
    turn(refund, RefundStage.ORDERED, reason=reason, by=by, at=at)


def withdraw_refund(refund_id: int, *, reason: str, by: Actor, at: datetime) -> Refund:
    """Stop a refund that has not gone yet: who asked takes it back, or the second person says no.

    Raises Refused `reason_missing`, `refund_stage` once it is on its way.
    """
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, dlaczego wycofujesz.", where="reason")
    with transaction.atomic():
        refund = locked_refund(refund_id)
        was_ordered = refund.stage == RefundStage.ORDERED
        turn(refund, RefundStage.WITHDRAWN, reason=reason.strip(), by=by, at=at)
        if was_ordered:
            take_back(refund, reason=reason, by=by, at=at)
        audit.record("withdraw_refund", f"refund:{refund.pk}", by=by, reason=reason.strip()[:200])
    return refund


def take_back(refund: Refund, *, reason: str, by: Actor, at: datetime) -> None:
    """Storno of the refund's entries: the money is the payer's credit again. The caller holds the refund's lock."""
    entries = LedgerEntry.objects.filter(
        reference__startswith=refund.ledger_reference, kind=EntryKind.REFUND, reversed_by__isnull=True
    )
    for entry in entries.order_by("pk"):
        reverse_event(entry, reason=f"{refund.short_number}: {reason}"[:200], on=timezone.localdate(at), by=by, at=at)


def note_return(refund_id: int, *, reason: str, by: Actor, at: datetime) -> Refund:
    """A transfer did not reach its account, and the bank sent it back: the money is the payer's credit again.

    Raises Refused `reason_missing`, `not_a_transfer`, `refund_stage`.
    """
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, dlaczego przelew nie doszedł.", where="reason")
    with transaction.atomic():
        refund = locked_refund(refund_id)
        if not refund.by_transfer:
            raise Refused("not_a_transfer", "O tym zwrocie rozstrzyga operator płatności.")
        refund.problem = f"bank odesłał przelew: {reason.strip()}"[:300]
        turn(refund, RefundStage.REFUSED, reason=reason.strip(), by=by, at=at)
        take_back(refund, reason=reason, by=by, at=at)
        audit.record("note_return", f"refund:{refund.pk}", by=by, reason=reason.strip()[:200])
    return refund
