"""Consents taken back where the message came: one click in an e-mail (RFC 8058), STOP by SMS; each is confirmed."""

import re
from urllib.parse import urlencode, urlsplit

import pytest
import requests
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from consents.confirmation_pdf import confirmation_pdf
from consents.evidence import prove_evidence
from consents.models import Withdrawal
from consents.queries import permitted
from core.models import InboundEvent
from notifications import tasks
from notifications.answers import Answer
from notifications.models import ServiceLetter
from notifications.service_letters import send_letters
from notifications.unsubscribe import unsubscribe_url
from residents.models import Payer
from tests import make
from tests.documents import words_of
from tests.notifications.posting import confirm, remind, resident, send
from tests.sandbox_process import Sandbox

AT = make.now()
MAIL, PHONE = "anna@example.com", "48500100200"


def may(payer: Payer, channel: str, topic: str = "property_tax") -> bool:
    """Whether it may go there now."""
    return permitted(payer.pk, topic=topic, channel=channel, at=make.now())


def hook(secret: str = "") -> str:
    """Where SMSAPI posts answers."""
    return f"/hooks/sms/{secret or settings.SMSAPI['report_secret']}/odpowiedzi/"


def answer(text: str, *, phone: str = PHONE, date: int = 1_790_000_000) -> dict[str, str]:
    """What SMSAPI posts."""
    return {"sms_from": phone, "sms_to": "4480000", "sms_text": text, "sms_date": str(date), "username": "miasto"}


def came(address: str, fields: dict[str, str]) -> HttpResponse:
    """SMSAPI posts *fields*."""
    made: HttpResponse = Client().post(address, urlencode(fields), content_type="application/x-www-form-urlencoded")
    return made


@pytest.fixture
def told(db: None) -> Payer:
    """Anna, who agreed to SMS and e-mail."""
    return resident()


def link_in_mail(sandbox: Sandbox, payer: Payer) -> str:
    """Remind the payer by e-mail; the path that the letter's header names."""
    remind(payer, at=AT)
    send(AT)
    (letter,) = sandbox.mail(MAIL)
    headers = {name.lower(): value for name, value in letter["headers"].items()}
    found = re.fullmatch(r"<(\S+)>", headers["list-unsubscribe"])
    assert found
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert found[1].startswith(settings.BASE_URL)
    assert found[1] in letter["text"]
    assert f'href="{found[1]}"' in letter["html"]
    return urlsplit(found[1]).path


@pytest.mark.django_db
def test_one_post_of_a_mail_program_takes_that_one_consent_back_and_a_letter_says_so(
    sandbox: Sandbox, told: Payer
) -> None:
    path = link_in_mail(sandbox, told)
    program = Client(enforce_csrf_checks=True)
    done = program.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert done.status_code == 200
    assert (may(told, "email"), may(told, "sms"), may(told, "email", "payments")) == (False, True, True)
    taken = Withdrawal.objects.get()
    assert (taken.way, taken.channel, taken.topic and taken.topic.code) == ("email_link", "email", "property_tax")
    assert send_letters(clock=timezone.now) == 1
    (_, confirmation) = sorted(sandbox.mail(MAIL), key=lambda letter: letter["subject"] == "Zgoda wycofana")
    assert "nie będziemy już wysyłać e-mailem powiadomień: Podatek od nieruchomości" in confirmation["text"]
    program.post(path)
    assert Withdrawal.objects.count() == ServiceLetter.objects.count() == 1
    assert prove_evidence().faults == []


@pytest.mark.django_db
def test_looking_at_the_link_changes_nothing_and_shows_a_button(told: Payer) -> None:
    path = urlsplit(unsubscribe_url(told.pk, "property_tax")).path
    page = Client().get(path)
    assert "Wycofaj tę zgodę" in page.text
    assert "Podatek od nieruchomości" in page.text
    assert "Anna" not in page.text
    assert may(told, "email")


