"""Nobody learns from our answers whether an address has an account: same pages, same headers, same ways on."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from residents.models import Account
from tests import make

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "anna@example.com", "nikt@example.com"
GOOD = "zielony rower na dachu"
# What is another for everybody: tokens against forgery, lengths, times.
PASSING = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


@pytest.fixture(autouse=True)
def _anna(anna: Account) -> None:
    """The one who has an account."""


CHANGING = {"Content-Length", "Expires"}  # the length of an address, the second of the clock
Told = tuple[int, str, dict[str, str], dict[str, str]]


def told(client: Client, page: str, asker: str, /, **fields: str) -> Told:
    """What the answer to a form tells: status, body, headers and cookies, the address itself made alike."""
    answer = client.post(page, fields)
    body = PASSING.sub("", answer.text).replace(asker, "…")
    headers = {name: value.replace(asker, "…") for name, value in answer.headers.items() if name not in CHANGING}
    cookies = {
        name: re.sub(r"expires=[^;]*", "", cookie.OutputString().replace(cookie.value, ""))
        for name, cookie in answer.cookies.items()
    }
    return answer.status_code, body, headers, {name: text for name, text in cookies.items() if name != "messages"}


def seen(client: Client, page: str, email: str) -> str:
    """A page as it looks, the address made alike."""
    return PASSING.sub("", client.get(page).text).replace(email, "…")


def both(page: str, field: str = "email", **fields: str) -> tuple[dict[str, Client], dict[str, Told]]:
    """The form sent with a known and an unknown address, each from a browser of its own."""
    clients = {KNOWN: Client(), UNKNOWN: Client()}
    return clients, {email: told(client, page, email, **{field: email}, **fields) for email, client in clients.items()}


def test_a_wrong_password_and_an_unknown_address_are_answered_alike() -> None:
    _, answers = both(reverse("account_login"), "login", password="zle-haslo-ale-dlugie")
    assert answers[KNOWN] == answers[UNKNOWN]
    assert "Adres e-mail lub hasło się nie zgadza" in answers[KNOWN][1]


def test_an_account_that_is_switched_off_answers_a_wrong_password_alike() -> None:
    Account.objects.filter(email=KNOWN).update(is_active=False)
    _, answers = both(reverse("account_login"), "login", password="zle-haslo-ale-dlugie")
    assert answers[KNOWN] == answers[UNKNOWN]


def test_asking_for_a_code_and_typing_a_wrong_one_is_answered_alike(mailoutbox: list[object]) -> None:
    clients, answers = both(reverse("account_request_login_code"))
    assert answers[KNOWN] == answers[UNKNOWN]
    confirm = reverse("account_confirm_login_code")
    assert len({seen(client, confirm, email) for email, client in clients.items()}) == 1
    for _ in range(3):
        wrong = {email: told(client, confirm, email, code="AAAA-AAAA") for email, client in clients.items()}
        assert wrong[KNOWN] == wrong[UNKNOWN]
    assert wrong[KNOWN][0] == 302  # three tries, and a new code must be asked for
    assert [letter.to for letter in mailoutbox] == [[KNOWN], [UNKNOWN]]  # type: ignore[attr-defined]


def test_a_forgotten_password_is_answered_alike(mailoutbox: list[object]) -> None:
    clients, answers = both(reverse("account_reset_password"))
    assert answers[KNOWN] == answers[UNKNOWN]
    done = reverse("account_reset_password_done")
    assert len({seen(client, done, email) for email, client in clients.items()}) == 1
    assert len(mailoutbox) == 2


def test_making_an_account_with_a_taken_address_is_answered_as_with_a_free_one(mailoutbox: list[object]) -> None:
    clients, answers = both(reverse("account_signup"), full_name="Jan Kot", password1=GOOD, password2=GOOD)
    assert answers[KNOWN] == answers[UNKNOWN]
    confirm = reverse("account_email_verification_sent")
    assert len({seen(client, confirm, email) for email, client in clients.items()}) == 1
    for _ in range(3):
        wrong = {email: told(client, confirm, email, code="AAAA-AAAA") for email, client in clients.items()}
        assert wrong[KNOWN] == wrong[UNKNOWN]
    assert Account.objects.get(email=KNOWN).check_password(make.PASSWORD)
    assert len(mailoutbox) == 2


@pytest.mark.parametrize("page", ["account_request_login_code", "account_reset_password"])
def test_a_mail_server_that_is_away_is_told_kindly_and_alike(settings: Settings, page: str) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 9, False
    clients, answers = both(reverse(page))
    assert answers[KNOWN] == answers[UNKNOWN]
    for email, client in clients.items():
        shown = seen(client, answers[email][2]["Location"], email)
        assert "Nie udało się wysłać wiadomości" in shown
        assert "Wysłaliśmy kod na adres …." not in shown


def test_a_right_code_signs_in_and_only_in_the_browser_that_asked_for_it(mailoutbox: list[object]) -> None:
    asked, other = Client(), Client()
    asked.post(reverse("account_request_login_code"), {"email": KNOWN})
    found = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mailoutbox[-1].body, re.MULTILINE)  # type: ignore[attr-defined]
    assert found
    other.post(reverse("account_request_login_code"), {"email": KNOWN})
    assert other.post(reverse("account_confirm_login_code"), {"code": found[1]}).status_code == 200
    typed = found[1].lower().replace("-", " ")
    assert asked.post(reverse("account_confirm_login_code"), {"code": typed}).headers["Location"] == reverse("home")
    assert asked.get(reverse("liabilities:my_dues")).status_code == 200
