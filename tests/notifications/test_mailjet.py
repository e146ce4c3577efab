"""E-mail by Mailjet: what leaves, what it refuses, and its events – forged, repeated, in any order."""

import base64
import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from core.models import InboundEvent
from notifications import tasks
from notifications.gateways import Outcome, Parcel
from notifications.gateways.mailjet import Mailjet
from notifications.mailjet_events import apply_events
from notifications.models import GatewayRest, Message, SuppressedAddress
from notifications.return_address import marked
from notifications.service_letters import queue_letter, send_letters
from spm import embedded
from tests import make
from tests.notifications.posting import confirm, idx, later, only, remind, resident, send
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
AT = make.now()
MAIL = "anna@example.com"
SECRET = "mailjet:tajne"


@pytest.fixture(autouse=True)
def by_mailjet(settings: Settings, sandbox: Sandbox) -> None:
    """The town sends by Mailjet."""
    settings.MESSAGE_GATEWAYS = {"email": ["notifications.gateways.mailjet.Mailjet"]}
    settings.MAILJET = {**settings.MAILJET, "webhook_secret": SECRET}


def sent_to(address: str = MAIL, serial: int = 1) -> Message:
    """A confirmation that Mailjet took."""
    confirm(resident(serial, email=address, channels=("email",)), at=AT)
    send(AT)
    return Message.objects.latest("pk")


def event(message: Message, kind: str, **fields: Any) -> dict[str, Any]:
    """An event as the vendor tells it."""
    told = {"event": kind, "time": 1_790_000_000, "MessageID": int(message.gateway_id or 1), "email": MAIL}
    return {**told, "CustomID": marked(idx(message)), "Payload": "", **fields}


def bounce(message: Message, error: str, *, hard: bool) -> dict[str, Any]:
    """A bounce."""
    return event(message, "bounce", hard_bounce=hard, blocked=hard, error_related_to="recipient", error=error)


def called(*events: dict[str, Any], secret: str = SECRET, raw: str | None = None) -> HttpResponse:
    """One call of the vendor's with *events*."""
    body = raw if raw is not None else json.dumps(list(events) if len(events) != 1 else events[0])
    basic = base64.b64encode(secret.encode()).decode()
    return Client().post(
        "/hooks/mail/mailjet/", body, content_type="application/json", headers={"Authorization": f"Basic {basic}"}
    )


def test_a_letter_leaves_with_text_html_and_the_headers_for_unsubscribing(sandbox: Sandbox) -> None:
    remind(resident(channels=("email",), language="en"), at=AT)
    assert send(AT) == {"sent": 1}
    (letter,) = sandbox.mail(MAIL)
    message = only()
    assert (message.gateway, message.gateway_id.isdecimal()) == ("mailjet", True)
    assert letter["text"].startswith(message.body)
    assert '<html lang="en">' in letter["html"]
    assert "<img" not in letter["html"]
    headers = letter["headers"]
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].strip("<>") in letter["text"]
    assert (headers["Auto-Submitted"], headers["Content-Language"]) == ("auto-generated", "en")


def test_events_may_come_twice_together_and_in_the_wrong_order(sandbox: Sandbox) -> None:
    message = sent_to()
    hard = bounce(message, "mailbox inactive", hard=True)
    opened = event(message, "open", ip="127.0.0.1")
    for _ in range(2):
        assert called(hard, opened, event(message, "sent", smtp_reply="250 OK")).content == b"OK"
    assert called(hard).status_code == 200
    assert tasks.apply_mail_events.run() == 2
    assert (only().state, only().reason, SuppressedAddress.objects.count()) == ("failed", "zwrot: mailbox inactive", 1)
    assert list(InboundEvent.objects.order_by("pk").values_list("times_seen", flat=True)) == [2, 1]


def test_a_complaint_after_delivery_stops_further_letters(sandbox: Sandbox) -> None:
    message = sent_to()
    called(event(message, "sent"))
    called(event(message, "spam", source="onet"))
    apply_events(at=AT)
    assert (only().state, SuppressedAddress.objects.get().reason) == ("delivered", "zwrot: zgłoszono jako spam")
    confirm(message.payer, "2", at=AT)
    assert send(later(AT, minutes=1)) == {"refused": 1}


