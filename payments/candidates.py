"""Who may be meant by a transfer: the look-ups behind payments/matching.py, for a whole batch in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from core.errors import Refused
from liabilities.balances import left_to_pay, open_by_payer
from liabilities.models import Instalment, Liability
from liabilities.models.liability import bare_number
from payments.entry_states import EntryState
from payments.matching import Candidate, Facts, OwnDue, read_clues
from payments.models import BankEntry, Payment
from payments.virtual_accounts import kept_records
from residents.identity import read_identity
from residents.models import Payer
from residents.queries import find_payer

BY_DECISION = "w tytule jest numer decyzji"
MOST_OF_SENDER = 5  # payers
TELLING = """
SELECT s.sender FROM unnest(%s::text[]) AS s(sender) CROSS JOIN LATERAL (
    SELECT count(*) AS payers FROM (
        SELECT DISTINCT payer_id FROM payments_bankentry
        WHERE sender = s.sender AND state = 'posted' AND payer_id IS NOT NULL ORDER BY payer_id LIMIT %s
    ) AS p
) AS known WHERE known.payers BETWEEN 1 AND %s
"""
SOURCES = """
WITH RECURSIVE found AS (
    SELECT min(source) AS source FROM liabilities_instalment
    UNION ALL
    SELECT (SELECT min(source) FROM liabilities_instalment WHERE source > found.source) FROM found
    WHERE found.source IS NOT NULL
) SELECT source FROM found WHERE source IS NOT NULL
"""
MOST_DECISIONS = 500  # of one batch: each is looked for in the titles of all dues


@dataclass
class _Found:
    """What leads from one entry to one payer."""

    named: list[int] = field(default_factory=list)
    clues: list[str] = field(default_factory=list)
    payment_no: str = ""
    seen: int = 0
    seen_same: int = 0


Leads = dict[int, _Found]  # payer → what leads there


class Search:
    """The candidates of a batch of entries: look up once, then ask for each.

    *on* is today: identity numbers are judged by it. Payers whose records were merged lead to the one that was kept.
    """

    def __init__(
        self, facts: Mapping[int, Facts], *, on: date, more: Mapping[int, Collection[int]] | None = None
    ) -> None:
        self._facts = facts
        self._clues = {key: read_clues(one.title) for key, one in facts.items()}
        self._leads: dict[int, Leads] = {key: defaultdict(_Found) for key in facts}
        self._senders: dict[str, set[int]] = defaultdict(set)
        self._by_payment_no()
        self._by_key()
        self._by_decision()
        self._by_number(on)
        self._by_sender()
        for key, payers in (more or {}).items():
            for payer_id in payers:
                self._leads[key][payer_id]
        wanted = {payer for leads in self._leads.values() for payer in leads}
        self._kept = kept_records(wanted)
        kept = set(self._kept.values())
        self._names = dict(Payer.objects.filter(pk__in=kept).values_list("pk", "name"))
        self._open = open_by_payer(kept)
        self._seen: dict[date, dict[int, list[OwnDue]]] = {}

    def candidates(self, key: int) -> list[Candidate]:
        """Who may be meant by the entry *key*."""
        facts = self._facts[key]
        merged: dict[int, _Found] = {}
        for payer_id, found in self._leads[key].items():
            if (kept := self._kept.get(payer_id)) is not None:
                merged[kept] = _joined(merged.get(kept), found)
        only = {self._kept.get(payer, payer) for payer in self._senders.get(facts.sender, ())}
        return [
            self._candidate(payer_id, found, facts, is_only=only == {payer_id}) for payer_id, found in merged.items()
        ]

    def _candidate(self, payer_id: int, found: _Found, facts: Facts, *, is_only: bool) -> Candidate:
        dues = self._dues_on(facts.paid_on).get(payer_id, [])
        still_open = {due.instalment_id for due in dues}
        return Candidate(
            payer_id=payer_id,
            name=self._names[payer_id],
            dues=dues,
            named=[key for key in dict.fromkeys(found.named) if key in still_open],
            clues=found.clues,
            payment_no=found.payment_no,
            seen=found.seen,
            seen_same=found.seen_same,
            is_only_one=is_only,
        )

    def _dues_on(self, on: date) -> dict[int, list[OwnDue]]:
        """The open dues of all candidates as they stood on a day of payment: counted once for a batch."""
        if on not in self._seen:
            dues = {due.pk: due for own in self._open.values() for due in own}
            left = left_to_pay(dues.values(), on=on)
            own_dues = {key: _own_due(due, left[key]) for key, due in dues.items()}
            self._seen[on] = {payer_id: [own_dues[due.pk] for due in own] for payer_id, own in self._open.items()}
        return self._seen[on]

    def _each(self, kind: str) -> dict[Any, list[int]]:
        """What the titles name of a *kind* of clue → the entries that do."""
        named: dict[Any, list[int]] = defaultdict(list)
        for key, clues in self._clues.items():
            for clue in getattr(clues, kind):
                named[clue].append(key)
        return named

    def _by_payment_no(self) -> None:
        named = self._each("payments")
        payments = Payment.objects.filter(pk__in=list(named)).prefetch_related("lines") if named else ()
        for payment in payments:
            for key in named[payment.pk]:
                found = self._leads[key][payment.payer_id]
                found.named += [line.instalment_id for line in payment.lines.all()]
                if payment.amount == self._facts[key].amount:
                    found.payment_no = payment.reference
                else:
                    found.clues.append(f"w tytule jest numer płatności {payment.reference}")

    def _by_key(self) -> None:
        named = self._each("keys")
        if not named:
            return
        rows = Instalment.objects.filter(source__in=_sources(), external_id__in=named)
        for pk, key, payer_id in rows.order_by("payable_by", "pk").values_list(
            "pk", "external_id", "liability__payer_id"
        ):
            for entry in named[key]:
                self._add(entry, payer_id, [pk], f"w tytule jest klucz raty {key}")

    def _by_decision(self) -> None:
        """By the number that the finance system gave; where it gave none, by the title of the due."""
        named = self._each("decisions")
        if not named:
            return
        known = Instalment.objects.exclude(decision_no="").annotate(bare=bare_number("decision_no"))
        rows = known.filter(bare__in=list(named)).order_by("payable_by", "pk")
        found = set()
        for pk, bare, payer_id in rows.values_list("pk", "bare", "liability__payer_id"):
            found.add(bare)
            for entry in named[bare]:
                self._add(entry, payer_id, [pk], BY_DECISION)
        self._by_title({decision: entries for decision, entries in named.items() if decision not in found})

    def _by_title(self, named: Mapping[str, list[int]]) -> None:
        """By decisions' numbers that stand in the titles of dues: read whole, so only for a few."""
        if not 0 < len(named) <= MOST_DECISIONS:
            return
        is_named = reduce(or_, (Q(bare__contains=decision) for decision in named))
        liabilities = Liability.objects.annotate(bare=bare_number("title")).filter(is_named)
        titles = dict(liabilities.values_list("pk", "bare"))
        rows = Instalment.objects.filter(liability_id__in=titles).order_by("payable_by", "pk")
        for pk, liability_id, payer_id in rows.values_list("pk", "liability_id", "liability__payer_id"):
            for decision in [one for one in named if one in titles[liability_id]]:
                for entry in named[decision]:
                    self._add(entry, payer_id, [pk], BY_DECISION)

    def _by_number(self, on: date) -> None:
        for payer_no, entries in self._each("payers").items():
            for entry in entries:
                self._add(entry, payer_no, [], "w tytule jest numer płatnika")
        for number, entries in self._each("identities").items():
            try:
                payer = find_payer(read_identity(number, on=on))
            except Refused:
                continue
            if payer is not None:
                for entry in entries:
                    self._add(entry, payer.pk, [], "w tytule jest numer identyfikacyjny płatnika")

    def _add(self, entry: int, payer_id: int, instalments: Iterable[int], words: str) -> None:
        found = self._leads[entry][payer_id]
        found.named += instalments
        if words not in found.clues:
            found.clues.append(words)

    def _by_sender(self) -> None:
        of_sender: dict[str, list[int]] = defaultdict(list)
        for key, facts in self._facts.items():
            if facts.sender:
                of_sender[facts.sender].append(key)
        for sender, payer_id, amount, times in _memory(_telling(of_sender)):
            self._senders[sender].add(payer_id)
            for key in of_sender[sender]:
                found = self._leads[key][payer_id]
                found.seen += times
                found.seen_same += times if amount == self._facts[key].amount else 0


