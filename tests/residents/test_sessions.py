"""A session ends after rest, is listed, can be ended from elsewhere; a new browser is told to the account's owner."""

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from core.models import AuditEntry
from core.retention import apply_retention
from residents.device_names import device_name
from residents.models import Account, KnownDevice, Notice, OpenSession
from residents.notices import send_notices
from residents.sessions import SEEN
from spm.session_watch import BEGAN
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
DUES = reverse("liabilities:my_dues")
LIST = reverse("residents:sessions")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME_ANDROID = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
)


def rest(client: Client, *, minutes: float, of_life: bool = False) -> None:
    """As if the client had not asked for anything for so long (or had been signed in for so long)."""
    session = client.session
    session[BEGAN if of_life else SEEN] -= int(minutes * 60)
    session.save()


def is_signed_in(client: Client) -> bool:
    """Whether the client's session knows who it is."""
    return SESSION_KEY in client.session


def signs_in(who: Account, client: Client | None = None, *, agent: str = FIREFOX) -> Client:
    """*who* types e-mail and password."""
    browser = client or Client(headers={"user-agent": agent})
    browser.post(reverse("account_login"), {"login": who.email, "password": make.PASSWORD})
    assert is_signed_in(browser)
    return browser


@pytest.fixture
def browser(anna: Account) -> Client:
    """Anna's browser at home, signed in and in use."""
    client = signs_in(anna)
    assert client.get(DUES).status_code == 200
    return client


def test_after_fifteen_minutes_of_rest_a_resident_is_signed_out_and_told_why(browser: Client) -> None:
    rest(browser, minutes=15)
    page = browser.get(DUES, follow=True)
    assert page.redirect_chain == [(f"{reverse('account_login')}?next={DUES}", 302)]
    assert "Wylogowaliśmy Cię po 15 minutach bezczynności" in page.text
    assert not is_signed_in(browser)
    assert OpenSession.objects.count() == 0


def test_whoever_keeps_using_the_portal_stays(browser: Client) -> None:
    for _ in range(3):
        rest(browser, minutes=14)
        assert browser.get(DUES).status_code == 200


