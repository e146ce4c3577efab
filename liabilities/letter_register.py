"""The register of dunning letters: what became of each, entered one by one, many at once, or from a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.csvfile import read_rows
from core.dates import parse_date
from core.errors import Refused
from liabilities.actions import charge_costs, open_after
from liabilities.letter_rules import read_sign
from liabilities.models import (
    LIVE,
    SERVED,
    DunningLetter,
    EntryKind,
    Instalment,
    LedgerEntry,
    LetterLine,
    Outcome,
    Way,
)
from liabilities.storno import reverse_event

COLUMNS = ("numer", "data", "wynik")
OPTIONAL = ("droga", "uwagi")
MOST_ROWS = 50_000
OUTCOMES = {
    "doręczone": Outcome.SERVED,
    "doreczone": Outcome.SERVED,
    "odebrane": Outcome.SERVED,
    "zastępczo": Outcome.FICTION,
    "zastepczo": Outcome.FICTION,
    "odmowa": Outcome.REFUSED,
    "zwrot": Outcome.RETURNED,
    "zwrócone": Outcome.RETURNED,
    "zwrocone": Outcome.RETURNED,
}
WAYS = {
    "": "",
    "poczta": Way.POST,
    "e-doręczenia": Way.EDELIVERY,
    "e-doreczenia": Way.EDELIVERY,
    "pracownik": Way.MESSENGER,
}


@dataclass(frozen=True)
class Told:
    """What somebody says of one letter. `line` is where it stood in what they gave."""

    line: int
    sign: str
    outcome: Outcome
    on: date
    way: str = ""
    why: str = ""


@dataclass(frozen=True)
class Trouble:
    """A line that did not go in, and why."""

    line: int
    message: str


@dataclass(frozen=True)
class Entered:
    """What came of many lines: letters changed, letters that said so already, and what did not go in."""

    changed: int
    known: int
    troubles: tuple[Trouble, ...]


def record_outcome(
    letter: DunningLetter, outcome: Outcome, *, on: date, today: date, way: str, why: str, by: Actor, at: datetime
) -> bool:
    """Enter what became of a letter *on* a day; whether that was news. A served letter costs the payer its cost (upea
    art. 15 § 2), once, on the oldest of its dues that was open at the end of that day; one that turns out not to have
    been served costs nothing: the entry is reversed.

    Raises Refused `outcome_day`, `outcome_future`, `void_reason`, `letter_void`, `letter_served`, `dunned_again`, and
    as `reverse_event`.
    """
    if on < letter.issued_on:
        raise Refused("outcome_day", "Ten dzień jest wcześniejszy niż dzień wystawienia pisma.", where="on")
    if on > today:
        raise Refused("outcome_future", "Ten dzień jest w przyszłości.", where="on")
    if outcome is Outcome.VOID and not why.strip():
        raise Refused("void_reason", "Napisz, dlaczego upomnienie unieważniasz.", where="why")
    with transaction.atomic():
        locked = DunningLetter.objects.select_for_update(of=("self",)).defer("content").get(pk=letter.pk)
        if locked.outcome == Outcome.VOID and outcome is not Outcome.VOID:
            raise Refused("letter_void", f"Upomnienie {locked.sign} jest unieważnione.")
        if outcome is Outcome.VOID and locked.is_served:
            raise Refused(
                "letter_served", f"Upomnienie {locked.sign} jest doręczone: nie można go unieważnić.", where="outcome"
            )
        news = (outcome, on, way or locked.way, why.strip()[:200])
        if (locked.outcome, locked.outcome_on, locked.way, locked.outcome_why) == news:
            return False
        DunningLetter.objects.filter(pk=locked.pk).update(
            outcome=news[0], outcome_on=news[1], way=news[2], outcome_why=news[3], outcome_by=by.name[:150]
        )
        _keep_lines(locked, is_live=outcome in LIVE)
        _keep_cost(locked, on=on if outcome in SERVED else None, by=by, at=at)
        audit.record("record_outcome", f"letter:{locked.pk}", by=by, outcome=outcome, on=on.isoformat(), why=news[3])
    return True


def _keep_lines(letter: DunningLetter, *, is_live: bool) -> None:
    try:
        with transaction.atomic():
            LetterLine.objects.filter(letter=letter).exclude(is_live=is_live).update(is_live=is_live)
    except IntegrityError as error:
        raise Refused(
            "dunned_again",
            f"O należnościach z pisma {letter.sign} wysłano już nowe upomnienie.",
            mend="Unieważnij najpierw tamto.",
        ) from error


def _keep_cost(letter: DunningLetter, *, on: date | None, by: Actor, at: datetime) -> None:
    """Charge the cost of a letter served *on* a day, or take it back where none was served (None)."""
    name = f"letter:{letter.pk}"
    charged = LedgerEntry.objects.filter(kind=EntryKind.COSTS, reference__in=_names(name)).order_by("pk")
    standing = charged.filter(reversed_by__isnull=True).select_related("instalment__liability", "payer").first()
    due = _due_that_bears(letter, on) if on is not None else None
    if standing is not None and due is None:
        reverse_event(standing, reason=f"upomnienie {letter.sign} bez kosztów", on=timezone.localdate(at), by=by, at=at)
    elif standing is None and due is not None and on is not None:
        charge_costs(due, amount=letter.cost, reference=_names(name)[charged.count()], on=on, by=by, at=at)


def _names(name: str) -> list[str]:
    """The references of a letter's cost: the first, and those after a storno."""
    return [name, *(f"{name}:{again}" for again in range(2, 20))]


