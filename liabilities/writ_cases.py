"""Cases ripe for a writ of enforcement (tytuł wykonawczy): dunned, served, seven days gone, not paid.

The portal makes no writ: it hands the town's system for eTW a file (docs/formats/writ-cases.md). What stands in the way
– a hold, a relief, money under way, limitation – keeps a case out, and the list says so.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from core import audit
from core.actor import Actor
from core.spreadsheet import csv_lines
from liabilities.figures import figures
from liabilities.holds import holds_on
from liabilities.in_transit import sums_in_transit
from liabilities.letter_rules import DAYS_TO_PAY, last_day_to_pay
from liabilities.limitation import Limitation
from liabilities.limitation_facts import limitation_of
from liabilities.models import SERVED, Instalment, LetterLine
from liabilities.queries import OpenDue, seen_on

HEADER = (
    *("numer_upomnienia", "dzien_upomnienia", "doreczono", "sposob_doreczenia", "mozna_od"),
    *("numer_platnika", "zobowiazany", "pesel", "nip", "regon", "ulica", "kod_pocztowy", "miejscowosc"),
    *("rodzaj", "tytul", "rok", "rata", "termin", "platne_do", "numer_decyzji", "klucz_zrodlowy"),
    *("naleznosc", "odsetki", "odsetki_na_dzien", "odsetki_od", "koszty_upomnienia"),
    *("przedawnienie", "wspolzobowiazanych"),
)


@dataclass(frozen=True)
class Case:
    """One due of one payer after their letter was served; `obstacle` says in words what keeps it from a writ, ''
    where nothing does. `ripe_on` is the first day on which a writ may be made.
    """

    line: LetterLine
    due: OpenDue
    ripe_on: date
    limitation: Limitation
    obstacle: str


def _served(on: date) -> "QuerySet[LetterLine]":
    """Lines of letters served long enough before, whose due is open; who is dunned, the oldest service first."""
    edge = on - timedelta(days=DAYS_TO_PAY)
    found = LetterLine.objects.filter(
        is_live=True, letter__outcome__in=SERVED, letter__outcome_on__lt=edge, instalment__outstanding__gt=0
    )
    return (
        found.select_related("letter", "payer", "instalment__liability__kind", "instalment__decision")
        .defer("letter__content")
        .order_by("letter__outcome_on", "letter__year", "letter__number", "pk")
    )


def waiting_lines(on: date) -> "QuerySet[LetterLine]":
    """Lines whose case no file held yet."""
    return _served(on).filter(handed_on__isnull=True)


def handed_lines(day: date, *, on: date) -> "QuerySet[LetterLine]":
    """Lines whose case went into a file on a *day* and is still open."""
    return _served(on).filter(handed_on=day)


def cases_of(lines: Sequence[LetterLine], *, on: date, at: datetime) -> list[Case]:
    """The cases of these lines as of *on*, each with what stands in its way."""
    rows = [line.instalment for line in lines]
    keys = [due.pk for due in rows]
    seen = {due.instalment_id: due for due in seen_on(rows, on=on)}
    with_facts = Instalment.objects.filter(pk__in=keys).prefetch_related("limitation_facts")
    known = {due.pk: due for due in with_facts.select_related("liability__kind")}
    holds, moneys, calendar = holds_on(keys, on=on), sums_in_transit(keys, at=at), figures().calendar
    cases = []
    for line in lines:
        served = line.letter.outcome_on
        if served is None:
            continue
        due = known[line.instalment_id]
        limit = limitation_of(due, due.limitation_facts.all())
        ripe_on = last_day_to_pay(served, calendar) + timedelta(days=1)
        obstacle = _obstacle(line, limit, ripe_on, on=on, held=str(holds.get(due.pk, "")), money=moneys.get(due.pk))
        cases.append(Case(line, seen[due.pk], ripe_on, limit, obstacle))
    return cases


def _obstacle(line: LetterLine, limit: Limitation, ripe_on: date, *, on: date, held: str, money: Decimal | None) -> str:
    due, payer = line.instalment, line.payer
    if ripe_on > on:
        return f"termin zapłaty mija dopiero przed {ripe_on:%d.%m.%Y} (dzień wolny)"
    if limit.is_barred(on):
        return "przedawniona"
    if payer.deceased_on is not None:
        return "płatnik nie żyje: ustal spadkobierców"
    if held:
        return held
    if due.decision is not None and due.payable_by >= on:
        return f"ulga: decyzja {due.decision.number}"
    return "wpłata w drodze" if money else ""


def take_cases(*, on: date, by: Actor, at: datetime) -> list[Case]:
    """The cases that are ripe and went into no file yet: from now on they did. Empty when there are none."""
    with transaction.atomic():
        locked = waiting_lines(on).select_for_update(of=("self",))
        ripe = [case for case in cases_of(list(locked), on=on, at=at) if not case.obstacle]
        if ripe:
            LetterLine.objects.filter(pk__in=[case.line.pk for case in ripe]).update(handed_on=on)
            audit.record("take_writ_cases", f"day:{on.isoformat()}", by=by, cases=len(ripe))
    return ripe


def payers_of(cases: Collection[Case]) -> set[int]:
    """Whose data a file of these cases shows."""
    return {case.line.payer_id for case in cases}


def cases_csv(cases: Collection[Case], *, on: date) -> Iterator[str]:
    """The cases as CSV (UTF-8 with BOM, semicolons, decimal commas)."""
    return csv_lines(HEADER, (_row(case, on) for case in cases))


def _row(case: Case, on: date) -> Sequence[object]:
    line, due = case.line, case.line.instalment
    letter, payer, liability = line.letter, line.payer, due.liability
    last = case.limitation.last_on
    return (
        *(letter.sign, letter.issued_on, letter.outcome_on, letter.get_outcome_display(), case.ripe_on),
        *(payer.number, payer.name, payer.pesel, payer.nip, payer.regon),
        *(payer.street, payer.postal_code, payer.city),
        *(liability.kind_id, liability.title, liability.year, due.number, due.due_on, due.payable_by),
        *(due.decision_no, f"{due.source}:{due.external_id}"),
        *(case.due.principal, case.due.interest.amount, on),
        *((due.accrues_after or due.payable_by) + timedelta(days=1), case.due.costs),
        *(last if last is not None else "nie biegnie", case.due.joint_with),
    )
