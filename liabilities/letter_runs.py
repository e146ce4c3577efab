"""A run of dunning letters: ordered, worked on in small committed batches, paused, gone on with, done.

Two steps, each of which another worker may take up after a kill at any line. First the addressees, a batch a
transaction: dues are looked at, letters get their numbers and what stands on them, the batch leaves the list. Then the
letters that have no file are set as PDF and stored, a few a transaction: that changes nothing but the file.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max

from core import audit
from core.actor import Actor
from core.bulk import copy_rows
from core.errors import Refused
from core.press import NotSet, press
from liabilities.figures import Figures, figures
from liabilities.letter_choice import Choice, Draft, addressees_of, choose, public_kinds
from liabilities.letter_content import content_of, html_of
from liabilities.letter_rules import TIMES_COST, sign_of
from liabilities.models import (
    DunningLetter,
    Fee,
    FeeKind,
    LetterAddressee,
    LetterFile,
    LetterLine,
    LetterRun,
    LetterSkip,
    Outcome,
    RunState,
)

ADDRESSEES = 100  # looked at in one transaction
SHEETS = 20  # stored in one transaction
FETCHED = 200
NUMBERS = "dunning letters"
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Order:
    """What the treasurer asks for; `least` None is ten times the cost."""

    issued_on: date
    kinds: tuple[str, ...]
    overdue_days: int
    wait_days: int
    signer: str
    least: Decimal | None = None


def letter_cost(on: date) -> Decimal:
    """The cost of a letter sent *on* a day, in złoty. Raises Refused `cost_unknown`."""
    known: list[tuple[date, Decimal]] = [
        (fee.valid_from or date.min, fee.amount)
        for fee in Fee.objects.filter(kind=FeeKind.REMINDER_LETTER)
        if (fee.valid_from or date.min) <= on
    ]
    if not known:
        raise Refused("cost_unknown", "Tabela opłat nie zna kosztów upomnienia na ten dzień.", where="issued_on")
    return max(known)[1]


def order_letters(order: Order, *, on: date, by: Actor, at: datetime) -> LetterRun:
    """Begin a run: its addressees are listed in postal order, and nothing is numbered yet.

    Raises Refused `kinds_missing`, `not_public`, `day_not_now`, `signer_missing`, `cost_unknown`, `nobody_owes`,
    `run_under_way`.
    """
    if not order.kinds:
        raise Refused("kinds_missing", "Wybierz co najmniej jeden rodzaj należności.", where="kinds")
    if set(order.kinds) - {kind.code for kind in public_kinds()}:
        raise Refused(
            "not_public",
            "Upomnienie wysyła się tylko o należności publicznoprawne.",
            where="kinds",
            mend="O cywilne: wezwanie do zapłaty.",
        )
    if not on <= order.issued_on <= on + timedelta(days=7):
        raise Refused(
            "day_not_now", "Dzień wystawienia to dziś albo jeden z najbliższych siedmiu dni.", where="issued_on"
        )
    if not order.signer.strip():
        raise Refused("signer_missing", "Podaj imię, nazwisko i stanowisko.", where="signer")
    cost = letter_cost(order.issued_on)
    with transaction.atomic():
        _lock_numbers()
        if LetterRun.objects.exclude(state=RunState.DONE).exists():
            raise Refused("run_under_way", "Poprzednia seria jeszcze trwa.", mend="Poczekaj, aż się skończy.")
        run = LetterRun.objects.create(
            issued_on=order.issued_on,
            kinds=sorted(order.kinds),
            overdue_days=order.overdue_days,
            wait_days=order.wait_days,
            least=cost * TIMES_COST if order.least is None else order.least,
            cost=cost,
            signer=order.signer.strip()[:120],
            started_by_id=by.account_id,
            started_at=at,
        )
        payers = addressees_of(run)
        if not payers:
            raise Refused("nobody_owes", "Nikt nie ma takich zaległości.", mend="Zmień rodzaje albo liczbę dni.")
        rows = ((run.pk, place, payer) for place, payer in enumerate(payers, start=1))
        copy_rows(LetterAddressee._meta.db_table, ("run_id", "place", "payer_id"), rows)
        LetterRun.objects.filter(pk=run.pk).update(total=len(payers))
        audit.record("order_letters", f"letter_run:{run.pk}", by=by, addressees=len(payers), kinds=run.kinds)
    run.refresh_from_db()
    return run


def pause_run(run: LetterRun, *, by: Actor) -> None:
    """Let the run rest after the batch that is under way. Raises Refused `not_working`."""
    _turn(run, RunState.WORKING, RunState.PAUSED, "pause_letters", "Ta seria nie jest w toku.", by=by)


def go_on(run: LetterRun, *, by: Actor) -> None:
    """Go on with a paused run; sheets that could not be set are tried again. Raises Refused `not_paused`."""
    _turn(run, RunState.PAUSED, RunState.WORKING, "go_on_with_letters", "Ta seria nie jest wstrzymana.", by=by)
    run.letters.exclude(problem="").update(problem="")


def cut_short(run: LetterRun, *, reason: str, by: Actor) -> int:
    """End a paused run: whoever was not looked at yet gets nothing from it; letters with numbers are still set.

    Returns how many addressees were left. Raises Refused `reason_missing`, `not_paused`.
    """
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, dlaczego.", where="reason")
    with transaction.atomic():
        go_on(run, by=by)
        left = run.addressees.all().delete()[0]
        audit.record("cut_letters_short", f"letter_run:{run.pk}", by=by, left=left, reason=reason)
    return left


def _turn(run: LetterRun, was: RunState, becomes: RunState, verb: str, words: str, *, by: Actor) -> None:
    with transaction.atomic():
        if not LetterRun.objects.filter(pk=run.pk, state=was).update(state=becomes):
            raise Refused(f"not_{was.value}", words, mend="Odśwież stronę.")
        audit.record(verb, f"letter_run:{run.pk}", by=by)


def work_runs(*, clock: Clock, by: Actor, seconds: float = 0, processes: int = 0) -> int:
    """Work on the runs under way until they are done or paused, or *seconds* have passed (0: no matter how long).

    One worker holds a run; a second one passes it over. Returns how many letters got their file. *processes*: on how
    many cores sheets are set, 0 for all.
    """
    began, made = clock(), 0

    def is_over() -> bool:
        return bool(seconds) and clock() - began > timedelta(seconds=seconds)

    for run in LetterRun.objects.filter(state=RunState.WORKING).order_by("pk"):
        with _held(run) as is_ours:
            if not is_ours:
                continue
            while not is_over() and number_some(run, by=by, at=clock()):
                pass
            if not run.addressees.exists():
                made += _set_sheets(run, processes=processes, is_over=is_over)
            _finish(run, by=by, at=clock())
    return made


@contextmanager
def _held(run: LetterRun) -> Iterator[bool]:
    """Whether this connection alone works on the run; a worker that dies lets go with its connection."""
    key = [f"letter run {run.pk}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", key)
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)


def _lock_numbers() -> None:
    """Nobody else gives numbers until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [NUMBERS])