@pytest.mark.django_db
def test_a_link_that_we_did_not_sign_takes_nothing_back(told: Payer) -> None:
    path = urlsplit(unsubscribe_url(told.pk, "property_tax")).path
    for forged in (path.replace(path[-6:-1], "AAAAA"), "/zgody/wypisz/x/", "/zgody/wypisz/WzEsInBheW1lbnRzIl0:x/"):
        assert Client().post(forged).status_code == 404
    assert may(told, "email")
    assert Client().put(path).status_code == 405


@pytest.mark.django_db
def test_what_the_law_orders_carries_no_such_link(sandbox: Sandbox, told: Payer) -> None:
    make.statutory("payments")
    confirm(told, at=AT)
    send(AT)
    (letter,) = sandbox.mail(MAIL)
    assert "list-unsubscribe" not in str(letter["headers"]).lower()
    assert "Wycofaj zgodę" not in letter["text"]


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("STOP", True),
        (" stop. ", True),
        ("Stop!", True),
        ("Wypisz mnie", True),
        ("rezygnuję", True),
        ("nie stop", False),
        ("STOP czy ktoś to czyta?", False),
        ("", False),
    ],
)
def test_a_stop_is_a_stop_and_nothing_else_is(text: str, stops: bool) -> None:
    assert Answer("+48500100200", text).is_stop is stops


@pytest.mark.django_db
def test_stop_takes_every_consent_by_sms_back_and_one_sms_confirms_it(sandbox: Sandbox, told: Payer) -> None:
    for _ in range(2):  # SMSAPI repeats until it hears OK
        heard = came(hook(), answer("Stop"))
        assert (heard.status_code, heard.content) == (200, b"OK")
    assert tasks.apply_answers.run() == 1
    assert tasks.apply_answers.run() == 0
    assert (may(told, "sms"), may(told, "sms", "payments"), may(told, "email")) == (False, False, True)
    event, taken = InboundEvent.objects.get(), Withdrawal.objects.get()
    assert (event.source, event.times_seen, event.problem) == ("smsapi-answers", 2, "")
    assert (taken.at, taken.way, taken.evidence) == (event.received_at, "sms", {"event": str(event.pk)})
    assert send_letters(clock=timezone.now) == 1
    assert send_letters(clock=timezone.now) == 0
    (sms,) = sandbox.sms(PHONE)
    assert "nie wyslemy wiecej powiadomien SMS" in sms["text"]


@pytest.mark.django_db
def test_other_answers_and_strangers_change_nothing(told: Payer) -> None:
    came(hook(), answer("Dziękuję"))
    came(hook(), answer("STOP", phone="48600700800"))
    came(hook(), answer("STOP", phone="7248"))
    assert tasks.apply_answers.run() == 3
    assert may(told, "sms")
    assert not ServiceLetter.objects.exists()
    assert InboundEvent.objects.filter(problem__startswith="STOP z numeru").count() == 2


@pytest.mark.django_db
def test_without_the_secret_nothing_is_acted_on(told: Payer) -> None:
    assert came(hook("zly"), answer("STOP")).status_code == 404
    assert came(hook(), {"x": "y"}).status_code == 400
    assert Client().get(f"{hook()}?{urlencode(answer('STOP'))}").status_code == 200
    assert InboundEvent.objects.filter(is_verified=False).count() == 2
    assert tasks.apply_answers.run() == 1
    assert not may(told, "sms")


def test_a_stop_typed_on_the_phone_reaches_the_portal(portal: str, sandbox: Sandbox) -> None:
    payer = resident()
    sandbox.control("PUT", "settings", sms_answers_url=f"{portal}{hook()}")
    page = requests.post(f"{sandbox.url}/phone/{PHONE}/", data={"text": "STOP"}, timeout=30)
    assert "200 OK" in page.text
    assert tasks.apply_answers.run() == 1
    assert not may(payer, "sms")
    assert "odpowiedzią SMS" in words_of(confirmation_pdf(payer, at=timezone.now()))
    send_letters(clock=timezone.now)
    assert "nie wyslemy" in requests.get(f"{sandbox.url}/phone/{PHONE}/", timeout=30).text
