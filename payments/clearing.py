"""What a clerk does with an entry that no rule placed: post it, explain it, take it back, pass a reversal on."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from liabilities.incoming import Incoming, post_incoming
from liabilities.storno import reverse_rest
from payments.bank_entries import ZLOTY
from payments.confirming import Transfer, confirm_transfers, withdraw_confirmation
from payments.entry_states import OPEN, Chain, EntryState, Rule
from payments.models import BankEntry, BankStatement, Payout, Refund, entry_reference
from payments.refund_states import HOLDS
from payments.statements import release_followers
from residents.models import Payer


def _locked(entry_id: int) -> BankEntry:
    return BankEntry.objects.select_for_update(of=("self",)).select_related("statement").get(pk=entry_id)


def _still_open(entry: BankEntry) -> None:
    if entry.state not in OPEN:
        raise Refused("not_open", f"Ta pozycja jest już {entry.get_state_display()}.", mend="Przejdź do następnej.")


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, czego to dotyczy.", where="reason")
    return reason.strip()[:200]


def choose_payer(
    entry_id: int, *, payer_id: int, instalments: tuple[int, ...] = (), by: Actor, at: datetime
) -> BankEntry:
    """Post an entry's money to the payer whom a clerk chose, over *instalments* or over all their dues by terms.

    The payer is told. The choice is remembered by itself: the next transfer from that account is proposed, or posted,
    to the same payer. Raises Refused `not_open`, `not_incoming`, `currency_not_pln`, `payer_unknown`, and as
    `post_incoming`.
    """
    with transaction.atomic():
        entry = _locked(entry_id)
        _still_open(entry)
        if not entry.is_incoming:
            raise Refused("not_incoming", "To nie jest wpływ: takiej pozycji nie księguje się jako wpłaty.")
        if entry.statement.currency != ZLOTY:
            raise Refused("currency_not_pln", f"Wpłata jest w {entry.statement.currency}: należności są w złotych.")
        if not Payer.objects.filter(pk=payer_id).exists():
            raise Refused("payer_unknown", "Nie ma takiego płatnika.", mend="Wybierz jeszcze raz.")
        entry.posting += 1
        (landed,) = post_incoming(
            [Incoming(payer_id, entry.amount, entry.paid_on, entry.ledger_reference, instalments)],
            subject=f"bank_entry:{entry.pk}",
            by=by,
            at=at,
        )
        told = Transfer(landed.payer_id, entry.pk, landed.reference, entry.amount, entry.paid_on, entry.booked_on)
        confirm_transfers([told], at=at)
        entry.state, entry.rule, entry.payer_id, entry.reason = EntryState.POSTED, Rule.CLERK, payer_id, ""
        entry.settled_at, entry.settled_by_id = at, by.account_id
        entry.save()
    return entry


def explain_entry(entry_id: int, *, reason: str, by: Actor, at: datetime) -> BankEntry:
    """Set an entry apart that pays no due (a subsidy, a fee, a deposit), for a *reason* that is kept.

    Raises Refused `not_open`, `reason_missing`.
    """
    with transaction.atomic():
        entry = _locked(entry_id)
        _still_open(entry)
        entry.state, entry.reason = EntryState.EXPLAINED, _said(reason)
        entry.settled_at, entry.settled_by_id = at, by.account_id
        entry.save()
        audit.record("explain_entry", f"bank_entry:{entry.pk}", by=by, reason=entry.reason)
    return entry


def reopen_entry(entry_id: int, *, reason: str, by: Actor, at: datetime) -> BankEntry:
    """Put a posted or explained entry back among those that wait: what was posted is taken back by storno.

    Raises Refused `not_settled`, `reason_missing`, `reversed_by_bank`, `payout_settled`, `refund_stands`, and as
    `liabilities.storno.reverse_rest`.
    """
    with transaction.atomic():
        entry = _locked(entry_id)
        if entry.state not in {EntryState.POSTED, EntryState.EXPLAINED} or not entry.is_incoming:
            raise Refused("not_settled", "Tej pozycji nie ma czego cofać.")
        if BankEntry.objects.filter(reverses=entry).exists():
            raise Refused("reversed_by_bank", "Tę wpłatę cofnął już bank.")
        if Payout.objects.filter(entry=entry).exists():
            raise Refused("payout_settled", "To rozliczona wypłata operatora.", mend="Cofnij jej rozliczenie.")
        why = _said(reason)
        if entry.state == EntryState.POSTED:
            _take_back(entry, reason=why, by=by, at=at)
        entry.state, entry.rule, entry.payer_id, entry.reason = EntryState.WAITING, "", None, ""
        entry.settled_at = entry.settled_by_id = None
        entry.save()
        audit.record("reopen_entry", f"bank_entry:{entry.pk}", by=by, reason=why)
    return entry


def pass_reversal(entry_id: int, *, original_id: int, by: Actor, at: datetime) -> BankEntry:
    """The bank took a posted credit back: storno of what it had paid. *entry_id* is the reversal, never the credit.

    Raises Refused `not_open`, `not_reversal` when the two do not belong together, and as `reverse_event`.
    """
    with transaction.atomic():
        rows = BankEntry.objects.select_for_update(of=("self",)).select_related("statement").order_by("pk")
        locked = {row.pk: row for row in rows.filter(pk__in=[entry_id, original_id])}
        entry, original = locked[entry_id], locked.get(original_id)
        _still_open(entry)
        if (
            original is None
            or entry.is_incoming
            or original.state != EntryState.POSTED
            or not original.is_incoming
            or original.amount != entry.amount
            or BankEntry.objects.filter(reverses=original).exists()
        ):
            raise Refused("not_reversal", "Ta pozycja nie cofa wskazanej wpłaty.")
        why = f"bank cofnął wpłatę: {entry}"
        _take_back(original, reason=why, by=by, at=at)
        entry.state, entry.rule, entry.reverses = EntryState.POSTED, Rule.CLERK, original
        entry.settled_at, entry.settled_by_id = at, by.account_id
        entry.save()
        audit.record("pass_reversal", f"bank_entry:{entry.pk}", by=by, original=original.pk)
    return entry


def _take_back(entry: BankEntry, *, reason: str, by: Actor, at: datetime) -> None:
    """Storno of all that an entry's money paid, whatever was posted anew of it meanwhile."""
    if Refund.objects.filter(entry=entry, stage__in=[one.value for one in HOLDS]).exists():
        raise Refused(
            "refund_stands",
            "Z tej wpłaty zlecono zwrot.",
            mend="Najpierw wycofaj zwrot albo zapisz, że bank go odesłał.",
        )
    withdraw_confirmation(entry.pk, at=at)
    for place in range(1, entry.posting + 1):
        reverse_rest(entry_reference(entry.pk, place), reason=reason, on=timezone.localdate(at), by=by, at=at)


