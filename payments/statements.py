"""A bank's file into statements and entries: kept raw, read, proved, put in its place; then its money is matched."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q, Sum

from core import audit
from core.actor import Actor
from core.bulk import copy_lines, escaped, unpaused
from core.encryption import seal
from core.errors import Refused
from payments.bank_entries import match_entries
from payments.continuity import Place, Span, place_statement
from payments.entry_states import PARKED, Chain, EntryState
from payments.formats import read_statements
from payments.formats.eplatnosci import SETTLEMENTS
from payments.formats.statement import INCOMING, NOTHING, Broken, Closed, Entry, Event, Opened
from payments.models import BankEntry, BankStatement, StatementFile, StatementProblem
from payments.settlement_files import explain_known
from payments.statement_files import keep_file, open_file

COLUMNS = (
    *("statement_id", "line", "mark", "amount", "booked_on", "value_on", "paid_on", "paid_on_from"),
    *(
        "code",
        "sender",
        "credited",
        "reference",
        "details",
        "is_lump",
        "state",
        "rule",
        "posting",
        "provider",
        "reason",
    ),
)
EARLIEST_DEBIT = timedelta(days=10)  # before the booking: what is older is not the day of this transfer
MOST_PROBLEMS = 500
ANALYZED_FROM = 1_000
LONGEST_TEXT = 1_000


@dataclass(frozen=True)
class StatementReport:
    """One statement as it stands now; sums in its currency. `posted` and `unmatched` count incoming entries."""

    account: str
    number: str
    opening: Decimal | None
    closing: Decimal | None
    entries: int
    credits: Decimal
    debits: Decimal
    posted: int
    unmatched: int


@dataclass(frozen=True)
class Problem:
    """What of a file could not be used, or must wait: the line, a code for programs, and Polish words."""

    line: int
    code: str
    message: str


@dataclass(frozen=True)
class FileReport:
    """What came of a file; it changed nothing unless it `is_new`."""

    file_id: int
    statements: tuple[StatementReport, ...]
    errors: tuple[Problem, ...]
    is_new: bool = field(default=True, compare=False)


def import_statement(stream: BinaryIO, *, name: str, by: Actor, at: datetime, form: str = "auto") -> FileReport:
    """Take a bank's file: keep it raw, bring in its statements, match and post their money.

    The file is kept before anybody acts on it; its statements come in by one transaction, their money by batches that
    may be killed and taken up again (`finish_files`). The same file, or a statement that is known, changes nothing. A
    statement that is cut, does not add up, or says other things under a known number is refused; one that leaves a gap
    or overlaps waits. Raises Refused as `payments.formats.read_statements` when the file is none.
    """
    file, is_new = keep_file(stream, name=name, form=form, by=by)
    take_in(file.pk, by=by, at=at)
    match_entries(by=by, at=at)
    return replace(report_of(file.pk), is_new=is_new)


def finish_files(*, by: Actor, at: datetime) -> int:
    """Bring in what a crash left: files that were kept and not read, entries that nobody matched; how many files."""
    left = list(StatementFile.objects.filter(handled_at__isnull=True).order_by("pk").values_list("pk", flat=True))
    for file_id in left:
        take_in(file_id, by=by, at=at)
    match_entries(by=by, at=at)
    return len(left)


def take_in(file_id: int, *, by: Actor, at: datetime) -> None:
    """Read a kept file into statements and entries, once; the money is not matched yet. One transaction."""
    with transaction.atomic():
        with connection.cursor() as cursor:  # statements find their place beside the others: one file at a time
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('bank statements', 0))")
        file = StatementFile.objects.select_for_update(of=("self",)).get(pk=file_id)
        if file.handled_at is not None:
            return
        with open_file(file) as stream, unpaused():
            problems = _Intake(file, stream, at=at).run()
        for problem in problems[:MOST_PROBLEMS]:
            StatementProblem.objects.create(
                file=file, line=problem.line, code=problem.code, message=problem.message[:500]
            )
        file.handled_at = at
        file.save(update_fields=["handled_at"])
        audit.record("import_statement", f"statement_file:{file.pk}", by=by, problems=len(problems))
        entries = BankStatement.objects.filter(file=file).aggregate(count=Sum("entries", default=0))["count"]
        if entries >= ANALYZED_FROM:
            _analyze()


@dataclass
class _Sums:
    """What a statement's entries come to, counted while they stream into the database."""

    opened: Opened
    end: Closed | Broken | None = None
    entries: int = 0
    credits: Decimal = NOTHING
    debits: Decimal = NOTHING
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, entry: Entry) -> None:
        self.entries += 1
        if entry.mark in INCOMING:
            self.credits += entry.amount
        else:
            self.debits += entry.amount
        said = f"{entry.mark}|{entry.amount}|{entry.booked_on}|{entry.sender}|{entry.reference}|{entry.title}\n"
        self.digest.update(said.encode())


