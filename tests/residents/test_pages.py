"""A resident's own pages: who I am, for whom I act, who looked."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from residents.actions import issue_code, revoke_mandate
from residents.models import AccessRecord, Account, ConfirmationCode, Mandate, Payer
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
CONFIRM = "residents:confirm"
NUMBER = make.pesel(9)


@pytest.fixture
def newcomer(db: None) -> Account:
    """An account that acts for nobody yet."""
    return make.account("nowy@example.com", name="Nowy Mieszkaniec")


@pytest.fixture
def browser(newcomer: Account, signed_in: SignIn) -> Client:
    """The newcomer's browser."""
    return signed_in(newcomer)


@pytest.fixture
def code(db: None) -> str:
    """A code for the payer with NUMBER."""
    return issue_code(make.payer(NUMBER, "Nowy Mieszkaniec"), by=make.BY, at=make.now())


def test_the_profile_shows_name_contacts_and_number_masked(signed_in: SignIn, anna: Account) -> None:
    page = signed_in(anna).get(reverse("residents:profile")).text
    number = make.pesel(1).value
    assert "Anna Nowak" in page
    assert number not in page
    assert f"********{number[-3:]}" in page
    assert "+48500100200" not in page
    assert "anna@example.com" not in page
    assert "an***@example.com" in page


def test_looking_at_the_profile_is_recorded(signed_in: SignIn, piotr: Account, anna_payer: Payer) -> None:
    signed_in(piotr).get(reverse("residents:profile"))
    look = AccessRecord.objects.get()
    assert (look.what, look.basis, look.payer) == ("moje dane", "pełnomocnictwo", anna_payer)


def test_the_right_number_and_code_lead_to_the_dues(browser: Client, code: str) -> None:
    done = browser.post(reverse(CONFIRM), {"number": NUMBER.value, "code": code.lower()})
    assert done.status_code == 302
    assert done.headers["Location"] == reverse("liabilities:my_dues")
    assert browser.get(reverse("residents:profile")).status_code == 200
    assert Mandate.objects.count() == 1