def _due_that_bears(letter: DunningLetter, on: date) -> Instalment | None:
    dues = Instalment.objects.filter(letter_lines__letter=letter).select_related("liability")
    return next((due for due in dues.order_by("payable_by", "pk") if open_after(due, on)), None)


def enter_outcomes(rows: Iterable[Told | Trouble], *, today: date, by: Actor, at: datetime) -> Entered:
    """Enter many, each in a transaction of its own: good ones go in, of the others it is told why not."""
    changed = known = 0
    troubles: list[Trouble] = []
    for row in rows:
        if isinstance(row, Trouble):
            troubles.append(row)
            continue
        try:
            letter = find_letter(row.sign)
            is_news = record_outcome(
                letter, row.outcome, on=row.on, today=today, way=row.way, why=row.why, by=by, at=at
            )
        except Refused as refusal:
            troubles.append(Trouble(row.line, str(refusal)))
        else:
            changed, known = changed + is_news, known + (not is_news)
    return Entered(changed, known, tuple(troubles))


def find_letter(sign: str) -> DunningLetter:
    """The letter of that number. Raises Refused `sign_unreadable`, `letter_unknown`."""
    year, number = read_sign(sign)
    letter = DunningLetter.objects.filter(year=year, number=number).defer("content").first()
    if letter is None:
        raise Refused("letter_unknown", f"Nie ma upomnienia {year}/{number:06d}.", mend="Sprawdź numer na piśmie.")
    return letter


def typed_outcomes(text: str, *, outcome: Outcome, on: date, way: str) -> Iterator[Told | Trouble]:
    """Numbers as a clerk types or scans them, one a line, each with a day of its own where it differs from *on*."""
    for line, said in enumerate(text.splitlines(), start=1):
        sign, _, day = said.strip().partition(" ")
        if not sign:
            continue
        try:
            yield Told(line, sign, outcome, parse_date(day) if day.strip() else on, way)
        except Refused as refusal:
            yield Trouble(line, str(refusal))


def outcomes_of_file(file: BinaryIO) -> Iterator[Told | Trouble]:
    """A file of the post or of e-Doręczenia (docs/formats/letters.md). Raises Refused as `core.csvfile.read_rows`,
    `file_long`.
    """
    for place, (line, cells) in enumerate(read_rows(file, COLUMNS, optional=OPTIONAL)):
        if place >= MOST_ROWS:
            raise Refused("file_long", f"Plik ma ponad {MOST_ROWS} wierszy.", mend="Podziel go.")
        yield Trouble(line, "Wiersz ma za mało albo za dużo kolumn.") if cells is None else _row(line, cells)


def _row(line: int, cells: Sequence[str]) -> Told | Trouble:
    sign, day, outcome, way, why = (cell.strip() for cell in cells)
    if outcome.lower() not in OUTCOMES:
        return Trouble(line, "Kolumna wynik: wpisz doręczone, zastępczo, odmowa albo zwrot.")
    if way.lower() not in WAYS:
        return Trouble(line, "Kolumna droga: wpisz poczta, e-doręczenia albo pracownik.")
    try:
        return Told(line, sign, OUTCOMES[outcome.lower()], parse_date(day), WAYS[way.lower()], why[:200])
    except Refused as refusal:
        return Trouble(line, str(refusal))


def number_gaps(year: int) -> list[int]:
    """Numbers of a year that no letter bears below its last one: none, unless somebody deleted rows by hand."""
    numbers = set(DunningLetter.objects.filter(year=year).values_list("number", flat=True))
    return sorted(set(range(1, max(numbers, default=0) + 1)) - numbers)
