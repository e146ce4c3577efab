"""The clerks' queue of e-mails and the page of one: what is seen, what may be done, what is refused."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry
from mailroom.models import IncomingMail, MailState, Sort
from notifications.models import ServiceLetter
from notifications.service_letters import send_letters
from residents.models import Account
from tests import documents, make
from tests.conftest import SignIn
from tests.mailroom.post import PHOTO, letter, letter_with_photograph, received
from tests.sandbox_process import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
LIST = "admin:mailroom_incomingmail_changelist"


@pytest.fixture
def office(clerk: Account, signed_in: SignIn) -> Client:
    """The clerk's browser."""
    return signed_in(clerk)


def page_of(mail: IncomingMail) -> str:
    """The address of a message's page."""
    return reverse("admin:mailroom_incomingmail_change", args=[mail.pk])


def press(office: Client, mail: IncomingMail, **said: str) -> Any:
    """What comes of pressing a button."""
    answer = office.post(page_of(mail), said, follow=True)
    mail.refresh_from_db()
    return answer


def test_the_queue_shows_letters_and_the_other_lists_what_was_set_apart(office: Client) -> None:
    letter_with_photograph()
    received(letter(subject="Tanie pożyczki", X_Spam_Flag="YES"), "2")
    received(letter(subject="Jestem na urlopie", Auto_Submitted="auto-replied"), "3")
    queue = office.get(reverse(LIST)).text
    assert "Wniosek o powiadomienia" in queue
    assert "Anna Nowak" in queue
    assert "spam (1)" in queue
    assert "odpowiedzi automatyczne (1)" in queue
    assert "pożyczki" not in queue
    assert "urlopie" not in queue
    assert "pożyczki" in office.get(reverse(LIST), {"lista": "spam"}).text
    assert "urlopie" in office.get(reverse(LIST), {"lista": "automatyczne"}).text
    everything = office.get(reverse(LIST), {"lista": "wszystkie"}).text
    assert all(words in everything for words in ("Wniosek", "pożyczki", "urlopie"))
    assert "e-maile do załatwienia" in office.get(reverse("admin:index")).text


def test_the_page_shows_text_pages_and_why_a_file_is_not_shown(office: Client) -> None:
    mail = received(
        letter(
            ("80051700128.pdf", "application/pdf", documents.pdf(2, documents.opens_with_script)),
            ("zly.exe", "application/octet-stream", b"MZ"),
            text="<script>alert(1)</script> Proszę",
            subject="<b>Wniosek</b>",
        )
    )
    page = office.get(page_of(mail)).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Proszę" in page
    assert "&lt;b&gt;Wniosek&lt;/b&gt;" in page
    assert "Usunęliśmy z niego: działania automatyczne, skrypty." in page
    assert "To nie jest PDF, JPEG, PNG, HEIC ani TIFF." in page
    assert "Plik nie był sprawdzony antywirusem." in page
    for number in (1, 2):
        picture = office.get(reverse("admin:mailroom_mail_page", args=[mail.pk, 1, number]))
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    assert office.get(reverse("admin:mailroom_mail_page", args=[mail.pk, 1, 3])).status_code == 404
    assert office.get(reverse("admin:mailroom_mail_page", args=[mail.pk, 2, 1])).status_code == 404
    assert office.get(reverse("admin:mailroom_mail_document", args=[mail.pk, 2])).status_code == 404
    whole = office.get(reverse("admin:mailroom_mail_document", args=[mail.pk, 1]))
    assert whole["Content-Disposition"] == f'inline; filename="poczta-{mail.pk}-1.pdf"'
    assert b"JavaScript" not in b"".join(whole.streaming_content)


def test_the_original_is_saved_byte_for_byte_and_never_opened(office: Client) -> None:
    sent = letter(("podpisany.pdf", "application/pdf", documents.pdf(1, documents.signature)))
    mail = received(sent)
    raw = office.get(reverse("admin:mailroom_mail_raw", args=[mail.pk]))
    assert b"".join(raw.streaming_content) == sent
    signed = office.get(reverse("admin:mailroom_mail_original", args=[mail.pk, 1]))
    assert b"".join(signed.streaming_content) == documents.pdf(1, documents.signature)
    for answer in (raw, signed):
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment;")


