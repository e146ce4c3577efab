"""Second factors: demanded of staff, asked for at signing in, kept sealed, replaced by codes, taken off by another."""

import io
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from core.actor import Actor
from core.errors import Refused
from core.models import AuditEntry
from residents.factor_rotation import reseal_factors
from residents.models import Account, Notice, OpenSession
from residents.second_factor import remove_second_factor
from spm.environment import WrongSetting
from spm.signin_settings import RATE_LIMITS, signin_settings
from tests import make
from tests.conftest import SignIn
from tests.core.test_encryption import new_key

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
OFFICE = reverse("admin:index")
SET_UP = reverse("mfa_index")


@pytest.fixture
def _duty(settings: Settings) -> None:
    """As in production: staff must have a second factor."""
    settings.STAFF_SECOND_FACTOR = True


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows now (*steps* half-minutes away from it), with time left to type it."""
    while time.time() % 30 > 26:
        time.sleep(0.1)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def types(client: Client, page: str, **fields: str) -> str:
    """Send a form; where it leads."""
    return str(client.post(page, fields).headers.get("Location", ""))


def signs_in(who: Account) -> Client:
    """*who* types e-mail and password, and goes where that leads."""
    client = Client()
    types(client, reverse("account_login"), login=who.email, password=make.PASSWORD)
    return client


def sets_up_app(client: Client) -> str:
    """Whoever is signed in sets up an authenticator app; its secret."""
    types(client, reverse("account_reauthenticate"), password=make.PASSWORD)
    client.get(reverse("mfa_activate_totp"))
    secret: str = client.session["mfa.totp.secret"]
    assert types(client, reverse("mfa_activate_totp"), code=code_of(secret)) == reverse("mfa_view_recovery_codes")
    return secret


def is_signed_in(client: Client) -> bool:
    """Whether signing in is complete."""
    return SESSION_KEY in client.session


@pytest.mark.usefixtures("_duty")
@pytest.mark.parametrize("page", ["", "residents/payer/", "consents/consentapplication/add/", "nie-ma/", "jsi18n/"])
def test_without_a_second_factor_every_page_of_the_office_leads_to_setting_one_up(clerk: Account, page: str) -> None:
    desk = signs_in(clerk)
    for answer in (desk.get(f"{OFFICE}{page}"), desk.post(f"{OFFICE}{page}")):
        assert (answer.status_code, answer.headers["Location"]) == (302, SET_UP)
    assert "ustaw drugi składnik logowania" in desk.get(SET_UP).text


@pytest.mark.usefixtures("_duty")
def test_an_administrator_is_no_exception(administrator: Account) -> None:
    assert signs_in(administrator).get(OFFICE).headers["Location"] == SET_UP


@pytest.mark.usefixtures("_duty")
def test_who_has_set_one_up_shows_it_once_and_the_office_opens(clerk: Account) -> None:
    desk = signs_in(clerk)
    secret = sets_up_app(desk)
    asked = desk.get(OFFICE)
    assert asked.headers["Location"] == f"{reverse('mfa_reauthenticate')}?next=%2Furzad%2F"
    assert types(desk, asked.headers["Location"], code=code_of(secret), next=OFFICE) == OFFICE
    assert desk.get(OFFICE).status_code == 200


@pytest.mark.usefixtures("_duty")
def test_who_signs_in_with_the_second_factor_is_not_asked_again(clerk: Account) -> None:
    secret = sets_up_app(signs_in(clerk))
    desk = signs_in(clerk)
    assert not is_signed_in(desk)
    assert types(desk, reverse("mfa_authenticate"), code=code_of(secret)) == OFFICE
    assert desk.get(OFFICE).status_code == 200


@pytest.mark.usefixtures("_duty")
def test_a_session_from_before_the_factor_does_not_open_the_office(clerk: Account) -> None:
    """Who stole the password before, and sits in a session of their own, is not let in by the owner's factor."""
    thief = signs_in(clerk)
    sets_up_app(signs_in(clerk))
    assert thief.get(OFFICE).headers["Location"].startswith(reverse("mfa_reauthenticate"))


@pytest.mark.usefixtures("_duty")
def test_residents_need_no_second_factor(anna: Account) -> None:
    assert signs_in(anna).get(reverse("liabilities:my_dues")).status_code == 200


@pytest.mark.usefixtures("_duty")
def test_staff_cannot_switch_off_the_last_factor(clerk: Account) -> None:
    desk = signs_in(clerk)
    sets_up_app(desk)
    page = desk.post(reverse("mfa_deactivate_totp"))
    assert "Nie można wyłączyć logowania dwuetapowego" in page.text
    assert Authenticator.objects.filter(user=clerk, type="totp").exists()


def test_production_cannot_do_without_it() -> None:
    with pytest.raises(WrongSetting, match="SPM_STAFF_SECOND_FACTOR"):
        signin_settings(profile="production", https=True, town="Gmina", staff_second_factor=False)


