"""Guessing is slowed down by account and by address, behind a proxy too; claiming another address gains nothing."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from residents.models import Account
from residents.throttles import subscriber
from spm.signin_settings import RATE_LIMITS, THROTTLES
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
LOGIN = reverse("account_login")
TOO_MANY = "Za dużo nieudanych prób"


@pytest.fixture(autouse=True)
def _as_in_production(settings: Settings, db: None) -> None:
    """The limits in force, one proxy in front."""
    settings.ACCOUNT_RATE_LIMITS = RATE_LIMITS
    settings.SIGN_IN_THROTTLES = THROTTLES
    settings.TRUSTED_PROXIES = 1


def sent(page: str, address: str, client: Client | None = None, **fields: str) -> tuple[int, str]:
    """A form sent from *address*, as the proxy tells it: status and body."""
    answer = (client or Client()).post(page, fields, headers={"x-forwarded-for": address})
    return answer.status_code, answer.text


def guess(email: str, address: str, password: str = "zle-haslo-ale-dlugie") -> str:
    """One try of a password."""
    return sent(LOGIN, address, login=email, password=password)[1]


def test_one_accounts_password_can_be_guessed_five_times_in_five_minutes_from_wherever(anna: Account) -> None:
    for number in range(5):
        assert TOO_MANY not in guess(anna.email, f"203.0.113.{number}")
    assert TOO_MANY in guess(anna.email, "198.51.100.1")
    assert TOO_MANY in guess(anna.email, "198.51.100.2", make.PASSWORD)
    assert TOO_MANY in guess(anna.email.upper(), "198.51.100.3")


def test_while_the_password_is_shut_the_code_still_opens(anna: Account, mailoutbox: list[object]) -> None:
    """Whoever guesses at an account cannot lock its owner out."""
    for number in range(6):
        guess(anna.email, f"203.0.113.{number}")
    owner = Client()
    sent(reverse("account_request_login_code"), "198.51.100.1", owner, email=anna.email)
    found = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mailoutbox[-1].body, re.MULTILINE)  # type: ignore[attr-defined]
    assert found
    assert sent(reverse("account_confirm_login_code"), "198.51.100.1", owner, code=found[1])[0] == 302
    assert owner.get(reverse("liabilities:my_dues")).status_code == 200


def test_an_unknown_address_is_slowed_down_alike(db: None) -> None:
    for number in range(5):
        assert TOO_MANY not in guess("nikt@example.com", f"203.0.113.{number}")
    assert TOO_MANY in guess("nikt@example.com", "198.51.100.1")


def test_one_address_can_try_ten_times_a_minute_whichever_accounts(db: None) -> None:
    for number in range(10):
        assert TOO_MANY not in guess(f"ktos{number}@example.com", "203.0.113.9")
    assert TOO_MANY in guess("jeszcze@example.com", "203.0.113.9")
    assert TOO_MANY not in guess("jeszcze@example.com", "203.0.113.10")


def test_what_the_client_writes_into_the_header_changes_nothing(db: None) -> None:
    for number in range(10):
        guess(f"ktos{number}@example.com", f"10.9.8.{number}, 203.0.113.9")
    assert TOO_MANY in guess("jeszcze@example.com", "10.9.8.77, 203.0.113.9")


def test_without_a_proxy_of_ours_the_header_is_not_believed(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0
    for number in range(10):
        guess(f"ktos{number}@example.com", f"203.0.113.{number}")
    assert TOO_MANY in guess("jeszcze@example.com", "203.0.113.99")


def test_a_line_with_many_ipv6_addresses_is_one_line(db: None) -> None:
    assert subscriber("2001:db8:1:2:3:4:5:6") == subscriber("2001:db8:1:2::77") == "2001:db8:1:2::/64"
    assert subscriber("2001:db8:1:3::77") != subscriber("2001:db8:1:2::77")
    for number in range(10):
        guess(f"ktos{number}@example.com", f"2001:db8:1:2::{number + 1}")
    assert TOO_MANY in guess("jeszcze@example.com", "2001:db8:1:2:ffff::1")


def test_codes_can_be_asked_for_three_times_a_minute_for_one_account(anna: Account, mailoutbox: list[object]) -> None:
    page = reverse("account_request_login_code")
    statuses = [sent(page, f"203.0.113.{number}", email=anna.email)[0] for number in range(5)]
    assert statuses == [302, 302, 302, 200, 200]
    assert len(mailoutbox) == 3


def test_a_reset_can_be_asked_for_five_times_an_hour_for_one_account(anna: Account, mailoutbox: list[object]) -> None:
    page = reverse("account_reset_password")
    statuses = [sent(page, f"203.0.113.{number}", email=anna.email)[0] for number in range(7)]
    assert statuses == [302] * 5 + [429] * 2
    assert len(mailoutbox) == 5


def test_accounts_can_be_made_ten_times_a_minute_from_one_address(db: None) -> None:
    page, fields = reverse("account_signup"), {"full_name": "Jan Kot", "password1": "x", "password2": "x"}
    statuses = [sent(page, "203.0.113.9", email=f"ktos{number}@example.com", **fields)[0] for number in range(11)]
    assert statuses == [200] * 10 + [429]


FORMS = (
    "account_login",
    "account_signup",
    "account_request_login_code",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_reset_password",
    "mfa_authenticate",
    "mfa_login_webauthn",
)


@pytest.mark.parametrize("name", FORMS)
def test_every_form_before_signing_in_counts_against_its_address(name: str, settings: Settings) -> None:
    settings.SIGN_IN_THROTTLES = {"forms_by_address": (3, 60)}
    statuses = [sent(reverse(name), "203.0.113.9")[0] for _ in range(4)]
    assert 429 not in statuses[:3]
    assert statuses[3] == 429
    assert sent(reverse(name), "203.0.113.10")[0] != 429


OWN_FORMS = (
    "account_change_password",
    "account_reauthenticate",
    "account_email",
    "mfa_activate_totp",
    "mfa_reauthenticate",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
)


@pytest.mark.parametrize("name", OWN_FORMS)
def test_every_form_after_signing_in_counts_against_its_session_wherever_it_moves(
    name: str, settings: Settings, signed_in: SignIn, anna: Account
) -> None:
    settings.SIGN_IN_THROTTLES = {"forms_by_session": (3, 60)}
    browser = signed_in(anna)
    statuses = [sent(reverse(name), f"203.0.113.{number}", browser)[0] for number in range(4)]
    assert 429 not in statuses[:3]
    assert statuses[3] == 429


def test_whoever_tried_too_often_reads_when_to_come_back(db: None, settings: Settings) -> None:
    settings.SIGN_IN_THROTTLES = {"forms_by_address": (0, 60)}
    answer = Client().post(LOGIN, {}, headers={"x-forwarded-for": "203.0.113.9"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")
    assert "Odczekaj kilka minut" in answer.text


def test_signing_out_and_staying_are_never_refused(settings: Settings, signed_in: SignIn, anna: Account) -> None:
    settings.SIGN_IN_THROTTLES = {"forms_by_address": (0, 60), "forms_by_session": (0, 60)}
    browser = signed_in(anna)
    assert browser.post(reverse("residents:stay")).status_code == 302
    assert browser.post(reverse("account_logout")).status_code == 302


def test_while_tries_cannot_be_counted_nobody_may_guess(anna: Account, settings: Settings) -> None:
    cache.clear()
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}
    for throttles in (THROTTLES, {}):  # ours fail first, then allauth's
        settings.SIGN_IN_THROTTLES = throttles
        answer = Client().post(LOGIN, {"login": anna.email, "password": make.PASSWORD})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert "Chwilowo nie można się zalogować" in answer.text
    assert Client().get(LOGIN).status_code == 200


def test_codes_from_the_office_can_be_tried_sixty_times_an_hour_from_one_address(signed_in: SignIn, db: None) -> None:
    page = reverse("residents:confirm")
    people = [signed_in(make.account(f"ktos{number}@example.com")) for number in range(7)]
    fields = {"number": make.pesel(5).value, "code": "ZZZZ-ZZZZ"}
    for who in people[:6]:
        for _ in range(10):
            assert "Za dużo prób" not in sent(page, "203.0.113.9", who, **fields)[1]
    assert "Za dużo prób" in sent(page, "203.0.113.9", people[6], **fields)[1]
    assert "Za dużo prób" not in sent(page, "203.0.113.10", people[6], **fields)[1]
