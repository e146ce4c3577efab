"""E-mail to the sandbox over SMTP: what the letter says, and what becomes of it."""

import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from notifications.gateways import Parcel
from notifications.gateways.smtp import compose
from notifications.models import Attempt, GatewayRest, Message
from notifications.storing import BACKOFF, MOST_ATTEMPTS
from residents.models import Payer
from spm import embedded
from tests import make
from tests.notifications.posting import confirm, later, only, remind, resident, send, states
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
AT = make.now()
MAIL = "anna@example.com"
NBSP = "\u00a0"


def by_mail(address: str = MAIL, serial: int = 1) -> Payer:
    """A payer who agreed to e-mail only."""
    return resident(serial, email=address, channels=("email",))


def read(subject: str = "Temat", body: str = "Treść", address: str = MAIL) -> EmailMessage:
    """A letter as a mail program reads it."""
    parcel = Parcel(7, "spm-7", address, subject, body)
    letter = email.message_from_bytes(compose(parcel), policy=email.policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def text_of(letter: EmailMessage, kind: str) -> str:
    """The part of *letter* of that kind."""
    part = letter.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_letter_arrives_in_polish_as_text_and_as_html(sandbox: Sandbox, db: None) -> None:
    remind(by_mail(), at=AT)
    assert send(AT) == {"sent": 1}
    (letter,) = sandbox.mail(MAIL)
    message = only()
    assert letter["subject"].replace(NBSP, " ") == "Przypomnienie: termin płatności 15 maja 2026"
    assert letter["to"] == [MAIL]
    for words in ("Należność: Podatek od nieruchomości, rok 2026, rata 2", f"1{NBSP}234,50{NBSP}zł"):
        assert words in letter["text"]
        assert words in letter["html"]
    assert letter["text"].startswith(message.body)
    assert f'<a href="{message.facts["link"]}">' in letter["html"]
    assert '<html lang="pl">' in letter["html"]
    assert django_settings.TOWN["address"] in letter["html"]
    assert (message.gateway, message.gateway_id, message.sent_at) == ("smtp", letter["message_id"], AT)


def test_a_reminder_says_why_it_came_and_that_the_consent_may_be_withdrawn(sandbox: Sandbox, db: None) -> None:
    remind(by_mail(), at=AT)
    send(AT)
    (letter,) = sandbox.mail(MAIL)
    why = "Wiadomość wysłano, bo na wniosku wyrażono zgodę na powiadomienia. Zgodę można w każdej chwili wycofać."
    assert why in letter["text"]
    assert why in letter["html"]


def test_a_letter_carries_the_headers_of_an_automatic_one_and_nothing_that_tracks(sandbox: Sandbox, db: None) -> None:
    confirm(by_mail(), at=AT)
    send(AT)
    (letter,) = sandbox.mail(MAIL)
    headers = letter["headers"]
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Content-Type"].startswith("multipart/alternative")
    assert headers["Message-ID"] == f"<spm-{only().pk}@dolina.example>"
    assert (headers["Content-Language"], headers["MIME-Version"]) == ("pl", "1.0")
    assert headers["From"] == "Dolina <powiadomienia@dolina.example>"
    assert letter["from"] == "powiadomienia@dolina.example"
    assert letter["attachments"] == []
    assert "<img" not in letter["html"]
    assert max(len(line) for line in letter["raw"].splitlines()) <= 998


@pytest.mark.parametrize(
    "subject",
    [
        "Zwykły",
        "Zażółć gęślą jaźń – „cudzysłów”",
        "Bardzo długi temat o podatku od nieruchomości, opłacie za gospodarowanie odpadami i wodzie " * 2,
        "ASCII only, and a rather long one that would have to be folded somewhere by somebody, were it any longer",
    ],
)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    assert read(subject=subject)["Subject"] == " ".join(subject.split())


def test_a_subject_cannot_smuggle_a_header_in() -> None:
    letter = read(subject="Temat\r\nBcc: ktos@example.com")
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Temat Bcc: ktos@example.com"


@pytest.mark.parametrize("body", ["Kropka\n.\nna początku\n..wiersza", "Wiersz " * 300, "–\n\n–\n\n–", "🚒 ą"])
def test_a_body_is_read_as_it_was_written(body: str) -> None:
    assert text_of(read(body=body), "plain").strip() == body.strip()


def test_facts_cannot_smuggle_html_in(sandbox: Sandbox, db: None) -> None:
    confirm(by_mail(), at=AT, balance_text="<script>x</script> & https://a.example/?b=1&c=2.")
    send(AT)
    (letter,) = sandbox.mail(MAIL)
    assert "<script>" not in letter["html"]
    assert "&lt;script&gt;x&lt;/script&gt; &amp; " in letter["html"]
    assert '<a href="https://a.example/?b=1&amp;c=2">' in letter["html"]


def test_a_mailbox_that_does_not_exist_fails_for_ever_without_its_address_in_the_reason(
    sandbox: Sandbox, db: None
) -> None:
    confirm(by_mail("odrzuc@example.com"), at=AT)
    confirm(by_mail("piotr@example.com", 2), at=AT)
    assert send(AT) == {"failed": 1, "sent": 1}
    failed = only(state="failed")
    assert (failed.reason, failed.closed_at, failed.attempts) == ("550 5.1.1 No such user here", AT, 1)
    assert "@" not in Attempt.objects.get(message=failed).code
    assert send(later(AT, days=1)) == {}
    assert GatewayRest.objects.count() == 0


def test_a_full_mailbox_is_tried_again_later_and_later_and_given_up_in_the_end(sandbox: Sandbox, db: None) -> None:
    confirm(by_mail("pelna@example.com"), at=AT)
    at, pauses = AT, []
    for attempt in range(1, MOST_ATTEMPTS):
        assert send(at) == {"queued": 1}
        assert (only().attempts, only().reason) == (attempt, "452 4.2.2 Mailbox full")
        due = only().not_before
        assert send(due - timedelta(seconds=1)) == {}
        pauses.append(due - at)
        at = due
    assert tuple(pauses) == (*BACKOFF, BACKOFF[-1])
    assert send(at) == {"failed": 1}
    assert (only().attempts, only().reason) == (MOST_ATTEMPTS, f"po {MOST_ATTEMPTS} próbach: 452 4.2.2 Mailbox full")


def test_a_mailbox_that_was_full_gets_its_letter_once_there_is_room(sandbox: Sandbox, db: None) -> None:
    confirm(by_mail("pelna@example.com"), at=AT)
    send(AT)
    sandbox.control("PUT", "settings", mail_refusals={})
    assert send(later(AT, seconds=5)) == {"sent": 1}
    assert len(sandbox.mail("pelna@example.com")) == 1
    assert list(Attempt.objects.order_by("pk").values_list("outcome", flat=True)) == ["retry", "accepted"]


def test_a_mail_server_that_is_down_rests_and_no_letter_loses_a_try(sandbox: Sandbox, db: None) -> None:
    sandbox.control("PUT", "settings", mail_down=True)
    confirm(by_mail(), at=AT)
    assert send(AT) == {"queued": 1}
    assert (only().attempts, GatewayRest.objects.get().gateway) == (0, "smtp")
    sandbox.control("PUT", "settings", mail_down=False)
    assert send(later(AT, seconds=4)) == {}
    assert send(later(AT, seconds=5)) == {"sent": 1}
    assert GatewayRest.objects.count() == 0


def test_sms_go_on_while_the_mail_server_is_away(sandbox: Sandbox, anna_told: Payer, settings: Settings) -> None:
    settings.EMAIL_PORT = embedded.free_port()
    confirm(anna_told, at=AT)
    assert send(AT) == {"queued": 1, "sent": 1}
    assert only(channel="email").reason == "brak połączenia z serwerem poczty"
    settings.EMAIL_PORT = sandbox.smtp_port
    assert send(later(AT, seconds=5)) == {"sent": 1}


def test_a_letter_whose_answer_was_lost_stays_in_doubt_and_is_never_sent_again(
    sandbox: Sandbox, db: None, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    sandbox.control("PUT", "settings", mail_latency_ms=600.0)
    confirm(by_mail(), at=AT)
    assert send(AT) == {"unknown": 1}
    assert (only().reason, only().sent_at) == ("odpowiedź zginęła po wysłaniu treści", AT)
    sandbox.control("PUT", "settings", mail_latency_ms=0.0)
    for days in (1, 2, 30):
        assert send(later(AT, days=days)) == {}
    assert len(sandbox.mail(MAIL)) <= 1
    assert only().state == "unknown"


def test_many_letters_go_over_a_few_connections_each_to_its_own_mailbox(sandbox: Sandbox, db: None) -> None:
    whom = by_mail()
    for place in range(90):
        confirm(whom, str(place), at=AT, reference=f"SPM-{place:06}")
    assert send(AT) == {"sent": 90}
    assert states() == ["sent"] * 90
    told = sandbox.control("GET", "mail/counts")
    assert told == {"total": 90, "distinct_message_id": 90, "duplicates": 0}
    texts = {letter["message_id"]: letter["text"] for letter in sandbox.mail(MAIL)}
    for message in Message.objects.all():
        assert message.facts["reference"] in texts[message.gateway_id]