class _Intake:
    """One pass over a file."""

    def __init__(self, file: StatementFile, stream: BinaryIO, *, at: datetime) -> None:
        self._file = file
        self._at = at
        self._events = _told(read_statements(stream, form=file.form))
        self._problems: list[Problem] = []

    def run(self) -> list[Problem]:
        """Every statement of the file; what could not be used."""
        for event in self._events:
            if isinstance(event, Opened):
                self._take(event)
            elif isinstance(event, Broken):
                self._blame(event)
        return self._problems

    def _blame(self, broken: Broken) -> None:
        self._problems.append(Problem(broken.at, broken.problem.code, str(broken.problem)))

    def _take(self, opened: Opened) -> None:
        """Stream a statement's entries in, then see whether it may stay."""
        sums, known = _Sums(opened), None
        statement_id = _next_id()
        with transaction.atomic():
            copy_lines(BankEntry._meta.db_table, COLUMNS, self._lines(sums, statement_id))
            if isinstance(sums.end, Closed):
                known = _known(opened, sums.end)
                if known is None:
                    self._keep(sums, sums.end, statement_id)
                    return
            transaction.set_rollback(True)
        if known is not None:
            self._again(known, sums)
        elif isinstance(sums.end, Broken):
            self._blame(sums.end)

    def _lines(self, sums: _Sums, statement_id: int) -> Iterator[str]:
        for event in self._events:
            if not isinstance(event, Entry):
                if isinstance(event, Opened):  # the reader says Broken before it opens another one
                    event = Broken(event.at, Refused("statement_cut", "Wyciąg bez salda końcowego."))
                sums.end = event
                return
            sums.add(event)
            yield _line(event, statement_id)

    def _keep(self, sums: _Sums, closed: Closed, statement_id: int) -> None:
        """Give a statement its row and its place."""
        opened = sums.opened
        account = _account(opened)
        new = Span(
            opened.number, opened.opened_on or closed.closed_on, closed.closed_on, opened.opening, closed.closing
        )
        place = _place(account, new)
        BankStatement.objects.create(
            pk=statement_id,
            file=self._file,
            account=account,
            number=new.number,
            currency=opened.currency,
            opened_on=new.opened_on,
            closed_on=new.closed_on,
            opening=new.opening,
            closing=new.closing,
            entries=sums.entries,
            credits=sums.credits,
            debits=sums.debits,
            digest=sums.digest.hexdigest(),
            chain=place.chain,
            reason=place.words[:300],
        )
        if account == SETTLEMENTS:
            explain_known(statement_id, at=self._at)
        if place.chain is Chain.CHAINED:
            release_followers(account)

    def _again(self, known: BankStatement, sums: _Sums) -> None:
        """A statement that is known changes nothing; one that says other things under its number is refused."""
        if known.file_id != self._file.pk:
            known.seen_in.add(self._file)
        if known.digest == sums.digest.hexdigest() and known.opening == sums.opened.opening:
            return
        self._problems.append(
            Problem(
                sums.opened.at,
                "statement_differs",
                f"Wyciąg {known.number} z dnia {known.closed_on:%d.%m.%Y} jest już wczytany, ale z inną treścią."
                " Nic nie zmieniono. Sprawdź w banku, który jest właściwy.",
            )
        )


def _known(opened: Opened, closed: Closed) -> BankStatement | None:
    same = BankStatement.objects.filter(account=_account(opened), number=opened.number, closed_on=closed.closed_on)
    return same.exclude(chain=Chain.REJECTED).first()


def _told(events: Iterator[Event]) -> Iterator[Event]:
    """*events*, with a refusal of the whole file as the last `Broken`: what came before it stays."""
    try:
        yield from events
    except Refused as refusal:
        yield Broken(0, refusal)