def test_every_look_is_recorded(office: Client) -> None:
    mail = letter_with_photograph()
    office.get(page_of(mail))
    office.get(reverse("admin:mailroom_mail_document", args=[mail.pk, 1]))
    office.get(reverse("admin:mailroom_mail_raw", args=[mail.pk]))
    looks = AuditEntry.objects.filter(verb="look_at_mail", subject=f"mail:{mail.pk}").order_by("pk")
    assert [look.details["what"] for look in looks] == ["wiadomość", "załącznik 1", "oryginał wiadomości"]


def test_a_ready_answer_is_offered_changed_and_sent(office: Client, sandbox: Sandbox) -> None:
    mail = letter_with_photograph()
    offered = office.get(f"{page_of(mail)}?tekst=podpis").text
    assert "Nie ma na nim podpisu" in offered
    assert "Odp: Wniosek o powiadomienia" in offered
    done = press(office, mail, answer="1", subject="Odp: Wniosek", body="Prosimy o podpis.\nPozdrawiamy")
    assert "Odpowiedź zostanie wysłana za chwilę." in done.text
    assert (mail.state, mail.decided_by.get_full_name() if mail.decided_by else "") == ("answered", "Maria Referent")
    assert send_letters(clock=make.now) == 1
    (sent,) = sandbox.mail("anna@example.com")
    assert sent["subject"] == "Odp: Wniosek"
    assert "Prosimy o podpis." in office.get(page_of(mail)).text


def test_a_message_is_put_aside_with_a_reason_and_comes_back(office: Client) -> None:
    mail = letter_with_photograph()
    assert "To pole jest wymagane" in press(office, mail, aside="1", reason=" ").text
    assert mail.state == MailState.WAITING
    press(office, mail, aside="1", reason="Czekamy na oryginał.")
    assert (mail.state, mail.reason) == ("aside", "Czekamy na oryginał.")
    assert "Czekamy na oryginał." in office.get(page_of(mail)).text
    press(office, mail, reopen="1")
    assert (mail.state, mail.decided_at, mail.reason) == ("waiting", None, "")


def test_what_is_no_application_leaves_the_queue(office: Client) -> None:
    mail = received(letter(subject="Zaproszenie"))
    assert "to nie wniosek" in press(office, mail, no_application="1").text
    assert "Zaproszenie" not in office.get(reverse(LIST)).text
    assert "Zaproszenie" in office.get(reverse(LIST), {"lista": "zalatwione"}).text


def test_a_clerk_overrules_the_mail_server_about_spam(office: Client) -> None:
    mail = received(letter(PHOTO, X_Spam_Flag="YES"))
    press(office, mail, sort="letter")
    assert (mail.sort, mail.why_sorted) == (Sort.LETTER, "")
    press(office, mail, sort="spam")
    assert (mail.sort, mail.why_sorted) == (Sort.SPAM, "tak zdecydował(a) Maria Referent")


def test_the_second_of_two_clerks_is_told_and_changes_nothing(office: Client) -> None:
    mail = letter_with_photograph()
    press(office, mail, no_application="1")
    for button in (
        {"aside": "1", "reason": "x"},
        {"no_application": "1"},
        {"answer": "1", "subject": "x", "body": "y"},
    ):
        assert "Tę wiadomość już załatwiono: to nie wniosek." in press(office, mail, **button).text
    assert mail.state == MailState.NO_APPLICATION
    assert not ServiceLetter.objects.exists()


def test_robots_and_senders_without_an_address_are_not_answered(office: Client) -> None:
    robot = received(letter(Auto_Submitted="auto-replied"))
    nobody = received(letter(sender="nikt", message_id="<2@x>"), "2")
    for mail in (robot, nobody):
        press(office, mail, answer="1", subject="x", body="y")
        assert mail.state == MailState.WAITING
    assert not ServiceLetter.objects.exists()


def test_who_only_oversees_sees_and_decides_nothing(signed_in: SignIn, inspector: Account) -> None:
    mail = letter_with_photograph()
    desk = signed_in(inspector)
    page = desk.get(page_of(mail))
    assert page.status_code == 200
    assert "Wyślij odpowiedź" not in page.text
    assert desk.post(page_of(mail), {"no_application": "1"}).status_code == 403


@pytest.fixture
def inspector(db: None) -> Account:
    """Watches over personal data."""
    who = make.account("iod@example.com", name="Irena Inspektor", is_staff=True)
    who.groups.add(Group.objects.get(name="Inspektor ochrony danych"))
    return who