def accept_statement(statement_id: int, *, reason: str, by: Actor) -> None:
    """Let a parked statement's money be matched although it does not follow, for a *reason* that is kept.

    Raises Refused `not_parked`, `reason_missing`. Its entries are matched by the next run of the worker.
    """
    with transaction.atomic():
        statement = _parked(statement_id)
        statement.chain, statement.reason = Chain.CHAINED, _said(reason)
        statement.save()
        release_followers(statement.account)
        audit.record("accept_statement", f"bank_statement:{statement.pk}", by=by, reason=statement.reason)


def reject_statement(statement_id: int, *, reason: str, by: Actor) -> None:
    """Set a parked statement aside for good, with its entries; the right one may then come under its number.

    Raises Refused `not_parked`, `reason_missing`.
    """
    with transaction.atomic():
        statement = _parked(statement_id)
        statement.chain, statement.reason = Chain.REJECTED, _said(reason)
        statement.save()
        BankEntry.objects.filter(statement=statement).update(state=EntryState.REJECTED)
        audit.record("reject_statement", f"bank_statement:{statement.pk}", by=by, reason=statement.reason)


def _parked(statement_id: int) -> BankStatement:
    statement = BankStatement.objects.select_for_update(of=("self",)).get(pk=statement_id)
    if not statement.is_parked:
        raise Refused("not_parked", "Ten wyciąg nie czeka na decyzję.")
    return statement