def test_the_first_page_says_when_the_duty_is_off(clerk: Account, settings: Settings) -> None:
    words = "W tym pokazie wystarcza hasło"
    desk = signs_in(clerk)
    assert words in desk.get(OFFICE).text
    settings.STAFF_SECOND_FACTOR = True
    desk = signs_in(clerk)
    secret = sets_up_app(desk)
    types(desk, reverse("mfa_reauthenticate"), code=code_of(secret))
    assert words not in desk.get(OFFICE).text


@pytest.mark.parametrize("way", ["password", "code"])
def test_a_password_or_an_emailed_code_is_not_enough_once_there_is_a_factor(
    anna: Account, way: str, mailoutbox: list[object]
) -> None:
    secret = sets_up_app(signs_in(anna))
    client = Client()
    if way == "password":
        led = types(client, reverse("account_login"), login=anna.email, password=make.PASSWORD)
    else:
        types(client, reverse("account_request_login_code"), email=anna.email)
        found = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mailoutbox[-1].body, re.MULTILINE)  # type: ignore[attr-defined]
        assert found
        led = types(client, reverse("account_confirm_login_code"), code=found[1])
    assert led == reverse("mfa_authenticate")
    assert client.get(reverse("liabilities:my_dues")).status_code == 302
    assert types(client, reverse("mfa_authenticate"), code="000000" if code_of(secret) != "000000" else "111111") == ""
    assert not is_signed_in(client)
    types(client, reverse("mfa_authenticate"), code=code_of(secret))
    assert is_signed_in(client)


def test_a_forgotten_password_does_not_bypass_the_factor(anna: Account, mailoutbox: list[object]) -> None:
    sets_up_app(signs_in(anna))
    client = Client()
    types(client, reverse("account_reset_password"), email=anna.email)
    found = re.search(r"/konto/password/reset/key/\S+", mailoutbox[-1].body)  # type: ignore[attr-defined]
    assert found
    new = "zielony rower na dachu"
    types(client, client.get(found[0]).headers["Location"], password1=new, password2=new)
    assert not is_signed_in(client)
    assert types(client, reverse("account_login"), login=anna.email, password=new) == reverse("mfa_authenticate")


def test_a_code_from_the_app_works_once(anna: Account) -> None:
    secret = sets_up_app(signs_in(anna))
    code = code_of(secret)
    first, second = signs_in(anna), signs_in(anna)
    types(first, reverse("mfa_authenticate"), code=code)
    types(second, reverse("mfa_authenticate"), code=code)
    assert [is_signed_in(first), is_signed_in(second)] == [True, False]


@pytest.mark.parametrize("steps", [-2, -1, 1, 2])
def test_a_code_of_another_half_minute_is_refused(anna: Account, steps: int) -> None:
    secret = sets_up_app(signs_in(anna))
    client = signs_in(anna)
    code = code_of(secret, steps=steps)
    assert types(client, reverse("mfa_authenticate"), code=code) == ""
    assert not is_signed_in(client)


def test_a_recovery_code_stands_in_for_a_lost_phone_and_works_once(anna: Account) -> None:
    home = signs_in(anna)
    sets_up_app(home)
    codes = re.findall(r"\b\d{8}\b", home.get(reverse("mfa_view_recovery_codes")).text)
    assert len(set(codes)) == 10
    first, second = signs_in(anna), signs_in(anna)
    types(first, reverse("mfa_authenticate"), code=codes[0])
    types(second, reverse("mfa_authenticate"), code=codes[0])
    assert [is_signed_in(first), is_signed_in(second)] == [True, False]


def test_guessing_codes_is_slowed_down_by_account_wherever_it_comes_from(anna: Account, settings: Settings) -> None:
    secret = sets_up_app(signs_in(anna))
    settings.ACCOUNT_RATE_LIMITS = RATE_LIMITS
    settings.TRUSTED_PROXIES = 1
    for number in range(5):
        guesser = signs_in(anna)
        guesser.post(reverse("mfa_authenticate"), {"code": "12345"}, headers={"x-forwarded-for": f"203.0.113.{number}"})
    owner = signs_in(anna)
    page = owner.post(
        reverse("mfa_authenticate"), {"code": code_of(secret)}, headers={"x-forwarded-for": "198.51.100.1"}
    )
    assert "Za dużo nieudanych prób" in page.text
    cache.clear()  # minutes pass
    types(owner, reverse("mfa_authenticate"), code=code_of(secret))
    assert is_signed_in(owner)