def _is_working(run: LetterRun) -> bool:
    return LetterRun.objects.filter(pk=run.pk, state=RunState.WORKING).exists()


def number_some(run: LetterRun, *, by: Actor, at: datetime) -> bool:
    """Look at the next addressees and number their letters; whether there may be more to do."""
    with transaction.atomic():
        _lock_numbers()
        if not LetterRun.objects.select_for_update(of=("self",)).filter(pk=run.pk, state=RunState.WORKING).exists():
            return False
        places = dict(run.addressees.order_by("place").values_list("payer_id", "place")[:ADDRESSEES])
        if not places:
            return False
        choice = choose(run, list(places), at=at)
        letters = _letters(run, choice.drafts, places, law=figures())
        _store(run, choice, letters)
        run.addressees.filter(place__in=places.values()).delete()
        if letters:
            told = {"first": letters[0].sign, "last": letters[-1].sign}
            audit.record("number_letters", f"letter_run:{run.pk}", by=by, count=len(letters), **told)
    return True


def _letters(run: LetterRun, drafts: Iterable[Draft], places: dict[int, int], *, law: Figures) -> list[DunningLetter]:
    """The letters with the numbers next to the last one of their year, not saved yet."""
    year = run.issued_on.year
    last: int = DunningLetter.objects.filter(year=year).aggregate(last=Max("number"))["last"] or 0
    letters = []
    for number, draft in enumerate(drafts, start=last + 1):
        content = content_of(draft, run, sign_of(year, number), law=law)
        letters.append(
            DunningLetter(
                run=run,
                place=places[draft.payer.pk],
                year=year,
                number=number,
                payer=draft.payer,
                issued_on=run.issued_on,
                principal=Decimal(content["principal"]),
                interest=Decimal(content["interest"]),
                cost=run.cost,
                content=json.dumps(content, ensure_ascii=False),
            )
        )
    return letters


