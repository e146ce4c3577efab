"""Consents set, signed and taken back in the portal; addresses confirmed by a code before anything else goes there."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents.address_codes import ask_code, confirm_address, how_confirmed
from consents.models import AddressConfirmation, Consent, ConsentApplication, Withdrawal
from consents.queries import permitted
from core.errors import Refused
from notifications.models import ServiceLetter
from notifications.service_letters import send_letters
from notifications.tasks import send_letters as send_letters_task
from residents.models import Account, Payer
from residents.queries import contacts_of
from tests import make
from tests.conftest import SignIn
from tests.consents import papers
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
MINE, SET, SIGN, WITHDRAW = (reverse(f"consents:{name}") for name in ("my", "set", "sign", "withdraw"))
KNOWN = {"phone": "500 100 200", "email": "anna@example.com"}
PREPARED = re.compile(r'name="prepared" value="([^"]+)"')


@pytest.fixture
def browser(anna: Account, signed_in: SignIn) -> Client:
    """Anna's browser; a paper of hers lets property tax and payments come by SMS and e-mail."""
    return signed_in(anna)


def choose(browser: Client, *ticks: str, **otherwise: str) -> str:
    """Send the grid; where it leads."""
    answer = browser.post(SET, {"tick": ticks, **KNOWN, **otherwise})
    return str(answer.headers.get("Location", answer.status_code))


def sign(browser: Client, password: str = make.PASSWORD) -> str:
    """Press «Podpisz» and give the password when asked; the text of the page where that ends."""
    found = PREPARED.search(browser.get(SIGN).text)
    assert found
    asked = browser.post(SIGN, {"prepared": found[1]})
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    done = browser.post(asked.headers["Location"], {"password": password, "next": SIGN}, follow=True)
    return done.text


def may(payer: Payer, topic: str, channel: str) -> bool:
    """Whether it may go there now."""
    return permitted(payer.pk, topic=topic, channel=channel, at=make.now())


def test_the_grid_shows_what_holds_and_since_when(browser: Client, anna_payer: Payer) -> None:
    page = browser.get(SET).text
    ticked = set(re.findall(r'value="(\w+:\w+)" checked', page))
    assert ticked == {"property_tax:sms", "property_tax:email", "payments:sms", "payments:email"}
    assert page.count("SMS: od ") == 2
    assert "<script" not in page.partition("<main")[2].partition("</main>")[0]


def test_a_signed_choice_replaces_the_paper_in_the_whole(browser: Client, anna: Account, anna_payer: Payer) -> None:
    assert choose(browser, "waste:sms", "crisis:sms", "payments:email") == SIGN
    assert Consent.objects.filter(application__arrived_by="portal").count() == 0
    assert "Podpisano wniosek nr" in sign(browser)
    signed = ConsentApplication.objects.latest("pk")
    assert (signed.state, signed.arrived_by, signed.payer, signed.registered_by) == (
        *("accepted", "portal"),
        anna_payer,
        anna,
    )
    assert may(anna_payer, "waste", "sms")
    assert may(anna_payer, "payments", "email")
    assert not may(anna_payer, "payments", "sms")
    assert not may(anna_payer, "property_tax", "sms")
    assert signed.evidence["signature"] == "w portalu: ponowne podanie hasła"
    assert signed.evidence["identified"] == "w teście"
    assert signed.evidence["phone"].startswith("wniosek nr ")
    assert signed.signed_at is not None


def test_nothing_is_signed_without_the_right_password(browser: Client, anna_payer: Payer) -> None:
    choose(browser, "waste:sms")
    sign(browser, password="zgaduje")
    assert not may(anna_payer, "waste", "sms")
    assert may(anna_payer, "payments", "sms")


def test_a_proof_older_than_the_choice_signs_nothing(browser: Client, anna_payer: Payer) -> None:
    choose(browser, "waste:sms")
    sign(browser)
    choose(browser, "crisis:sms")
    found = PREPARED.search(browser.get(SIGN).text)
    assert found
    asked = browser.post(SIGN, {"prepared": found[1]})
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not may(anna_payer, "crisis", "sms")


def test_what_another_window_changed_is_looked_at_again(browser: Client, anna_payer: Payer) -> None:
    choose(browser, "waste:sms")
    old = PREPARED.search(browser.get(SIGN).text)
    assert old
    choose(browser, "crisis:sms")
    shown = browser.post(SIGN, {"prepared": old[1]}, follow=True).text
    assert "Wybór zmienił się" in shown
    assert ConsentApplication.objects.filter(arrived_by="portal").count() == 0