def test_what_is_sent_after_rest_is_not_done(browser: Client, anna: Account) -> None:
    rest(browser, minutes=16)
    answer = browser.post(reverse("residents:switch"), {"payer": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("account_login"))
    assert not is_signed_in(browser)


@pytest.mark.ignore_template_errors  # Unfold's own templates rely on absent variables
def test_staff_may_rest_longer(signed_in: SignIn, clerk: Account) -> None:
    desk = signed_in(clerk)
    first_page = reverse("admin:index")
    desk.get(first_page)
    rest(desk, minutes=29)
    assert desk.get(first_page).status_code == 200
    rest(desk, minutes=30)
    assert desk.get(first_page).status_code == 302


def test_after_twelve_hours_one_signs_in_anew_rest_or_not(browser: Client) -> None:
    rest(browser, minutes=12 * 60, of_life=True)
    page = browser.get(DUES, follow=True)
    assert "Minęło 12 godzin od zalogowania" in page.text
    assert not is_signed_in(browser)


def test_the_cookie_ends_with_the_browser_and_is_out_of_reach_of_scripts(anna: Account, settings: Settings) -> None:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": anna.email, "password": make.PASSWORD})
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_asking_how_long_is_left_does_not_make_the_session_last(browser: Client) -> None:
    rest(browser, minutes=10)
    left = browser.get(reverse("residents:session_left")).json()["seconds"]
    assert 290 <= left <= 300
    browser.get(reverse("residents:idle"))
    rest(browser, minutes=5)
    assert browser.get(reverse("residents:session_left")).json()["seconds"] == 0
    assert not is_signed_in(browser)


def test_without_script_every_page_leads_to_the_question_in_time_and_back(browser: Client) -> None:
    page = browser.get(DUES).text
    assert f'<noscript><meta http-equiv="refresh" content="780;url=/konto/bezczynnosc/?next={DUES}' in page.replace(
        "%2F", "/"
    )
    rest(browser, minutes=13)
    asked = browser.get(reverse("residents:idle"), {"next": DUES})
    assert "Czy nadal tu jesteś?" in asked.text
    answer = browser.post(reverse("residents:stay"), {"next": DUES})
    assert answer.headers["Location"] == DUES
    assert browser.get(reverse("residents:session_left")).json()["seconds"] > 880


def test_when_the_question_stays_unanswered_the_screen_shows_nobodys_data(browser: Client) -> None:
    rest(browser, minutes=15)
    page = browser.get(reverse("residents:idle")).text
    assert "Wylogowaliśmy Cię z powodu bezczynności" in page
    assert "Anna" not in page


@pytest.mark.parametrize("elsewhere", ["https://zly.example/", "//zly.example/", "javascript:alert(1)", "\\\\zly"])
def test_staying_leads_to_pages_of_ours_only(browser: Client, elsewhere: str) -> None:
    assert browser.post(reverse("residents:stay"), {"next": elsewhere}).headers["Location"] == reverse("home")
    assert "zly" not in browser.get(reverse("residents:idle"), {"next": elsewhere}).text


def gives_password(client: Client) -> None:
    """Who I am, once more: asked before sessions may be ended."""
    client.post(reverse("account_reauthenticate"), {"password": make.PASSWORD})


def test_the_list_shows_each_device_and_which_is_this_one(browser: Client, anna: Account) -> None:
    signs_in(anna, agent=CHROME_ANDROID).get(DUES)
    page = browser.get(LIST).text
    assert "Firefox, Windows" in page
    assert "Chrome, Android" in page
    assert page.count("to urządzenie") == 1
    assert "127.0.0.1" in page


def test_one_signs_out_everywhere_else_after_giving_the_password(browser: Client, anna: Account) -> None:
    phone = signs_in(anna, agent=CHROME_ANDROID)
    phone.get(DUES)
    assert reverse("account_reauthenticate") in browser.post(LIST).headers["Location"]
    assert is_signed_in(phone)
    gives_password(browser)
    assert "Wylogowaliśmy Cię wszędzie" in browser.post(LIST, follow=True).text
    assert not is_signed_in(phone)
    assert phone.get(DUES).status_code == 302
    assert browser.get(DUES).status_code == 200
    assert AuditEntry.objects.filter(verb="end_sessions", account_id=anna.pk).count() == 1


def test_one_ends_a_single_session(browser: Client, anna: Account) -> None:
    phone = signs_in(anna, agent=CHROME_ANDROID)
    phone.get(DUES)
    tablet = signs_in(anna)
    tablet.get(DUES)
    gives_password(browser)
    browser.post(LIST, {"session": OpenSession.objects.get(device="Chrome, Android").pk})
    assert [is_signed_in(client) for client in (browser, phone, tablet)] == [True, False, True]


def test_anothers_session_cannot_be_ended(browser: Client, obcy: Account) -> None:
    strangers = signs_in(obcy)
    strangers.get(DUES)
    gives_password(browser)
    answer = browser.post(LIST, {"session": OpenSession.objects.get(account=obcy).pk}, follow=True)
    assert "Ta sesja już się skończyła" in answer.text
    assert is_signed_in(strangers)


@pytest.mark.parametrize("wanted", ["x", "-1", "²", "9" * 30, "1 OR 1=1"])
def test_nonsense_ends_nothing(browser: Client, wanted: str) -> None:
    gives_password(browser)
    assert browser.post(LIST, {"session": wanted}).status_code == 302
    assert is_signed_in(browser)


def test_signing_out_takes_the_session_off_the_list_and_out_of_the_database(browser: Client) -> None:
    key = browser.session.session_key
    browser.post(reverse("account_logout"))
    assert OpenSession.objects.count() == 0
    assert not Session.objects.filter(session_key=key).exists()


def test_a_new_password_ends_every_other_session(browser: Client, anna: Account) -> None:
    phone = signs_in(anna, agent=CHROME_ANDROID)
    phone.get(DUES)
    new = "zielony rower na dachu"
    browser.post(reverse("account_change_password"), {"oldpassword": make.PASSWORD, "password1": new, "password2": new})
    assert browser.get(DUES).status_code == 200
    assert phone.get(DUES).status_code == 302
    assert {session.device for session in OpenSession.objects.filter(session_key=browser.session.session_key)} == {
        "Firefox, Windows"
    }


def test_an_account_that_is_switched_off_is_out_at_once(browser: Client, anna: Account) -> None:
    Account.objects.filter(pk=anna.pk).update(is_active=False)
    assert browser.get(DUES).status_code == 302


def test_a_session_gets_another_key_when_its_owner_proves_anew_who_they_are(browser: Client) -> None:
    before = browser.session.session_key
    gives_password(browser)
    after = browser.session.session_key
    assert after != before
    assert not Session.objects.filter(session_key=before).exists()
    assert OpenSession.objects.get().session_key == after


def test_a_sign_in_from_a_new_browser_is_told_to_the_owner(anna: Account, mailoutbox: list[object]) -> None:
    home = signs_in(anna)
    assert Notice.objects.count() == 0  # the first browser of an account is its maker's
    home.post(reverse("account_logout"))
    signs_in(anna, home)
    assert Notice.objects.count() == 0  # known
    signs_in(anna, agent=CHROME_ANDROID)
    told = Notice.objects.get()
    assert (told.account, told.kind, told.facts["device"]) == (anna, "new_device", "Chrome, Android")
    send_notices(at=timezone.now())
    letter = mailoutbox[-1]
    assert letter.subject == "Logowanie z nowego urządzenia"  # type: ignore[attr-defined]
    assert letter.to == [anna.email]  # type: ignore[attr-defined]
    assert "Chrome, Android" in letter.body  # type: ignore[attr-defined]
    assert "Jeśli to nie Ty" in letter.body  # type: ignore[attr-defined]


def test_a_browser_known_to_one_account_is_new_to_another(anna: Account, obcy: Account) -> None:
    signs_in(obcy, agent=CHROME_ANDROID)
    shared = signs_in(anna)
    shared.post(reverse("account_logout"))
    signs_in(obcy, shared)
    assert Notice.objects.get().account == obcy


def test_the_database_keeps_no_cookie_of_a_browser(anna: Account, settings: Settings) -> None:
    client = signs_in(anna)
    token = client.cookies[settings.DEVICE_COOKIE_NAME].value
    assert len(token) >= 40
    assert token not in str(list(KnownDevice.objects.values()))


@pytest.mark.ignore_template_errors  # Unfold's own templates rely on absent variables
def test_the_office_ends_somebodys_sessions(browser: Client, anna: Account, administrator: Account) -> None:
    desk = signs_in(administrator)
    page = reverse("admin:residents_account_everywhere_out", args=[anna.pk])
    assert desk.get(page).status_code == 200
    desk.post(page)
    assert not is_signed_in(browser)
    assert is_signed_in(desk)
    assert Notice.objects.get(kind="sessions_ended").account == anna
    assert AuditEntry.objects.get(verb="end_sessions").account_id == administrator.pk


def test_a_clerk_may_not_end_anothers_sessions(signed_in: SignIn, clerk: Account, anna: Account) -> None:
    page = reverse("admin:residents_account_everywhere_out", args=[anna.pk])
    assert signed_in(clerk).post(page).status_code == 403


def test_what_can_never_be_used_again_is_forgotten(browser: Client, anna: Account) -> None:
    def forgotten(days: int) -> set[str]:
        done = apply_retention(at=timezone.now() + timedelta(days=days), by=make.BY)
        return {one.category for one in done if one.count and one.category in {"sessions", "devices"}}

    assert forgotten(0) == set()
    assert forgotten(3) == {"sessions"}
    assert KnownDevice.objects.count() == 1
    assert forgotten(402) == {"devices"}


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        (CHROME_ANDROID, "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Safari/604",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/17 Safari/605", "Safari, Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox, Linux"),
        ("", "nieznana przeglądarka"),
        ("curl/8", "nieznana przeglądarka"),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, name: str) -> None:
    assert device_name(agent) == name