def _store(run: LetterRun, choice: Choice, letters: list[DunningLetter]) -> None:
    DunningLetter.objects.bulk_create(letters)
    LetterLine.objects.bulk_create(
        LetterLine(
            letter=letter,
            payer_id=letter.payer_id,
            instalment_id=due.instalment_id,
            principal=due.principal,
            interest=due.interest.amount,
        )
        for letter, draft in zip(letters, choice.drafts, strict=True)
        for due in draft.dues
    )
    LetterSkip.objects.bulk_create(
        LetterSkip(
            run=run, payer_id=one.payer_id, instalment_id=one.instalment_id, reason=one.reason, words=one.words[:200]
        )
        for one in choice.left
    )


def _set_sheets(run: LetterRun, *, processes: int, is_over: Callable[[], bool]) -> int:
    """Set the letters that have no file, on all cores, and store each few of them; how many."""
    taken: deque[DunningLetter] = deque()

    def sheets() -> Iterator[str]:
        for letter in _without_file(run):
            taken.append(letter)
            yield html_of(letter.content)

    if next(_without_file(run), None) is None:
        return 0
    made, done = 0, []
    with press(processes) as working:
        for sheet in working.set_all(sheets()):
            done.append((taken.popleft(), sheet))
            if len(done) >= SHEETS:
                made += _store_sheets(done)
                done = []
                if is_over() or not _is_working(run):
                    return made
    return made + _store_sheets(done)


def _without_file(run: LetterRun) -> Iterator[DunningLetter]:
    waiting = run.letters.filter(file__isnull=True, problem="").exclude(outcome=Outcome.VOID).order_by("place")
    last = 0
    while some := list(waiting.filter(place__gt=last)[:FETCHED]):
        yield from some
        last = some[-1].place


def _store_sheets(done: Iterable[tuple[DunningLetter, bytes | NotSet]]) -> int:
    files = []
    with transaction.atomic():
        for letter, sheet in done:
            if isinstance(sheet, NotSet):
                DunningLetter.objects.filter(pk=letter.pk).update(problem=f"nie udało się złożyć pisma: {sheet}"[:120])
            else:
                files.append(LetterFile(letter=letter, body=sheet, sha256=hashlib.sha256(sheet).hexdigest()))
        LetterFile.objects.bulk_create(files, ignore_conflicts=True)
    return len(files)


def _finish(run: LetterRun, *, by: Actor, at: datetime) -> None:
    """Close the run when nothing of it waits; sheets that could not be set pause it instead."""
    with transaction.atomic():
        if run.addressees.exists() or next(_without_file(run), None) is not None:
            return
        mine = LetterRun.objects.filter(pk=run.pk, state=RunState.WORKING)
        if run.letters.filter(file__isnull=True).exclude(outcome=Outcome.VOID).exists():
            mine.update(state=RunState.PAUSED)
        elif mine.update(state=RunState.DONE, finished_at=at):
            audit.record("finish_letters", f"letter_run:{run.pk}", by=by, letters=run.letters.count())