def test_without_ticks_everything_ends(browser: Client, anna_payer: Payer) -> None:
    assert choose(browser) == SIGN
    assert "podpis wycofa wszystkie zgody" in browser.get(SIGN).text
    sign(browser)
    assert not Consent.objects.in_force(make.now()).filter(payer=anna_payer).exists()


@pytest.mark.parametrize(
    ("ticks", "said", "words"),
    [
        (["waste:sms"], {"phone": ""}, "Zaznaczono SMS, a na wniosku nie ma telefonu."),
        (["waste:email"], {"email": ""}, "Zaznaczono e-mail, a na wniosku nie ma adresu e-mail"),
        (["waste:sms"], {"phone": "22 500 00 00"}, "To numer stacjonarny"),
        (["waste:email"], {"email": "anna"}, "To nie jest adres e-mail."),
        (["nie_ma:sms"], {}, "Nieznany rodzaj powiadomień: nie_ma."),
        (["waste:golab"], {}, "Nieznana droga powiadomień."),
    ],
)
def test_a_choice_that_cannot_work_is_told_at_once(
    browser: Client, ticks: list[str], said: dict[str, str], words: str
) -> None:
    page = browser.post(SET, {"tick": ticks, **KNOWN, **said})
    assert page.status_code == 200
    assert words in page.text
    assert "<title>Błąd: " in page.text


def test_a_new_phone_gets_nothing_but_a_code_until_it_is_confirmed(
    browser: Client, anna_payer: Payer, sandbox: Sandbox
) -> None:
    choose(browser, "waste:sms", phone="600 700 800")
    page = browser.get(SIGN).text
    assert "Potwierdź numer +48" in page
    assert "Podpisz</button>" not in page
    found = browser.post(SIGN, {"prepared": "x"}, follow=True)
    assert "Podpisano" not in found.text
    browser.post(reverse("notifications:send_address_code", args=["telefon"]))
    assert send_letters(clock=timezone.now) == 1
    (sms,) = sandbox.sms("48600700800")
    code = re.search(r"\d{6}", sms["text"])
    assert code
    confirm = reverse("consents:confirm_address", args=["telefon"])
    wrong = browser.post(confirm, {"code": "000000" if code[0] != "000000" else "111111"})
    assert "Kod się nie zgadza. Pozostało prób: 4." in wrong.text
    done = browser.post(confirm, {"code": f"{code[0][:3]} {code[0][3:]}"}, follow=True)
    assert "Numer potwierdzony." in done.text
    sign(browser)
    assert contacts_of(anna_payer.pk)["phone"] == "+48600700800"
    assert ConsentApplication.objects.latest("pk").evidence["phone"].startswith("kodem, ")
    assert ServiceLetter.objects.get().body == ""


def test_a_new_email_gets_its_code_by_email(browser: Client, anna_payer: Payer, sandbox: Sandbox) -> None:
    choose(browser, "waste:email", phone="", email="nowa@example.com")
    browser.post(reverse("notifications:send_address_code", args=["e-mail"]))
    send_letters(clock=timezone.now)
    (letter,) = sandbox.mail("nowa@example.com")
    code = re.search(r"\d{6}", letter["text"])
    assert code
    browser.post(reverse("consents:confirm_address", args=["e-mail"]), {"code": code[0]})
    sign(browser)
    assert contacts_of(anna_payer.pk) == {"email": "nowa@example.com"}
    assert not mail.outbox


def test_the_accounts_own_confirmed_address_needs_no_code(signed_in: SignIn, obcy: Account) -> None:
    browser = signed_in(obcy)
    choose(browser, "waste:email", phone="", email="obcy@example.com")
    assert "Podpisano" in sign(browser)


def test_an_attorney_with_less_than_everything_sees_and_changes_nothing(
    signed_in: SignIn, piotr: Account, anna_payer: Payer
) -> None:
    browser = signed_in(piotr)
    assert "Wycofaj" not in browser.get(MINE).text.partition("Historia i dowody")[0].replace("wycofuje", "")
    assert browser.get(SET).status_code == 403
    assert browser.post(WITHDRAW, {"choice": "payments:sms"}).status_code == 403
    assert may(anna_payer, "payments", "sms")


def test_one_click_takes_one_consent_back(browser: Client, anna_payer: Payer) -> None:
    assert 'name="choice" value="payments:sms"' in browser.get(MINE).text
    done = browser.post(WITHDRAW, {"choice": "payments:sms"}, follow=True)
    assert "Zgoda wycofana." in done.text
    assert "Wycofanie: Potwierdzenia wpłat i stan konta: SMS" in done.text
    assert not may(anna_payer, "payments", "sms")
    assert may(anna_payer, "payments", "email")
    browser.post(WITHDRAW, {"choice": "payments:sms"})
    assert Withdrawal.objects.count() == 1


