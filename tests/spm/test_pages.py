"""Every page of the portal, as each of the cast, against the same ladder."""

import pytest
from django.test import Client
from django.urls import reverse

from residents.models import AccessRecord, Account, Payer
from tests import make
from tests.conftest import SignIn

OPEN_PAGES = ("home", "declaration", "privacy", "contact", "easy_read", "report_fault", "wzornik", "consents:paper")
OWN_PAGES = (
    "liabilities:my_dues",
    "liabilities:paid_dues",
    "payments:history",
    "notifications:inbox",
    "consents:my",
    "residents:profile",
    "residents:looks",
)


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPEN_PAGES)
def test_anybody_may_read_the_towns_pages(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", OWN_PAGES)
def test_a_resident_sees_their_own_pages(signed_in: SignIn, anna: Account, name: str) -> None:
    page = signed_in(anna).get(reverse(name))
    assert page.status_code == 200
    assert "Anna Nowak" in page.content.decode()


@pytest.mark.parametrize("name", OWN_PAGES)
def test_who_is_not_signed_in_is_asked_to_sign_in(client: Client, db: None, name: str) -> None:
    page = client.get(reverse(name))
    assert page.status_code == 302
    assert page.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", OWN_PAGES)
def test_who_has_not_confirmed_who_they_are_is_asked_to(signed_in: SignIn, db: None, name: str) -> None:
    newcomer = make.account("nowy@example.com", name="Nowy")
    page = signed_in(newcomer).get(reverse(name))
    assert page.status_code == 302
    assert page.headers["Location"] == reverse("residents:confirm")


def test_each_look_at_somebodys_data_is_recorded(signed_in: SignIn, piotr: Account, anna_payer: Payer) -> None:
    signed_in(piotr).get(reverse("liabilities:my_dues"))
    look = AccessRecord.objects.get()
    assert (look.account_name, look.payer_id, look.what) == ("Piotr Nowak", anna_payer.pk, "lista należności")


def test_a_stranger_cannot_open_anothers_due_by_its_number(signed_in: SignIn, anna: Account, obcy: Account) -> None:
    due = reverse("liabilities:due", args=[make.instalment("ANNA-1").pk])
    assert signed_in(anna).get(due).status_code == 200
    assert signed_in(obcy).get(due).status_code == 404


def test_the_dues_page_costs_the_same_queries_for_one_due_and_for_fifty(
    signed_in: SignIn, anna: Account, django_assert_num_queries: object
) -> None:
    client = signed_in(anna)
    url = reverse("liabilities:my_dues")
    client.get(url)
    with django_assert_num_queries(14, exact=False) as first:  # type: ignore[operator]
        client.get(url)
    number = make.pesel(1)
    make.dues(*(make.row(number, key=f"WIELE-{place}", instalment=place + 1) for place in range(50)))
    with django_assert_num_queries(len(first.captured_queries)):  # type: ignore[operator]
        client.get(url)


def test_health_says_that_the_database_and_redis_answer(client: Client, db: None) -> None:
    answer = client.get(reverse("health"))
    assert (answer.status_code, answer.json()) == (200, {"database": True, "redis": True})


def test_a_page_that_is_not_there_is_a_kind_404(client: Client, db: None) -> None:
    page = client.get("/nie-ma/")
    assert page.status_code == 404
    assert "Nie ma takiej strony" in page.content.decode()
