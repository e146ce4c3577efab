"""The treasurer's figures over the town: they agree with the ledger, and the pages show them in a few queries."""

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.template import engines
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from liabilities.models import Instalment
from liabilities.queries import seen_on
from liabilities.treasury import aged_arrears, arrears, collected, forecast, months, punctuality, top_debtors
from residents.models import AccessRecord, Account
from tests import make
from tests.conftest import SignIn
from tests.liabilities.dunning import TAX, WASTE
from tests.liabilities.ledger_town import moment, pay

pytestmark = pytest.mark.django_db
ON = date(2026, 5, 20)
ARREARS, BOARD = (reverse(f"admin:liabilities_instalment_{name}") for name in ("arrears", "dashboard"))


@pytest.fixture(autouse=True)
def _templates_as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfold's templates rely on variables that are not always there."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


def town() -> None:
    """Anna: March paid half, September to come, an old one; Jan: waste, half a year late; last year's paid in time."""
    anna, jan = make.pesel(1), make.pesel(2)
    rows = [
        make.row(anna, key="MAR", amount="400,00", due_on=date(2026, 3, 16)),
        make.row(anna, key="SEP", amount="400,00", due_on=date(2026, 9, 15), instalment=2),
        make.row(anna, key="OLD", amount="300,00", due_on=date(2022, 3, 15), year=2022),
        make.row(anna, key="LAST", amount="400,00", due_on=date(2025, 9, 15), year=2025),
        make.row(
            jan, key="WASTE", name="Jan Nowak", kind=WASTE, title="Odpady", due_on=date(2025, 11, 17), amount="90,00"
        ),
    ]
    make.dues(*rows, as_of=moment(date(2025, 1, 1)))
    pay(make.instalment("LAST"), "400.00", on=date(2025, 9, 10))
    pay(make.instalment("MAR"), "200.00", on=date(2026, 3, 16))


def test_each_month_says_what_was_assessed_paid_overdue_and_not_yet_due() -> None:
    town()
    found = {(one.kind_code, one.year, one.month): one for one in months([2025, 2026], on=ON)}
    march, september = found[TAX, 2026, 3], found[TAX, 2026, 9]
    assert (march.assessed, march.paid, march.overdue, march.coming) == (400, 200, 200, 0)
    assert (september.assessed, september.paid, september.overdue, september.coming) == (400, 0, 0, 400)
    assert found[WASTE, 2025, 11].overdue == 90
    assert [one.kind_code for one in months([2025], on=ON, kind_code=WASTE)] == [WASTE]


def test_the_curve_counts_payments_of_a_years_dues_by_the_month_in_which_they_came() -> None:
    town()
    curve = collected(2026, on=ON)
    assert (curve[2026][1], curve[2026][2], curve[2026][11]) == (0, 200, 200)
    assert (curve[2025][7], curve[2025][8], curve[2025][11]) == (0, 400, 400)


def test_the_forecast_follows_each_kinds_punctuality() -> None:
    town()
    shares = punctuality(on=ON)
    assert shares == {TAX: Decimal(600) / Decimal(800), WASTE: 0}
    ahead = {(one.year, one.month): one for one in forecast(on=ON)}
    assert len(ahead) == 12
    assert (ahead[2026, 9].nominal, ahead[2026, 9].expected) == (400, 300)
    assert ahead[2026, 5].nominal == 0


def test_arrears_by_age_add_up_to_what_the_ledger_says_with_interest_to_the_grosz() -> None:
    town()
    late = Instalment.objects.overdue(ON)
    aged = {(one.kind_code, one.age): one for one in aged_arrears(on=ON)}
    assert {key: one.principal for key, one in aged.items()} == {(TAX, 1): 200, (TAX, 4): 300, (WASTE, 2): 90}
    told = seen_on(late.select_related("liability__kind", "decision"), on=ON)
    assert sum(one.interest for one in aged.values()) == sum(due.interest.amount for due in told)
    assert [due.external_id for due in arrears(on=ON, kind_code=TAX, age="31-90")] == ["MAR"]
    debtors = top_debtors(on=ON)
    assert [(one.payer.name, one.count, one.principal, one.oldest) for one in debtors] == [
        ("Anna Nowak", 2, 500, date(2022, 3, 15)),
        ("Jan Nowak", 1, 90, date(2025, 11, 17)),
    ]
    assert debtors[0].interest == sum(due.interest.amount for due in told if due.kind_code == TAX)


def test_the_pages_open_in_a_few_queries_are_heard_and_record_whom_they_show(
    treasurer: Account, signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    town()
    office = signed_in(treasurer)
    with django_assert_max_num_queries(35):
        board = office.get(BOARD, {"rok": "2026"}).text
    for said in ('role="img"', "<desc ", "Tabela: Krzywa wpływów", "Jan Nowak", "90,00\u00a0zł"):
        assert said in board, said
    assert AccessRecord.objects.filter(what="najwięksi dłużnicy").count() == 2
    with django_assert_max_num_queries(35):
        listed = office.get(ARREARS, {"rodzaj": TAX, "wiek": "ponad-3"}).text
    assert "Raty od najstarszej: 1" in listed
    assert office.get(ARREARS, {"wiek": "x", "rodzaj": "y", "strona": "z"}).status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(office.get(f"{BOARD[:-1]}.xlsx").content))
    assert book.sheetnames == ["Miesiące", "Krzywa wpływów", "Prognoza", "Najwięksi dłużnicy"]
    assert "Anna Nowak" in [cell.value for cell in book["Najwięksi dłużnicy"]["B"]]


def test_an_empty_town_has_a_dashboard_too(treasurer: Account, signed_in: SignIn) -> None:
    office = signed_in(treasurer)
    for page in (BOARD, ARREARS, f"{BOARD[:-1]}.xlsx"):
        assert office.get(page, {"rok": str((make.today() + timedelta(days=366)).year)}).status_code == 200
