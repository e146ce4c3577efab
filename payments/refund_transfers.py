"""Refunds by transfer: lists of orders for the town's bank (Elixir-O), and their debits found on its statements.

A list is made of what is ordered when somebody takes it, and may be taken again: the same number gives the same bytes.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from core import audit
from core.actor import Actor, job
from core.errors import Refused
from core.money import to_grosze
from payments.bank_entries import read_details
from payments.entry_states import EntryState
from payments.models import BankEntry, Refund
from payments.refund_states import RefundStage
from payments.refunds import locked_refund, turn

WIDTH, LINES, NRB = 35, 4, 26
KEPT_OUT = str.maketrans(dict.fromkeys('|",;\r\n\t', " "))


def list_refunds(*, by: Actor, at: datetime) -> int:
    """Put every ordered refund by transfer on a new list and call them on their way; returns the list's number.

    Raises Refused `nothing_to_send`.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:  # one list at a time: numbers without gaps
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('refund lists', 0))")
        ready = Refund.objects.filter(stage=RefundStage.ORDERED, entry__isnull=False).order_by("entry_id", "pk")
        refunds = [locked_refund(key) for key in ready.values_list("pk", flat=True)]
        refunds = [one for one in refunds if one.stage == RefundStage.ORDERED]
        if not refunds:
            raise Refused("nothing_to_send", "Żaden zwrot nie czeka na przelew.")
        for refund in refunds:
            _from_account(refund)
        number = (Refund.objects.aggregate(last=Max("list_number"))["last"] or 0) + 1
        for refund in refunds:
            refund.list_number = number
            turn(refund, RefundStage.SENT, reason=f"lista przelewów {number}", by=by, at=at)
        audit.record("list_refunds", f"refund_list:{number}", by=by, refunds=[one.pk for one in refunds])
    return number


def transfer_list(number: int) -> bytes:
    """The list as a file that the bank imports: Elixir-O, CP1250, CRLF. Raises Refused `no_such_list`."""
    refunds = list(Refund.objects.filter(list_number=number).select_related("entry__statement", "payer").order_by("pk"))
    if not refunds:
        raise Refused("no_such_list", "Nie ma takiej listy.")
    lines = [_line(refund, refund.entry) for refund in refunds if refund.entry is not None]
    return "".join(f"{line}\r\n" for line in lines).encode("cp1250", "replace")


def _from_account(refund: Refund) -> str:
    """The town's account that pays: the one of the settings, else the one to which the money came."""
    account = settings.BANK["refund_account"] or (refund.entry.statement.account if refund.entry else "")
    if len(account) != NRB:
        raise Refused(
            "no_account_to_pay_from",
            f"{refund.short_number}: nie wiadomo, z którego rachunku zapłacić (wpłata przyszła na rachunek wirtualny).",
            mend="Administrator portalu ustawia SPM_REFUND_ACCOUNT.",
        )
    return str(account)


def _line(refund: Refund, entry: BankEntry) -> str:
    """Type 110, day, grosze, both sort codes, both accounts, both names, title, class 51 (an ordinary transfer)."""
    town, payee = _from_account(refund), refund.account
    _, name, _ = read_details(entry.details)
    sent_on = refund.changes.filter(after=RefundStage.SENT).latest("pk").at
    fields = [
        "110",
        f"{timezone.localdate(sent_on):%Y%m%d}",
        str(to_grosze(refund.amount)),
        town[2:10],
        payee[2:10],
        _quoted([town]),
        _quoted([payee]),
        _quoted(_cut(f"{settings.TOWN['name']} {settings.TOWN['address']}")),
        _quoted(_cut(name or refund.payer.name)),
        "0",
        payee[2:10],
        _quoted(_cut(title_of(refund))),
        '""',
        '""',
        '"51"',
    ]
    return ",".join(fields)


def title_of(refund: Refund) -> str:
    """The title of a refund's transfer, by which its debit is known on the statement."""
    entry = refund.entry
    of = f" wplaty z {entry.paid_on:%d.%m.%Y}" if entry is not None else ""
    return f"{refund.short_number} zwrot{of}"


def _cut(text: str) -> list[str]:
    clean = " ".join(text.translate(KEPT_OUT).split())
    return [clean[start : start + WIDTH] for start in range(0, min(len(clean), WIDTH * LINES), WIDTH)]


def _quoted(parts: Sequence[str]) -> str:
    return f'"{"|".join(parts)}"'


def find_debits(*, at: datetime) -> int:
    """Call refunds done whose transfer is on a statement: the account, the sum and the number in the title agree."""
    by, found = job("find_debits"), 0
    waiting = Refund.objects.filter(stage=RefundStage.SENT, entry__isnull=False).order_by("pk")
    for refund in waiting:
        debit = _debit_of(refund)
        if debit is None:
            continue
        with transaction.atomic():
            locked = locked_refund(refund.pk)
            if locked.stage != RefundStage.SENT:
                continue
            locked.debit = debit
            if debit.state == EntryState.WAITING:  # it looked like a transfer sent back: nobody need be asked
                BankEntry.objects.filter(pk=debit.pk).update(state=EntryState.OUTGOING)
            turn(locked, RefundStage.DONE, reason=f"na wyciągu: {debit}"[:200], by=by, at=at)
            found += 1
    return found


def _debit_of(refund: Refund) -> BankEntry | None:
    same = BankEntry.objects.filter(
        mark="D",
        sender=refund.account,
        amount=refund.amount,
        refund_paid__isnull=True,
        reverses__isnull=True,
        statement__chain="chained",
        booked_on__gte=timezone.localdate(refund.requested_at),
    )
    for entry in same.order_by("booked_on", "pk"):
        title = read_details(entry.details)[0].replace(" ", "")
        if refund.short_number in title:
            return entry
    return None