def _sources() -> list[str]:
    """Every source that dues come from: a few, each found by one step into the index that begins with them."""
    with connection.cursor() as cursor:
        cursor.execute(SOURCES)
        return [row[0] for row in cursor.fetchall()]


def _telling(senders: Collection[str]) -> list[str]:
    """Those of these accounts that paid for a few payers only: a post office's account tells nothing of whose it is.

    An index answers it without reading all that such an account ever paid.
    """
    if not senders:
        return []
    with connection.cursor() as cursor:
        cursor.execute(TELLING, [list(senders), MOST_OF_SENDER + 1, MOST_OF_SENDER])
        return [row[0] for row in cursor.fetchall()]


def _memory(senders: Collection[str]) -> "QuerySet[BankEntry, tuple[str, int, Decimal, int]]":
    """For whom, and how often, these accounts paid which sums: what clerks and rules posted and nobody took back."""
    return (
        BankEntry.objects.filter(
            sender__in=senders, state=EntryState.POSTED, payer__isnull=False, reversed_by__isnull=True
        )
        .order_by()
        .values_list("sender", "payer_id", "amount")
        .annotate(times=Count("pk"))
    )


def _joined(one: _Found | None, other: _Found) -> _Found:
    if one is None:
        return other
    return _Found(
        one.named + other.named,
        list(dict.fromkeys(one.clues + other.clues)),
        one.payment_no or other.payment_no,
        one.seen + other.seen,
        one.seen_same + other.seen_same,
    )


def _own_due(due: Instalment, total: Decimal) -> OwnDue:
    liability = due.liability
    words = f"{liability.title} {liability.year}, rata {due.number}"
    return OwnDue(due.pk, liability.kind_id, due.payable_by, total, due.outstanding, words)
