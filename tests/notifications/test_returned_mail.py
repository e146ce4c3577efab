"""E-mails that come back: a real mailbox, reports as mail servers write them, and forgeries."""

import time
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from pytest_django.fixtures import Settings

from core.models import InboundEvent
from notifications import tasks
from notifications.bounces import apply_returned, poll_returned, return_trouble
from notifications.dsn import Verdict, read_returned
from notifications.models import Message, ServiceLetter, SuppressedAddress
from notifications.return_address import return_address, returned_reference
from notifications.service_letters import queue_letter, send_letters
from spm import embedded
from tests import make
from tests.mailbox import PASSWORD, USER, Mailbox
from tests.notifications.posting import confirm, idx, later, only, resident, send
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
AT = make.now()
MAIL = "anna@example.com"


@pytest.fixture
def returns(mailbox_of_session: Mailbox, settings: Settings, sandbox: Sandbox, db: None) -> Mailbox:
    """The mailbox of returned e-mails, emptied, with the settings pointing at it."""
    mailbox_of_session.empty()
    settings.BOUNCE_ADDRESS = "zwroty+*@dolina.example"
    settings.BOUNCE_MAILBOX = {
        **settings.BOUNCE_MAILBOX,
        "host": "127.0.0.1",
        "port": mailbox_of_session.post.port,
        "tls": "none",
        "user": USER,
        "password": PASSWORD,
        "processed": "Przetworzone",
    }
    return mailbox_of_session


def returned(to: str, status: str, *, action: str = "failed", said: str = "", number: int = 1) -> bytes:
    """A report as Postfix writes it (RFC 3464), sent to *to*."""
    report = EmailMessage()
    report["From"] = "MAILER-DAEMON@poczta.example (Mail Delivery System)"
    report["To"], report["Subject"] = to, "Undelivered Mail Returned to Sender"
    report["Message-ID"] = f"<{number}.return@poczta.example>"
    report.set_content("This is the mail system. I'm sorry to have to inform you …")
    status_part = EmailMessage()
    status_part["Content-Type"] = "message/delivery-status"
    status_part.set_payload(
        [
            _block(Reporting_MTA="dns; poczta.example"),
            _block(
                Final_Recipient=f"rfc822; {MAIL}",
                Action=action,
                Status=status,
                Diagnostic_Code=f"smtp; {said or f'550 {status} <{MAIL}>: no'}",
            ),
        ]
    )
    report.make_mixed()
    report.attach(status_part)
    report.replace_header("Content-Type", 'multipart/report; report-type=delivery-status; boundary="b"')
    return report.as_bytes(policy=SMTP)


def _block(**fields: str) -> EmailMessage:
    block = EmailMessage()
    for name, value in fields.items():
        block[name.replace("_", "-")] = value
    return block


def read_mailbox(at: datetime) -> int | None:
    """One visit, and what follows from it."""
    stored = poll_returned(clock=lambda: at)
    apply_returned(at=at)
    return stored


def sent_to_anna(at: datetime = AT) -> Message:
    """A confirmation that the mail server took."""
    confirm(resident(channels=("email",)), at=at)
    assert send(at) == {"sent": 1}
    return only()


def test_each_letter_leaves_under_a_return_address_that_only_we_can_write(returns: Mailbox, sandbox: Sandbox) -> None:
    message = sent_to_anna()
    (letter,) = sandbox.mail(MAIL)
    assert letter["from"] == return_address(idx(message))
    assert letter["from"].startswith(f"zwroty+{idx(message)}-")
    assert letter["headers"]["From"] == "Dolina <powiadomienia@dolina.example>"
    assert returned_reference([f"<{letter['from'].upper()}>"]) == idx(message)
    assert returned_reference([letter["from"].replace(idx(message), "spm-999999"), "zwroty+spm-1@dolina.example"]) == ""


def test_the_sandboxs_mail_server_returns_what_it_cannot_deliver(returns: Mailbox, sandbox: Sandbox) -> None:
    box = f"127.0.0.1:{returns.post.port} {USER} {PASSWORD}"
    sandbox.control("PUT", "settings", mail_return_box=box)
    confirm(resident(1, email="odbij@example.com", channels=("email",)), at=AT)
    confirm(resident(2, email="zapchana@example.com", channels=("email",)), at=AT)
    assert send(AT) == {"sent": 2}
    for _ in range(100):
        if returns.count() == 2:
            break
        time.sleep(0.05)
    assert read_mailbox(later(AT, minutes=1)) == 2
    told = {message.address: (message.state, message.reason) for message in Message.objects.all()}
    assert told == {
        "odbij@example.com": ("failed", "zwrot: 550 5.1.1 User unknown"),
        "zapchana@example.com": ("queued", "zwrot: 452 4.2.2 Mailbox full"),
    }