def test_nothing_of_a_factor_lies_readable_in_the_database(anna: Account) -> None:
    home = signs_in(anna)
    secret = sets_up_app(home)
    codes = re.findall(r"\b\d{8}\b", home.get(reverse("mfa_view_recovery_codes")).text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        kept = " ".join(row[0] for row in cursor.fetchall())
    assert kept
    assert not [word for word in (secret, *codes) if word in kept]


def test_a_change_of_factors_asks_for_the_password_again(anna: Account) -> None:
    client = signs_in(anna)
    for page in ("mfa_activate_totp", "mfa_add_webauthn"):
        assert client.get(reverse(page)).headers["Location"].startswith(reverse("account_reauthenticate"))


@pytest.mark.usefixtures("_duty")
def test_another_administrator_takes_off_a_lost_factor_and_it_is_recorded(
    clerk: Account, administrator: Account, settings: Settings
) -> None:
    lost = signs_in(clerk)
    sets_up_app(lost)
    settings.STAFF_SECOND_FACTOR = False
    desk = signs_in(administrator)
    page = reverse("admin:residents_account_factor", args=[clerk.pk])
    assert "To pole jest wymagane" in desk.post(page).text
    assert desk.post(page, {"checked_how": "dowód okazany w pokoju 12"}).status_code == 302
    assert not Authenticator.objects.filter(user=clerk).exists()
    entry = AuditEntry.objects.get(verb="remove_second_factor")
    assert (entry.account_id, entry.subject, entry.details["checked_how"]) == (
        administrator.pk,
        f"account:{clerk.pk}",
        "dowód okazany w pokoju 12",
    )
    assert Notice.objects.get().kind == "second_factor_removed"
    assert not is_signed_in(lost)
    assert not OpenSession.objects.filter(account=clerk).exists()


def test_nobody_takes_off_their_own(administrator: Account) -> None:
    desk = signs_in(administrator)
    sets_up_app(desk)
    page = reverse("admin:residents_account_factor", args=[administrator.pk])
    assert "Własnego drugiego składnika nie usuwa się samemu" in desk.post(page, {"checked_how": "ja"}).text
    assert Authenticator.objects.filter(user=administrator, type="totp").exists()
    assert not AuditEntry.objects.filter(verb="remove_second_factor").exists()


@pytest.mark.parametrize("role", ["clerk", "treasurer", "officer"])
def test_only_an_administrator_may(request: pytest.FixtureRequest, signed_in: SignIn, anna: Account, role: str) -> None:
    sets_up_app(signs_in(anna))
    desk = signed_in(request.getfixturevalue(role))
    page = reverse("admin:residents_account_factor", args=[anna.pk])
    assert [desk.get(page).status_code, desk.post(page, {"checked_how": "x"}).status_code] == [403, 403]
    assert Authenticator.objects.filter(user=anna).exists()


def test_an_account_without_a_factor_is_told_so(anna: Account, administrator: Account) -> None:
    with pytest.raises(Refused) as refusal:
        remove_second_factor(anna, checked_how="x", by=Actor("Adam Admin", account_id=administrator.pk))
    assert refusal.value.code == "no_factor"
    assert Notice.objects.count() == 0


def test_an_address_to_sign_in_is_added_only_after_the_password_again(anna: Account) -> None:
    client = signs_in(anna)
    page = reverse("account_email")
    fields = {"action_add": "", "email": "nowa@example.com"}
    assert client.post(page, fields).headers["Location"].startswith(reverse("account_reauthenticate"))
    assert anna.emailaddress_set.count() == 1


def test_spaces_at_the_ends_belong_to_a_password(anna: Account) -> None:
    client = signs_in(anna)
    spaced = " zielony rower na dachu "
    types(client, reverse("account_change_password"), oldpassword=make.PASSWORD, password1=spaced, password2=spaced)
    fresh = Client()
    types(fresh, reverse("account_login"), login=anna.email, password=spaced.strip())
    assert not is_signed_in(fresh)
    types(fresh, reverse("account_login"), login=anna.email, password=spaced)
    assert is_signed_in(fresh)


def test_factors_outlive_a_rotation_of_keys(anna: Account, settings: Settings) -> None:
    home = signs_in(anna)
    secret = sets_up_app(home)
    codes = re.findall(r"\b\d{8}\b", home.get(reverse("mfa_view_recovery_codes")).text)
    newest = new_key()
    settings.ENCRYPTION_KEYS = [newest, *settings.ENCRYPTION_KEYS]
    assert (reseal_factors().done, reseal_factors().rows) == (2, 0)
    call_command("rotate_keys", stdout=io.StringIO(), stderr=io.StringIO())
    settings.ENCRYPTION_KEYS = [newest]
    for code in (code_of(secret), codes[0]):
        client = signs_in(anna)
        types(client, reverse("mfa_authenticate"), code=code)
        assert is_signed_in(client)


def test_a_factor_that_no_key_opens_is_told_and_left(anna: Account, settings: Settings) -> None:
    sets_up_app(signs_in(anna))
    settings.ENCRYPTION_KEYS = [new_key()]
    told = reseal_factors()
    assert (told.rows, told.done, len(told.unreadable)) == (2, 0, 2)
