"""Reads of the clearing account: what waits, since when, what it comes to, and what is proposed for each entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Func, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Upper

from core.errors import Refused
from liabilities.models import Instalment
from liabilities.queries import NOTHING
from payments.bank_entries import facts_of
from payments.candidates import Search
from payments.entry_states import CLEARING, EntryState, Rule
from payments.matching import Facts, Proposal, plain, propose
from payments.models import BankEntry
from residents.models import Payer
from residents.queries import find_record

INCOMING = Q(mark__in=["C", "RD"])
AGES = ((7, "do tygodnia"), (30, "do miesiąca"), (90, "do trzech miesięcy"))
OLDER = "dłużej"
MOST_PROPOSALS = 9  # one a key
MOST_LOOKED_AT = 40
RETURNED_WITHIN = timedelta(days=90)
POLISH, LATIN = "ĄĆĘŁŃÓŚŹŻ", "ACELNOSZZ"
PLAIN_NAME = Func(Upper("name"), Value(POLISH), Value(LATIN), function="translate", output_field=TextField())


@dataclass(frozen=True)
class Age:
    """Entries of the clearing account that have waited about as long; sums in złoty."""

    label: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class ClearingAccount:
    """Where the incoming money of all accepted and parked statements stands, in one currency.

    `incoming` = `posted` + `clearing` + `explained`, always.
    """

    currency: str
    incoming: Decimal
    posted: Decimal
    clearing: Decimal
    explained: Decimal
    ages: tuple[Age, ...]

    @property
    def adds_up(self) -> bool:
        """Whether nothing is missing."""
        return self.incoming == self.posted + self.clearing + self.explained


def clearing_account(*, on: date) -> list[ClearingAccount]:
    """The clearing account *on* a day, by currency, złoty first."""
    live = BankEntry.objects.filter(INCOMING).exclude(state=EntryState.REJECTED).order_by()
    sums = live.values("statement__currency").annotate(
        incoming=Sum("amount"),
        posted=Sum("amount", filter=Q(state=EntryState.POSTED), default=NOTHING),
        explained=Sum("amount", filter=Q(state=EntryState.EXPLAINED), default=NOTHING),
        clearing=Sum("amount", filter=Q(state__in=CLEARING), default=NOTHING),
    )
    return [
        ClearingAccount(
            row["statement__currency"],
            row["incoming"],
            row["posted"],
            row["clearing"],
            row["explained"],
            _ages(row["statement__currency"], on),
        )
        for row in sorted(sums, key=lambda row: (row["statement__currency"] != "PLN", row["statement__currency"]))
    ]


def _ages(currency: str, on: date) -> tuple[Age, ...]:
    waiting = on_clearing().filter(statement__currency=currency).order_by()
    found, newer = [], None
    for days, label in (*AGES, (None, OLDER)):
        since = on - timedelta(days=days) if days is not None else date.min
        some = waiting.filter(booked_on__gt=since) if days is not None else waiting
        if newer is not None:
            some = some.filter(booked_on__lte=newer)
        told = some.aggregate(count=Count("pk"), amount=Sum("amount", default=NOTHING))
        found.append(Age(label, told["count"], told["amount"]))
        newer = since
    return tuple(found)


def on_clearing() -> "QuerySet[BankEntry]":
    """Incoming entries that are on nobody's account, the oldest first."""
    return (
        BankEntry.objects.filter(INCOMING, state__in=CLEARING).select_related("statement").order_by("booked_on", "pk")
    )


def waiting_entries() -> "QuerySet[BankEntry]":
    """What a clerk is asked about: incoming money and reversals, the oldest first."""
    return BankEntry.objects.filter(state=EntryState.WAITING).select_related("statement").order_by("booked_on", "pk")


def next_waiting(after: BankEntry | None = None) -> BankEntry | None:
    """The first entry that waits, or the one after *after*; from the last one, None."""
    waiting = waiting_entries()
    if after is not None:
        waiting = waiting.filter(Q(booked_on=after.booked_on, pk__gt=after.pk) | Q(booked_on__gt=after.booked_on))
    return waiting.first()


def proposals_of(entry: BankEntry, *, on: date, sought: str = "") -> list[Proposal]:
    """For whom an incoming entry may be, the likeliest first, at most nine.

    Beside what the rules find: payers with the sender's name, and open dues of just this sum. *sought* is what a clerk
    typed: a payer's number or a part of a name; who answers it is proposed even when nothing else speaks for them.
    """
    facts = facts_of([entry.pk])
    more = set() if sought else _alike(facts[entry.pk])
    asked = _sought(sought, on=on) if sought else set()
    search = Search(facts, on=on, more={entry.pk: more | asked})
    candidates = search.candidates(entry.pk)
    found = propose(facts[entry.pk], candidates)
    if sought:
        known = {one.payer_id: one for one in found}
        return [
            known.get(one.payer_id) or _bare(one.payer_id, one.name) for one in candidates if one.payer_id in asked
        ][:MOST_PROPOSALS]
    return found[:MOST_PROPOSALS]


def _bare(payer_id: int, name: str) -> Proposal:
    return Proposal(payer_id, name, (), 0, ("odpowiada szukanym słowom",), Rule.CLERK, is_certain=False)


def _sought(text: str, *, on: date) -> set[int]:
    try:
        record = find_record(text, on=on)
    except Refused:
        record = None
    if record is not None:
        return {record.kept_id}
    words = [word for word in plain(text).split() if len(word) > 1]
    return _named(words, most=MOST_PROPOSALS) if words else set()


def _named(words: Iterable[str], *, most: int) -> set[int]:
    rows = Payer.objects.unmerged().annotate(plain_name=PLAIN_NAME)
    for word in words:
        rows = rows.filter(plain_name__contains=word)
    return set(rows.order_by("pk").values_list("pk", flat=True)[:most])


def _alike(facts: Facts) -> set[int]:
    """Payers who bear the first two words of the sender's name, and those who owe just this sum."""
    words = [word for word in plain(facts.name).split() if len(word) > 1][:2]
    named = _named(words, most=MOST_LOOKED_AT) if len(words) == 2 else set()
    same_sum = Instalment.objects.open().filter(outstanding=facts.amount).order_by("payable_by")
    return named | set(same_sum.values_list("liability__payer_id", flat=True)[:MOST_LOOKED_AT])


def reversed_by(entry: BankEntry) -> list[BankEntry]:
    """The posted credits that a reversal may take back: the same sum, lately, from the same account first."""
    rows = (
        BankEntry.objects.filter(
            INCOMING,
            state=EntryState.POSTED,
            amount=entry.amount,
            reversed_by__isnull=True,
            statement__account=entry.statement.account,
            booked_on__range=(entry.booked_on - RETURNED_WITHIN, entry.booked_on),
        )
        .select_related("statement", "payer")
        .order_by("-booked_on", "-pk")[:MOST_LOOKED_AT]
    )
    return sorted(rows, key=lambda one: one.sender != entry.sender or not entry.sender)[:MOST_PROPOSALS]