@pytest.mark.parametrize(
    ("number", "typed", "words"),
    [
        (NUMBER.value, "ZZZZ-ZZZZ", "Numer albo kod się nie zgadza."),
        (make.pesel(8).value, "ZZZZ-ZZZZ", "Numer albo kod się nie zgadza."),
        ("44051401459", "ZZZZ-ZZZZ", "Cyfra kontrolna numeru PESEL się nie zgadza."),
        ("1", "ZZZZ-ZZZZ", "To nie jest PESEL, NIP, REGON ani KRS."),
        ("", "ZZZZ-ZZZZ", "To pole jest wymagane."),
        (NUMBER.value, "", "To pole jest wymagane."),
        (NUMBER.value, "za-dlugi-kod-z-urzedu", "co najwyżej 12 znaków"),
        (NUMBER.value, "AB\x00CD", "Znaki null są niedozwolone"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_changes(
    browser: Client, code: str, number: str, typed: str, words: str
) -> None:
    page = browser.post(reverse(CONFIRM), {"number": number, "code": typed})
    assert page.status_code == 200
    assert words in page.text
    assert Mandate.objects.count() == 0
    assert AccessRecord.objects.count() == 0


def test_an_account_has_ten_tries_an_hour_whatever_numbers_it_names(browser: Client, newcomer: Account) -> None:
    for serial in range(20, 30):
        page = browser.post(reverse(CONFIRM), {"number": make.pesel(serial).value, "code": "ZZZZ-ZZZZ"})
        assert "Za dużo prób" not in page.text
    good = issue_code(make.payer(NUMBER), by=make.BY, at=make.now())
    page = browser.post(reverse(CONFIRM), {"number": NUMBER.value, "code": good})
    assert "Za dużo prób. Spróbuj za godzinę albo zadzwoń do urzędu." in page.text
    assert ConfirmationCode.objects.get().tries_left == 5
    cache.clear()
    assert browser.post(reverse(CONFIRM), {"number": NUMBER.value, "code": good}).status_code == 302


def test_a_second_payer_is_confirmed_beside_the_first(signed_in: SignIn, anna: Account) -> None:
    browser = signed_in(anna)
    assert "kolejnego płatnika" in browser.get(reverse(CONFIRM)).text
    code = issue_code(make.payer(make.nip(3), "Tartak"), by=make.BY, at=make.now())
    browser.post(reverse(CONFIRM), {"number": make.nip(3).value, "code": code})
    assert shown(browser) == "Tartak"


def shown(browser: Client) -> str:
    """For whom the dues page acts."""
    page = browser.get(reverse("residents:profile")).text
    found = re.search(r"<dt>Imię i nazwisko lub nazwa</dt>\s*<dd>(.*?)</dd>", page)
    assert found
    return found[1]


def test_one_switches_between_ones_own_payers(signed_in: SignIn, anna: Account, firma: Payer) -> None:
    make.mandate(anna, firma, basis="representative")
    browser = signed_in(anna)
    assert shown(browser) == "Anna Nowak"
    browser.post(reverse("residents:switch"), {"payer": firma.pk})
    assert shown(browser) == firma.name


@pytest.mark.parametrize("wanted", ["other", "999999", "-1", "", "x", "1 OR 1=1", "\x00"])
def test_an_id_that_is_not_mine_changes_nothing(signed_in: SignIn, anna: Account, obcy: Account, wanted: str) -> None:
    browser = signed_in(anna)
    stranger = Payer.objects.get(name="Jan Obcy")
    browser.post(reverse("residents:switch"), {"payer": stranger.pk if wanted == "other" else wanted})
    assert shown(browser) == "Anna Nowak"
    assert not AccessRecord.objects.filter(payer=stranger).exists()


def test_a_revoked_mandate_closes_the_door_in_the_middle_of_a_session(
    signed_in: SignIn, piotr: Account, anna_payer: Payer
) -> None:
    browser = signed_in(piotr)
    assert shown(browser) == "Anna Nowak"
    revoke_mandate(Mandate.objects.get(account=piotr), by=make.BY, at=make.now())
    answer = browser.get(reverse("residents:profile"))
    assert answer.headers["Location"] == reverse(CONFIRM)
    assert AccessRecord.objects.filter(payer=anna_payer).count() == 1


def test_who_may_only_look_may_not_pay(signed_in: SignIn, anna_payer: Payer) -> None:
    looker = make.account("widz@example.com", name="Widz")
    make.mandate(looker, anna_payer, basis="attorney", scope="view")
    browser = signed_in(looker)
    assert browser.get(reverse("liabilities:my_dues")).status_code == 200
    due = make.instalment("ANNA-1").pk
    assert browser.post(reverse("payments:start"), {"instalment": due}).status_code == 403


@pytest.mark.parametrize(
    ("name", "method"),
    [("residents:switch", "get"), ("residents:profile", "post"), ("residents:looks", "post"), (CONFIRM, "put")],
)
def test_a_wrong_method_is_405(signed_in: SignIn, anna: Account, name: str, method: str) -> None:
    assert getattr(signed_in(anna), method)(reverse(name)).status_code == 405


@pytest.mark.ignore_template_errors  # Unfold's own templates rely on variables that are not always there
def test_everybody_who_looked_is_listed_the_newest_first(
    signed_in: SignIn, anna: Account, piotr: Account, clerk: Account, anna_payer: Payer
) -> None:
    signed_in(piotr).get(reverse("liabilities:my_dues"))
    signed_in(clerk).get(reverse("admin:residents_payer_change", args=[anna_payer.pk]))
    page = signed_in(anna).get(reverse("residents:looks")).text
    order = [page.index(who) for who in ("Maria Referent", "Piotr Nowak")]
    assert order == sorted(order)
    assert "karta płatnika w urzędzie" in page
    assert "zadanie urzędu" in page


def test_a_stranger_does_not_see_who_looked_at_me(
    signed_in: SignIn, obcy: Account, piotr: Account, anna_payer: Payer
) -> None:
    signed_in(piotr).get(reverse("liabilities:my_dues"))
    assert "Piotr Nowak" not in signed_in(obcy).get(reverse("residents:looks")).text


def test_the_list_of_looks_costs_the_same_queries_for_one_and_for_thirty(
    signed_in: SignIn, anna: Account, django_assert_num_queries: object
) -> None:
    browser = signed_in(anna)
    browser.get(reverse("residents:looks"))
    with django_assert_num_queries(20, exact=False) as first:  # type: ignore[operator]
        browser.get(reverse("residents:looks"))
    queries = len(first.captured_queries)
    for _ in range(28):
        browser.get(reverse("residents:looks"))
    with django_assert_num_queries(queries):  # type: ignore[operator]
        browser.get(reverse("residents:looks"))


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999"])
def test_a_page_that_is_not_there_is_the_nearest(signed_in: SignIn, anna: Account, page: str) -> None:
    assert signed_in(anna).get(reverse("residents:looks"), {"strona": page}).status_code == 200
