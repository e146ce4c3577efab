"""New entries of bank statements matched and posted by batches: what is certain goes into the ledger, the rest waits.

A batch is one transaction: its entries locked, matched, posted and marked together. Killed at any line it is as if it
had not begun, and the next run takes it up.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from core.actor import Actor
from core.bulk import among, keys_array, unpaused
from liabilities.incoming import Incoming, Landed, post_incoming
from payments.candidates import Search
from payments.confirming import Transfer, confirm_transfers
from payments.entry_states import Chain, EntryState, Rule
from payments.matching import Facts, certain, propose
from payments.models import BankEntry, BankStatement, entry_reference
from payments.payouts import provider_of_payout
from payments.turns import Stage, TurnLost, Turns, quick_turns
from payments.virtual_accounts import owners_of

BATCH = 5_000
ZLOTY = "PLN"
READ = ("pk", "mark", "amount", "booked_on", "paid_on", "sender", "credited", "is_lump", "statement_id")
MARKED = """
UPDATE payments_bankentry AS e
SET state = %(state)s, payer_id = v.payer_id, rule = %(rule)s, provider = %(provider)s, posting = %(posting)s,
    settled_at = %(settled_at)s
FROM unnest(%(ids)s::bigint[], %(payers)s::bigint[]) AS v(id, payer_id)
WHERE e.id = v.id AND e.id BETWEEN %(first)s AND %(last)s
"""


class _New(NamedTuple):
    """An entry to be matched."""

    pk: int
    mark: str
    amount: Decimal
    booked_on: date
    paid_on: date
    sender: str
    credited: str
    is_lump: bool
    statement_id: int


class _Verdict(NamedTuple):
    """What becomes of an entry."""

    state: EntryState
    payer_id: int | None = None
    rule: str = ""
    provider: str = ""


WAITS = _Verdict(EntryState.WAITING)


@dataclass
class _Batch:
    """A batch while it is matched."""

    entries: list[_New]
    verdicts: dict[int, _Verdict] = field(default_factory=dict)
    payments: list[Incoming] = field(default_factory=list)

    def left(self) -> list[_New]:
        """The entries without a verdict."""
        return [entry for entry in self.entries if entry.pk not in self.verdicts]

    def post(
        self, entry: _New, payer_id: int, rule: Rule, *, instalments: tuple[int, ...] = (), kind: str = ""
    ) -> None:
        """This entry's money is that payer's."""
        self.verdicts[entry.pk] = _Verdict(EntryState.POSTED, payer_id, rule)
        self.payments.append(
            Incoming(payer_id, entry.amount, entry.paid_on, entry_reference(entry.pk, 1), instalments, kind)
        )


def match_entries(*, by: Actor, at: datetime, batch: int = BATCH) -> int:
    """Match every new entry of accepted statements, post what is certain; returns how many were looked at.

    Of more than a batch a second thread takes every other one, by a connection of its own: they lock and commit in
    their order, but while the database writes one, the next is made ready. What is learnt from earlier entries (open
    dues, known senders) a batch knows of all before it but the last, as entries of one batch do not know each other.
    In the caller's transaction there is one thread.
    """
    if connection.in_atomic_block or not BankEntry.objects.filter(state=EntryState.NEW)[batch : batch + 1].exists():
        return _match_all(Turns(), by=by, at=at, most=batch)
    turns = Turns(shared_by=2)
    with quick_turns(), ThreadPoolExecutor(1, thread_name_prefix="statements") as pool:
        beside = pool.submit(_match_beside, turns, by=by, at=at, most=batch)
        looked_at = _match_all(turns, by=by, at=at, most=batch)
    return looked_at + beside.result() + _match_all(Turns(), by=by, at=at, most=batch)


def _match_beside(turns: Turns, *, by: Actor, at: datetime, most: int) -> int:
    try:
        return _match_all(turns, by=by, at=at, most=most)
    finally:
        connection.close()


def _match_all(turns: Turns, *, by: Actor, at: datetime, most: int) -> int:
    """Batch after batch, until nothing is left or a turn is lost: the failure of the other thread is told by itself."""
    looked_at = 0
    try:
        with suppress(TurnLost):
            while count := _match_some(turns, by=by, at=at, most=most):
                looked_at += count
    finally:
        turns.part()
    return looked_at


def _match_some(turns: Turns, *, by: Actor, at: datetime, most: int) -> int:
    chained = BankStatement.objects.filter(chain=Chain.CHAINED)
    with unpaused(), turns.turn() as turn, transaction.atomic():
        turn.enter(Stage.TAKE)
        rows = (
            BankEntry.objects.filter(state=EntryState.NEW, statement__in=chained)
            .select_for_update(skip_locked=True)  # without a join, which would lock the statement too
            .order_by("pk")
            .values_list(*READ)[:most]
        )
        work = _Batch(list(map(_New._make, rows)))
        turn.leave(Stage.TAKE)
        if not work.entries:
            return 0
        _by_kind(work)
        _by_virtual_account(work)
        _by_words(work, on=timezone.localdate(at))
        _debits(work)
        turn.leave(Stage.MATCH)
        first, last = work.entries[0].pk, work.entries[-1].pk
        turn.enter(Stage.LOCK)  # two payments of one payer lie in two batches: the dues are theirs in this order
        if work.payments:
            locked = partial(turn.leave, Stage.LOCK)
            subject = f"bank_entries:{first}-{last}"
            landed = post_incoming(work.payments, subject=subject, by=by, at=at, when_locked=locked)
            confirm_transfers(_transfers(work.entries, landed), at=at)
        turn.leave(Stage.LOCK)
        _mark(work.verdicts, at=at)
        connection.check_constraints()  # now, beside the other thread, and not at the commit, which waits for its turn
        turn.enter(Stage.COMMIT)
    return len(work.entries)


def _transfers(entries: Iterable[_New], landed: Iterable[Landed]) -> list[Transfer]:
    """What payers are told of: the entries that are new in the ledger."""
    payers = {one.reference: one.payer_id for one in landed if one.is_new}
    return [
        Transfer(payers[key], entry.pk, key, entry.amount, entry.paid_on, entry.booked_on)
        for entry in entries
        if (key := entry_reference(entry.pk, 1)) in payers
    ]


def _by_kind(work: _Batch) -> None:
    """What no clue may place: reversals, lumps and other currencies wait for a clerk."""
    statements = BankStatement.objects.filter(pk__in={entry.statement_id for entry in work.entries})
    foreign = set(statements.exclude(currency=ZLOTY).values_list("pk", flat=True))
    for entry in work.entries:
        is_unclear = entry.is_lump or entry.statement_id in foreign
        if entry.mark in {"RC", "RD"} or (entry.mark == "C" and is_unclear):
            work.verdicts[entry.pk] = WAITS


def _by_virtual_account(work: _Batch) -> None:
    """First in order: the account to which it came names the payer, and maybe the kind of due."""
    told = [entry for entry in work.left() if entry.credited and entry.mark == "C"]
    owners = owners_of({entry.credited for entry in told})
    for entry in told:
        if (owner := owners.get(entry.credited)) is not None:
            work.post(entry, owner.payer_id, Rule.VIRTUAL, kind=owner.kind_code)


def _by_words(work: _Batch, *, on: date) -> None:
    """Then what stands in the title, and who sent it; payouts of providers are set apart."""
    incoming = [entry for entry in work.left() if entry.mark == "C"]
    facts = facts_of([entry.pk for entry in incoming])
    for key, one in list(facts.items()):
        if provider := provider_of_payout(name=one.name, title=one.title):
            work.verdicts[key] = _Verdict(EntryState.PAYOUT, None, Rule.PROVIDER, provider)
            del facts[key]
    search = Search(facts, on=on)
    for entry in incoming:
        if entry.pk in work.verdicts:
            continue
        found = certain(propose(facts[entry.pk], search.candidates(entry.pk)))
        if found is None:
            work.verdicts[entry.pk] = WAITS
        else:
            work.post(entry, found.payer_id, found.rule, instalments=found.instalments)


def _debits(work: _Batch) -> None:
    """Debits are outgoing money; one that sends the sum of a posted credit back to where it came from may take it back,
    and a clerk is asked.
    """
    debits = work.left()
    if not debits:
        return
    senders = {entry.sender for entry in debits if entry.sender}
    amounts = {entry.amount for entry in debits}
    posted = BankEntry.objects.filter(state=EntryState.POSTED, mark="C", sender__in=senders, amount__in=amounts)
    came = set(posted.values_list("sender", "amount").distinct()) if senders else set()
    posting = {key for key, verdict in work.verdicts.items() if verdict.state is EntryState.POSTED}
    came |= {(one.sender, one.amount) for one in work.entries if one.pk in posting}
    for entry in debits:
        is_return = (entry.sender, entry.amount) in came
        work.verdicts[entry.pk] = WAITS if is_return else _Verdict(EntryState.OUTGOING)


def facts_of(entry_ids: Collection[int]) -> dict[int, Facts]:
    """What the bank said of these entries, opened."""
    if not entry_ids:
        return {}
    entries = BankEntry.objects.filter(pk__in=among(entry_ids)).order_by()
    found = {}
    for key, amount, paid_on, sender, details in entries.values_list("pk", "amount", "paid_on", "sender", "details"):
        title, name, _ = read_details(details)
        found[key] = Facts(amount, paid_on, title, name, sender)
    return found


def read_details(details: str) -> tuple[str, str, str]:
    """Title, name and the bank's own text of an entry's `details`; what no key opens shows as it is."""
    try:
        title, name, text = json.loads(details)
    except ValueError:
        return details, "", ""
    return title, name, text or title


def _mark(verdicts: Mapping[int, _Verdict], *, at: datetime) -> None:
    """Write the verdicts, one statement for those that are alike: few keys tell the rest."""
    alike: dict[tuple[EntryState, str, str], dict[int, int | None]] = {}
    for key, (state, payer_id, rule, provider) in verdicts.items():
        alike.setdefault((state, rule, provider), {})[key] = payer_id
    # Between these two lies little else: the planner takes the range, whatever it thinks of the table.
    ends = {"first": min(verdicts), "last": max(verdicts)}
    with connection.cursor() as cursor:
        for (state, rule, provider), payers in alike.items():
            is_posted = state is EntryState.POSTED
            said = {"state": state.value, "rule": str(rule), "provider": provider, "posting": int(is_posted)}
            owners = keys_array(payer for payer in payers.values() if payer is not None)
            keys = {"ids": keys_array(payers), "payers": owners, "settled_at": at if is_posted else None}
            cursor.execute(MARKED, {**said, **keys, **ends})
