"""The resident's pages of dues."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from liabilities.actions import PaymentPart, charge_costs, post_payment
from residents.models import AccessRecord, Account, Payer
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
MY_DUES = reverse("liabilities:my_dues")
PAID = reverse("liabilities:paid_dues")


def due_page(key: str) -> str:
    """The address of one due."""
    return reverse("liabilities:due", args=[make.instalment(key).pk])


@pytest.fixture
def browser(anna: Account, signed_in: SignIn) -> Client:
    """Anna's browser; she owes 100 zł in 30 days."""
    return signed_in(anna)


def add(**extra: object) -> None:
    """One more due of Anna's."""
    make.dues(make.row(make.pesel(1), **extra))  # type: ignore[arg-type]


def test_every_open_due_is_listed_with_its_term_interest_and_the_total(browser: Client) -> None:
    add(
        key="LATE",
        title="Podatek rolny",
        kind="PODATEK_ROLNY",
        amount="1000,00",
        due_on=make.today() - timedelta(days=400),
    )
    page = browser.get(MY_DUES)
    late = page.context["groups"][0][1][0]
    assert (late.is_overdue, late.interest.amount > 0) == (True, True)
    assert page.context["balance"].total == Decimal(1100) + late.interest.amount
    for words in ("Podatek rolny", "Podatek od nieruchomości", "po terminie", "odsetki na dziś"):
        assert words in unescape(page.text).replace("\xa0", " ")
    assert f'value="{late.instalment_id}"' in page.text
    assert f'action="{reverse("payments:start")}"' in page.text


def test_instalments_of_one_due_stand_together(browser: Client) -> None:
    day = make.today() + timedelta(days=60)
    add(key="R-2", instalment=2, title="Opłata", kind="ODPADY", due_on=day, year=day.year)
    add(key="R-3", instalment=3, title="Opłata", kind="ODPADY", due_on=day + timedelta(days=5), year=day.year)
    groups = browser.get(MY_DUES).context["groups"]
    assert [[due.number for due in dues] for _, dues in groups] == [[1], [2, 3]]


def test_a_credit_and_costs_are_in_the_total(browser: Client, anna_payer: Payer) -> None:
    add(key="PAID", amount="10,00", title="Opłata", kind="ODPADY")
    paid, open_one = make.instalment("PAID"), make.instalment("ANNA-1")
    at, on = make.now(), make.today()
    post_payment(
        payer_id=anna_payer.pk,
        parts=[PaymentPart(paid.pk, Decimal(15))],
        value_on=on,
        reference="payment:1",
        by=make.BY,
        at=at,
    )
    charge_costs(open_one, amount=Decimal(16), reference="letter:1", on=on, by=make.BY, at=at)
    balance = browser.get(MY_DUES).context["balance"]
    assert (balance.principal, balance.costs, balance.credit, balance.total) == (100, 16, 5, 111)


@pytest.mark.parametrize("more", [0, 49])
def test_the_page_asks_the_database_the_same_number_of_times_however_many_dues(browser: Client, more: int) -> None:
    day = make.today() - timedelta(days=90)
    rows = [make.row(make.pesel(1), key=f"N-{n}", title=f"Decyzja {n}", due_on=day) for n in range(more)]
    if rows:
        make.dues(*rows)
    browser.get(MY_DUES)
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(MY_DUES)
    assert len(page.context["groups"]) == more + 1
    assert len(queries) == EXPECTED_QUERIES, [query["sql"][:80] for query in queries]


EXPECTED_QUERIES = 14  # the warnings on top of every page among them


def test_paid_dues_stand_on_a_page_of_their_own(browser: Client) -> None:
    rows = [make.row(make.pesel(1), key=f"P-{n}", title=f"Opłata {n}", paid="100,00") for n in range(30)]
    make.dues(*rows)
    assert "Opłata 1" not in browser.get(MY_DUES).text
    first = browser.get(PAID)
    assert (len(first.context["page"].object_list), "strona 1 z 2" in first.text) == (25, True)
    assert len(browser.get(PAID, {"strona": "2"}).context["page"].object_list) == 5


def test_one_due_tells_why_this_amount_and_where_to_pay(browser: Client) -> None:
    late = make.today() - timedelta(days=400)
    add(key="LATE", title="Podatek rolny", kind="PODATEK_ROLNY", amount="1000,00", paid="100,00", due_on=late)
    text = browser.get(due_page("LATE")).text.replace("\xa0", " ")
    for words in ("przypis", "wpłata", "\u2212100,00 zł", "900,00 zł", "Ordynacja podatkowa", "13 1020 1026"):
        assert words in text


def test_a_moved_term_says_why(browser: Client) -> None:
    saturday = make.today() + timedelta(days=(5 - make.today().weekday()) % 7 + 7)
    add(key="SAT", title="Opłata", kind="ODPADY", due_on=saturday)
    assert "termin mija w następnym dniu roboczym" in browser.get(due_page("SAT")).text


def test_a_due_without_a_known_rate_says_so_and_costs_no_guess(browser: Client) -> None:
    add(key="OLD", title="Dawna", kind="PODATEK_ROLNY", due_on=make.today().replace(year=1999, month=1, day=4))
    page = browser.get(due_page("OLD"))
    assert page.context["due"].interest.amount == 0
    assert browser.get(MY_DUES).status_code == 200


def test_a_proxy_sees_the_dues_of_whom_they_act_for(piotr: Account, signed_in: SignIn) -> None:
    page = signed_in(piotr).get(MY_DUES)
    assert page.context["payer"].name == "Anna Nowak"
    assert len(page.context["groups"]) == 1


def test_a_stranger_finds_nothing(obcy: Account, signed_in: SignIn, anna_payer: Payer) -> None:
    browser = signed_in(obcy)
    assert browser.get(due_page("ANNA-1")).status_code == 404
    assert [dues[0].title for _, dues in browser.get(MY_DUES).context["groups"]] == ["Podatek od nieruchomości"]
    assert browser.get(MY_DUES).context["payer"].name == "Jan Obcy"


@pytest.mark.parametrize("address", [lambda: MY_DUES, lambda: PAID, lambda: due_page("ANNA-1")])
def test_who_is_not_signed_in_signs_in_first(client: Client, anna_payer: Payer, address: Callable[[], str]) -> None:
    answer = client.get(address())
    assert (answer.status_code, answer.url.startswith(reverse("account_login"))) == (302, True)


def test_who_has_not_confirmed_their_identity_does_so_first(db: None, signed_in: SignIn) -> None:
    answer = signed_in(make.account("nowa@example.com")).get(MY_DUES)
    assert (answer.status_code, answer.url) == (302, reverse("residents:confirm"))


@pytest.mark.parametrize("address", [MY_DUES, PAID])
def test_pages_only_show(browser: Client, address: str) -> None:
    assert browser.post(address).status_code == 405


@pytest.mark.parametrize("page", ["x", "0", "999999999999"])
def test_a_page_that_is_not_there_is_the_nearest_one(browser: Client, page: str) -> None:
    assert browser.get(PAID, {"strona": page}).status_code == 200


def test_an_unknown_due_is_404(browser: Client) -> None:
    assert browser.get(reverse("liabilities:due", args=[999_999_999])).status_code == 404


def test_each_look_is_recorded(browser: Client, anna: Account) -> None:
    browser.get(MY_DUES)
    browser.get(due_page("ANNA-1"))
    looks = AccessRecord.objects.filter(account=anna).order_by("pk").values_list("what", flat=True)
    assert list(looks) == ["lista należności", "szczegóły należności"]