def _analyze() -> None:
    """Tell the planner at once of a large file: by guesses it would read all entries for each one that it marks."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE payments_bankentry (id, statement_id, state, sender)")


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('payments_bankstatement', 'id'))")
        return int(cursor.fetchone()[0])


def _account(opened: Opened) -> str:
    """The account of a statement; of a report the digits that all virtual accounts of the town share."""
    prefix = settings.BANK["virtual_prefix"]
    if opened.opening is None and prefix and opened.account[2:].startswith(prefix):
        return str(prefix)
    return opened.account


@lru_cache(maxsize=1_024)
def _paid_on(booked_on: date, value_on: date, debited_on: date | None) -> tuple[date, str]:
    """The day that the law counts: the debit of the payer's account, else the earlier of the bank's own days."""
    if debited_on is not None and booked_on - EARLIEST_DEBIT <= debited_on <= booked_on:
        return debited_on, "debit"
    return (value_on, "value") if value_on <= booked_on else (booked_on, "booking")


@lru_cache(maxsize=1_024)
def _days(booked_on: date, value_on: date, debited_on: date | None) -> str:
    paid_on, paid_on_from = _paid_on(booked_on, value_on, debited_on)
    return f"{booked_on}\t{value_on}\t{paid_on}\t{paid_on_from}"


def _line(entry: Entry, statement_id: int) -> str:
    """A row of `COLUMNS`, as COPY reads it."""
    text = "" if entry.text == entry.title else entry.text[:LONGEST_TEXT]
    texts = map(encode_basestring, (entry.title[:LONGEST_TEXT], entry.name[:200], text))
    details = seal(f"[{', '.join(texts)}]")
    said = "\t".join(map(escaped, (entry.code[:20], entry.sender, entry.credited, entry.reference)))
    days = _days(entry.booked_on, entry.value_on, entry.debited_on)
    return (
        f"{statement_id}\t{entry.line}\t{entry.mark}\t{entry.amount}\t{days}\t{said}\t{details}\t{entry.is_lump}"
        "\tnew\t\t0\t\t\n"
    )


def _span(statement: BankStatement | None) -> Span | None:
    if statement is None:
        return None
    return Span(statement.number, statement.opened_on, statement.closed_on, statement.opening, statement.closing)


def _place(account: str, new: Span) -> Place:
    accepted = BankStatement.objects.filter(account=account, chain=Chain.CHAINED)
    if account == SETTLEMENTS:
        return Place(Chain.CHAINED)  # files may overlap: transactions have numbers of their own
    if new.opening is None:
        reports = BankStatement.objects.filter(account=account, closed_on=new.closed_on).exclude(chain=Chain.REJECTED)
        same_day = reports.first()
        if same_day is None:
            return Place(Chain.CHAINED)
        return Place(Chain.OVERLAP, f"Z tego dnia jest już raport {same_day.number}: czy to nie te same wpłaty?")
    balanced = accepted.filter(opening__isnull=False)
    return place_statement(
        new,
        first=_span(balanced.order_by("closed_on", "pk").first()),
        last=_span(balanced.order_by("-closed_on", "-pk").first()),
    )


def release_followers(account: str) -> None:
    """Accept the parked statements of *account* that follow by now, one after another, in the caller's transaction."""
    moved = True
    while moved:
        moved = False
        for parked in BankStatement.objects.filter(account=account, chain=Chain.GAP).order_by("closed_on", "pk"):
            span = _span(parked)
            if span is not None and _place(account, span).chain is Chain.CHAINED:
                BankStatement.objects.filter(pk=parked.pk).update(chain=Chain.CHAINED, reason="")
                moved = True


def report_of(file_id: int) -> FileReport:
    """What a file's statements come to now, and what of it could not be used or waits."""
    file = StatementFile.objects.get(pk=file_id)
    of_file = BankStatement.objects.filter(Q(file=file) | Q(seen_in=file)).distinct().order_by("pk")
    counted = of_file.annotate(
        posted=Count("lines", filter=Q(lines__state=EntryState.POSTED, lines__mark__in=["C", "RD"])),
        incoming=Count("lines", filter=Q(lines__mark__in=["C", "RD"])),
    )
    statements, errors = [], []
    for one in counted:
        statements.append(
            StatementReport(
                *(one.account, one.number, one.opening, one.closing, one.entries, one.credits, one.debits),
                posted=one.posted,
                unmatched=one.incoming - one.posted,
            )
        )
        if one.chain in PARKED:
            errors.append(Problem(0, f"statement_{one.chain}", one.reason))
    said = file.problems.values_list("line", "code", "message")
    return FileReport(file_id, tuple(statements), tuple([Problem(*row) for row in said] + errors))