@pytest.mark.parametrize(("error", "dead"), [("relay/access denied", 0), ("content blocked", 0), ("no mail host", 1)])
def test_only_an_address_that_is_dead_is_suppressed(error: str, dead: int) -> None:
    called(bounce(sent_to(), error, hard=True))
    apply_events(at=AT)
    assert (only().state, SuppressedAddress.objects.count()) == ("failed", dead)


def test_forged_events_are_kept_and_change_nothing(settings: Settings) -> None:
    message = sent_to()
    hard = bounce(message, "user unknown", hard=True)
    assert called(hard, secret="mailjet:zle").status_code == 401
    assert called(raw='{"a": 1}').status_code == 400
    assert (
        called({**hard, "CustomID": idx(message)}, {**hard, "CustomID": f"{idx(message)}-{'0' * 20}"}).status_code
        == 200
    )
    settings.MAILJET = {**settings.MAILJET, "webhook_secret": ""}
    assert called(hard, secret="").status_code == 401
    assert apply_events(at=AT) == 1
    assert (only().state, SuppressedAddress.objects.count()) == ("sent", 0)
    kept = InboundEvent.objects.order_by("pk").values_list("is_verified", "problem")
    assert list(kept) == [(False, ""), (False, ""), (True, "zdarzenia o nieznanych wiadomościach: 2")]


def test_a_code_that_bounces_is_noted(sandbox: Sandbox) -> None:
    queue_letter(
        channel="email", address=MAIL, subject="Kod", body="123456", key="k", at=AT, expires_at=later(AT, hours=1)
    )
    assert send_letters(clock=lambda: AT) == 1
    (letter,) = sandbox.mail(MAIL)
    assert "123456" in letter["text"]


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({"mailjet_next": ["cut_after"]}, "unknown", "odpowiedź zginęła"),
        ({"mailjet_next": ["http500"]}, "unknown", "odpowiedź nieczytelna, HTTP 502"),
        ({"mailjet_next": ["html"]}, "unknown", "odpowiedź nieczytelna, HTTP 200"),
        ({"mailjet_next": ["http429"]}, "queued", "zbyt wiele zapytań"),
        ({"mailjet_domains": ["inna.example"]}, "queued", "Mailjet nie przyjmuje nadawcy"),
    ],
)
def test_in_trouble_nothing_is_sent_twice(
    sandbox: Sandbox, changes: dict[str, object], state: str, reason: str
) -> None:
    sandbox.control("PUT", "settings", **changes)
    sent_to()
    assert (only().state, only().reason) == (state, reason)
    assert GatewayRest.objects.count() == 1
    if state == "unknown":
        assert send(later(AT, days=1)) == {}


def test_wrong_keys_an_address_that_is_none_and_a_vendor_that_is_away(settings: Settings) -> None:
    account = settings.MAILJET
    parcel = Parcel(1, "spm-1", MAIL, "Temat", "Treść")

    def outcome(one: Parcel = parcel, **changes: str) -> tuple[Outcome, str, bool]:
        settings.MAILJET = {**account, **changes}
        (receipt,) = Mailjet().send([one])
        return receipt.outcome, receipt.code, receipt.is_dead

    assert outcome(secret_key="zly") == (Outcome.HELD, "Mailjet nie przyjmuje kluczy", False)
    assert outcome(url=f"http://127.0.0.1:{embedded.free_port()}/") == (Outcome.HELD, "brak połączenia", False)
    assert outcome(Parcel(1, "spm-1", "anna@localhost", "T", "x")) == (Outcome.REJECTED, "błędny adres", True)
    assert outcome(Parcel(1, "spm-1", "anna nowak", "T", "x"))[0] is Outcome.REJECTED
    assert outcome(Parcel(1, "spm-1", MAIL, "Temat\r\nBcc: x@example.com", "x")) == (Outcome.ACCEPTED, "", False)