def test_a_dead_mailbox_ends_the_message_and_nothing_goes_there_any_more(returns: Mailbox) -> None:
    message = sent_to_anna()
    returns.put(returned(return_address(idx(message)), "5.1.1"), returned(return_address(idx(message)), "5.1.1"))
    assert read_mailbox(later(AT, minutes=5)) == 1
    failed = only()
    assert (failed.state, failed.reason) == ("failed", "zwrot: 550 5.1.1 … no")
    assert [row.address for row in SuppressedAddress.objects.all()] == [MAIL]
    confirm(failed.payer, "2", at=AT)
    assert send(later(AT, minutes=6)) == {"refused": 1}
    assert (returns.count(), returns.count("Przetworzone")) == (0, 2)
    assert read_mailbox(later(AT, minutes=7)) == 0


def test_a_full_mailbox_is_tried_twice_more_and_then_given_up(returns: Mailbox, sandbox: Sandbox) -> None:
    at, message = AT, sent_to_anna()
    for number in (1, 2):
        returns.put(returned(return_address(idx(message)), "4.2.2", number=number))
        read_mailbox(at)
        assert (only().state, only().sent_at) == ("queued", None)
        assert send(later(at, hours=5)) == {}
        at = later(at, hours=6)
        assert send(at) == {"sent": 1}
    returns.put(returned(return_address(idx(message)), "5.2.2", number=3, said="552 5.2.2 over quota"))
    read_mailbox(at)
    assert (only().state, only().reason) == ("failed", "zwrot: 552 5.2.2 over quota")
    assert SuppressedAddress.objects.count() == 0
    assert sandbox.control("GET", "mail/counts")["distinct_message_id"] == 1


def test_a_refusal_that_is_not_the_addresss_fault_suppresses_nobody(returns: Mailbox) -> None:
    message = sent_to_anna()
    returns.put(returned(return_address(idx(message)), "5.7.1"))
    read_mailbox(AT)
    assert (only().state, SuppressedAddress.objects.count()) == ("failed", 0)


def test_a_forged_return_and_spam_change_nothing_and_stay_for_people_to_see(returns: Mailbox) -> None:
    message = sent_to_anna()
    forged = return_address(idx(message))[:-30] + "0" * 20 + "@dolina.example"
    returns.put(
        returned(f"zwroty+{idx(message)}@dolina.example", "5.1.1"),
        returned(forged, "5.1.1"),
        returned("powiadomienia@dolina.example", "5.1.1"),
        b"To: x\r\n\r\nSpam",
    )
    assert read_mailbox(AT) == 0
    assert (only().state, SuppressedAddress.objects.count(), InboundEvent.objects.count()) == ("sent", 0, 0)
    assert returns.count("Przetworzone") == 4


def test_delays_and_answers_of_machines_to_our_own_address_change_nothing(returns: Mailbox) -> None:
    message = sent_to_anna()
    away = f"To: {return_address(idx(message))}\r\nAuto-Submitted: auto-replied\r\nSubject: Urlop\r\n\r\nWracam w maju."
    returns.put(returned(return_address(idx(message)), "4.4.1", action="delayed"), away.encode())
    assert read_mailbox(AT) == 2
    assert only().state == "sent"
    assert [event.problem for event in InboundEvent.objects.all()] == ["", ""]


def test_a_code_for_an_address_that_does_not_exist_is_noted(returns: Mailbox) -> None:
    queue_letter(
        channel="email", address=MAIL, subject="Kod", body="123456", key="k", at=AT, expires_at=later(AT, hours=1)
    )
    assert send_letters(clock=lambda: AT) == 1
    letter = ServiceLetter.objects.get()
    returns.put(returned(return_address(f"spm-l{letter.pk}"), "5.1.1"))
    read_mailbox(AT)
    letter.refresh_from_db()
    assert (letter.refused, SuppressedAddress.objects.count()) == ("zwrot: 550 5.1.1 … no", 1)


def test_a_mailbox_that_is_away_is_told_with_since_when_until_it_is_back(returns: Mailbox, settings: Settings) -> None:
    working = settings.BOUNCE_MAILBOX
    settings.BOUNCE_MAILBOX = {**working, "port": embedded.free_port()}
    assert tasks.poll_returned.run() == 0
    assert poll_returned(clock=lambda: later(AT, days=1)) == 0
    trouble = return_trouble()
    assert trouble is not None
    assert "brak połączenia" in trouble[1]
    settings.BOUNCE_MAILBOX = {**settings.BOUNCE_MAILBOX, "port": working["port"]}
    assert poll_returned(clock=lambda: AT) == 0
    assert return_trouble() is None


QMAIL = b"""From: MAILER-DAEMON@poczta.example\nTo: x\nSubject: failure notice\n
Hi. This is the qmail-send program at poczta.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<anna@example.com>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.
"""


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        (returned("x", "5.0.0", said="550 5.1.10 RESOLVER.ADR.RecipientNotFound"), Verdict.DEAD),
        (returned("x", "5.4.4"), Verdict.DEAD),
        (returned("x", "5.7.26"), Verdict.REFUSED),
        (returned("x", "4.4.7"), Verdict.LATER),
        (returned("x", "2.0.0", action="delivered"), Verdict.NOTHING),
        (QMAIL, Verdict.DEAD),
        (b"\xff\x00", Verdict.NOTHING),
        (
            b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n",
            Verdict.NOTHING,
        ),
    ],
)
def test_what_servers_say_is_understood(raw: bytes, verdict: Verdict) -> None:
    assert read_returned(raw).verdict is verdict
