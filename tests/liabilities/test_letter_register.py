"""Service of dunning letters: the cost arises with it, once; what came back may be sent anew; cases for writs."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.errors import Refused
from liabilities.holds import hold_back
from liabilities.letter_register import enter_outcomes, number_gaps, outcomes_of_file, typed_outcomes
from liabilities.letter_runs import number_some
from liabilities.models import DunningLetter, EntryKind, HoldReason, Instalment, LedgerEntry, LetterLine, Outcome
from liabilities.queries import unproven_instalments
from liabilities.writ_cases import cases_csv, cases_of, handed_lines, take_cases, waiting_lines
from tests import make
from tests.liabilities.dunning import arrear, many_arrears, order, served
from tests.liabilities.ledger_town import pay

pytestmark = pytest.mark.django_db
TODAY = make.today()
LATER = TODAY + timedelta(days=20)


def letter_of(*dues: Instalment) -> DunningLetter:
    """The numbered letter of a new run; sheets are not set."""
    run = order()
    number_some(run, by=make.BY, at=make.now())
    run.state, run.finished_at = "done", make.now()
    run.save()
    return run.letters.get(lines__instalment=dues[0])


def costs(due: Instalment) -> Decimal:
    """Costs that stand on a due."""
    return Instalment.objects.get(pk=due.pk).costs


def test_upea_15_2_the_cost_arises_with_service_once_and_on_the_oldest_due() -> None:
    number = make.pesel(1)
    old, young = arrear(number, "STARA", days=90), arrear(number, "MLODA", days=40)
    letter = letter_of(old, young)
    assert costs(old) == 0
    assert served(letter, TODAY + timedelta(days=3), today=LATER)
    assert (costs(old), costs(young)) == (16, 0)
    assert not served(letter, TODAY + timedelta(days=3), today=LATER)
    assert served(letter, TODAY + timedelta(days=4), Outcome.FICTION, today=LATER)
    assert costs(old) == 16
    entry = LedgerEntry.objects.get(kind=EntryKind.COSTS)
    assert (entry.reference, entry.value_on) == (f"letter:{letter.pk}", TODAY + timedelta(days=3))


def test_who_paid_before_service_or_on_its_day_owes_no_cost_and_who_paid_after_owes_it() -> None:
    before, after = arrear(make.pesel(1), "PRZED"), arrear(make.pesel(2), "PO", name="Jan Po")
    first = letter_of(before)
    second = DunningLetter.objects.get(payer__name="Jan Po")
    day = TODAY + timedelta(days=3)
    pay(before, "700.00", on=day)
    pay(after, "700.00", on=day + timedelta(days=1))
    served(first, day, today=LATER)
    served(second, day, today=LATER)
    assert (costs(before), costs(after)) == (0, 16)
    assert unproven_instalments() == []


def test_a_letter_that_was_not_served_after_all_costs_nothing_and_may_be_sent_anew() -> None:
    due = arrear(make.pesel(1), "D-1")
    letter = letter_of(due)
    served(letter, TODAY, today=LATER)
    served(letter, TODAY + timedelta(days=1), Outcome.RETURNED, today=LATER)
    assert costs(due) == 0
    again = letter_of(due)
    assert (again.number, again.payer_id) == (letter.number + 1, letter.payer_id)
    with pytest.raises(Refused, match="nowe upomnienie"):
        served(letter, TODAY, today=LATER)
    served(again, TODAY, today=LATER)
    assert costs(due) == 16


@pytest.mark.parametrize(
    ("outcome", "days", "code"),
    [(Outcome.SERVED, -1, "outcome_day"), (Outcome.SERVED, 21, "outcome_future"), (Outcome.VOID, 0, "void_reason")],
)
def test_a_day_or_a_reason_that_cannot_be_is_refused(outcome: Outcome, days: int, code: str) -> None:
    letter = letter_of(arrear(make.pesel(1), "D-1"))
    with pytest.raises(Refused) as refusal:
        served(letter, TODAY + timedelta(days=days), outcome, today=LATER)
    assert refusal.value.code == code
    assert DunningLetter.objects.get().outcome == Outcome.WAITING


def test_many_outcomes_go_in_typed_or_from_a_file_and_bad_lines_are_told() -> None:
    many_arrears(4)
    letter_of(make.instalment("D-0"))
    year, iso = TODAY.year, TODAY.isoformat()
    typed = typed_outcomes(
        f"{year}/1\n\nUP/{year}/000002 {iso}\n{year}/99\nxyz\n", outcome=Outcome.SERVED, on=TODAY, way="post"
    )
    done = enter_outcomes(typed, today=TODAY, by=make.BY, at=make.now())
    assert (done.changed, [trouble.line for trouble in done.troubles]) == (2, [4, 5])
    lines = ["numer;data;wynik;droga;uwagi", f"{year}/3;{iso};Zwrot;poczta;adresat nieznany"]
    lines += [f"{year}/4;{iso};zgubione;;", f"{year}/1;{iso};doręczone;poczta;", f"{year}/4;31.02.2026;zwrot;;"]
    rows = outcomes_of_file(io.BytesIO("\n".join(lines).encode("cp1250")))
    done = enter_outcomes(rows, today=TODAY, by=make.BY, at=make.now())
    assert (done.changed, done.known, [trouble.line for trouble in done.troubles]) == (1, 1, [3, 5])
    assert list(DunningLetter.objects.order_by("number").values_list("outcome", flat=True)) == [
        *("served", "served", "returned", "waiting"),
    ]
    assert number_gaps(year) == []


def test_a_case_is_ripe_seven_days_after_service_unless_something_stands_in_its_way() -> None:
    many_arrears(3)
    letter_of(make.instalment("D-0"))
    for letter in DunningLetter.objects.all():
        served(letter, TODAY, today=LATER)
    pay(make.instalment("D-1"), "900.00", on=TODAY + timedelta(days=2))
    held = make.instalment("D-2")
    hold_back(held, reason=HoldReason.DISPUTE, note="SKO.7", until_on=None, on=TODAY, by=make.BY)
    assert not waiting_lines(TODAY + timedelta(days=7)).exists()
    cases = cases_of(list(waiting_lines(LATER)), on=LATER, at=make.now())
    assert [(case.line.payer.name, bool(case.obstacle)) for case in cases] == [
        ("Osoba 000", False),
        ("Osoba 002", True),
    ]
    ripe = take_cases(on=LATER, by=make.BY, at=make.now())
    assert [case.line.payer.name for case in ripe] == ["Osoba 000"]
    assert take_cases(on=LATER, by=make.BY, at=make.now()) == []
    again = cases_of(list(handed_lines(LATER, on=LATER)), on=LATER, at=make.now())
    header, row = "".join(cases_csv(again, on=LATER)).lstrip("\ufeff").splitlines()
    told = dict(zip(header.split(";"), row.split(";"), strict=True))
    assert (told["pesel"], told["naleznosc"], told["koszty_upomnienia"]) == (make.pesel(0).value, "600,00", "16,00")
    assert told["odsetki_od"] == (ripe[0].line.instalment.payable_by + timedelta(days=1)).isoformat()
    assert told["przedawnienie"] == date(ripe[0].line.instalment.payable_by.year + 5, 12, 31).isoformat()
    assert LetterLine.objects.filter(handed_on=LATER).count() == 1