def test_one_click_takes_all_back(browser: Client, anna_payer: Payer) -> None:
    done = browser.post(WITHDRAW, {"choice": "wszystkie"}, follow=True)
    assert "Wycofane zgody: 4." in done.text
    assert "nie wysyłamy Ci powiadomień" in done.text


@pytest.mark.parametrize("choice", ["", "x", "x:", "nie_ma:sms", "payments:golab"])
def test_an_unknown_choice_takes_nothing_back(browser: Client, anna_payer: Payer, choice: str) -> None:
    done = browser.post(WITHDRAW, {"choice": choice}, follow=True)
    assert 'role="alert"' in done.text
    assert may(anna_payer, "payments", "sms")
    assert not Withdrawal.objects.exists()


def test_a_paper_signed_before_the_withdrawal_brings_nothing_back(browser: Client, anna_payer: Payer) -> None:
    draft = papers.register(choices=[papers.WASTE_SMS, papers.WASTE_EMAIL], signed_on=make.today())
    browser.post(WITHDRAW, {"choice": "waste:sms"})
    papers.accept(draft)
    assert not may(anna_payer, "waste", "sms")
    assert may(anna_payer, "waste", "email")


def test_what_is_signed_in_the_portal_after_a_withdrawal_holds_on_the_same_day(
    browser: Client, anna_payer: Payer
) -> None:
    browser.post(WITHDRAW, {"choice": "wszystkie"})
    choose(browser, "waste:sms")
    sign(browser)
    assert may(anna_payer, "waste", "sms")


def test_a_code_holds_for_five_tries_and_a_quarter_of_an_hour(anna: Account, anna_payer: Payer) -> None:
    now = make.now()
    said = {"kind": "phone", "address": "+48600700800", "by": make.BY}
    code = ask_code(anna_payer.pk, anna, at=now, **said)  # type: ignore[arg-type]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(Refused, match="Kod się nie zgadza") as refusal:
            confirm_address(anna_payer.pk, code=wrong, at=now, **said)  # type: ignore[arg-type]
        assert refusal.value.code == "code_wrong"
        assert AddressConfirmation.objects.get().tries_left == left
    with pytest.raises(Refused) as refusal:
        confirm_address(anna_payer.pk, code=code, at=now, **said)  # type: ignore[arg-type]
    assert refusal.value.code == "code_spent"
    newer = ask_code(anna_payer.pk, anna, at=now + timedelta(seconds=1), **said)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refusal:
        confirm_address(anna_payer.pk, code=newer, at=now + timedelta(minutes=16), **said)  # type: ignore[arg-type]
    assert refusal.value.code == "code_expired"
    assert not how_confirmed(anna_payer.pk, anna, kind="phone", address="+48600700800", at=now)


def test_codes_to_one_address_are_throttled_whoever_asks(anna: Account, anna_payer: Payer, obcy: Account) -> None:
    now = make.now()
    for _ in range(3):
        ask_code(anna_payer.pk, anna, kind="phone", address="+48600700800", by=make.BY, at=now)
    with pytest.raises(Refused) as refusal:
        ask_code(anna_payer.pk, obcy, kind="phone", address="+48600700800", by=make.BY, at=now)
    assert refusal.value.code == "too_many_codes"
    ask_code(anna_payer.pk, anna, kind="phone", address="+48600700800", by=make.BY, at=now + timedelta(minutes=61))


def test_a_confirmation_is_worth_thirty_days(anna: Account, anna_payer: Payer) -> None:
    then = make.now() - timedelta(days=31)
    said = {"kind": "phone", "address": "+48600700800", "by": make.BY, "at": then}
    code = ask_code(anna_payer.pk, anna, **said)  # type: ignore[arg-type]
    confirm_address(anna_payer.pk, code=code, **said)  # type: ignore[arg-type]
    assert not how_confirmed(anna_payer.pk, anna, kind="phone", address="+48600700800", at=make.now())
    assert how_confirmed(anna_payer.pk, anna, kind="phone", address="+48600700800", at=then + timedelta(days=2))


def test_the_code_is_in_nobodys_inbox_and_the_job_of_the_timetable_sends_it(
    browser: Client, anna_payer: Payer, sandbox: Sandbox
) -> None:
    choose(browser, "waste:sms", phone="600 700 800")
    browser.post(reverse("notifications:send_address_code", args=["telefon"]))
    assert send_letters_task.run() == 1
    assert send_letters_task.run() == 0
    assert "kod" not in browser.get(reverse("notifications:inbox")).text.partition("<main")[2].partition("</main>")[0]
