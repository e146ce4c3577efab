"""From a stored message to the clerks' list: documents checked, what breaks told, the rest going on."""

from datetime import timedelta
from unittest import mock

import pytest
from pytest_django.fixtures import Settings

from core.models import StoredDocument
from mailroom import intake
from mailroom.intake import read_message, read_stored
from mailroom.models import IncomingMail, MailAttachment, MailState, RawMail
from mailroom.queries import waiting_letters
from mailroom.retention import forget_apart, forget_settled
from tests import documents, make
from tests.clamd import free_port
from tests.mailroom.post import PHOTO, letter, stored

pytestmark = pytest.mark.django_db


def read(mail: IncomingMail) -> IncomingMail:
    """The message after it was read."""
    read_message(mail.pk, at=make.now())
    return IncomingMail.objects.get(pk=mail.pk)


def documents_of(mail: IncomingMail) -> list[StoredDocument]:
    """What came with it."""
    return [one.document for one in mail.attachments.select_related("document")]


def test_each_kind_of_attachment_becomes_a_document_or_says_why_not() -> None:
    files = [
        PHOTO,
        ("skan.png", "image/png", documents.picture("PNG")),
        ("IMG_1.HEIC", "image/heic", documents.picture("HEIF")),
        ("wniosek.pdf", "application/pdf", documents.pdf(2)),
        ("podpisany.pdf", "application/pdf", documents.pdf(1, documents.signature)),
        ("skan.pdf", "application/pdf", b"MZ a program"),
        ("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22"),
        ("strona.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"),
        ("polowa.jpg", "image/jpeg", documents.picture()[:900]),
    ]
    mail = read(stored(letter(*files)))
    found = documents_of(mail)
    assert [(one.name, one.kind, one.refusal_code) for one in found] == [
        ("IMG_2041.JPG", "jpeg", ""),
        ("skan.png", "jpeg", ""),
        ("IMG_1.HEIC", "jpeg", ""),
        ("wniosek.pdf", "pdf", ""),
        ("podpisany.pdf", "pdf", ""),
        ("skan.pdf", "", "scan_of_unknown_kind"),
        ("winmail.dat", "", "scan_of_unknown_kind"),
        ("strona.svg", "", "scan_of_unknown_kind"),
        ("polowa.jpg", "", "document_damaged"),
    ]
    assert found[4].content == files[4][2]
    assert (mail.state, waiting_letters()) == (MailState.WAITING, 1)


def test_spam_and_automatic_answers_wait_for_nobody() -> None:
    read(stored(letter(X_Spam_Flag="YES")))
    read(stored(letter(Auto_Submitted="auto-replied"), "2"))
    assert waiting_letters() == 0
    assert sorted(IncomingMail.objects.values_list("sort", flat=True)) == ["automatic", "spam"]


def test_a_message_that_breaks_the_reader_is_listed_with_why_and_the_next_is_read() -> None:
    poison, good = stored(b"poison"), stored(letter(), "2")
    real = intake.read_mail
    with mock.patch.object(intake, "read_mail", lambda raw: 1 / 0 if raw == b"poison" else real(raw)):
        assert read_stored(clock=make.now) == 1
    poison.refresh_from_db()
    good.refresh_from_db()
    assert (poison.state, good.state) == (MailState.UNREADABLE, MailState.WAITING)
    assert "nie udało się odczytać (ZeroDivisionError)" in poison.problem
    assert poison.raw.content == b"poison"
    assert waiting_letters() == 2


def test_a_message_that_kills_its_reader_three_times_is_not_read_a_fourth() -> None:
    mail = stored(letter())
    with mock.patch.object(intake, "read_mail", side_effect=KeyboardInterrupt):
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                read_message(mail.pk, at=make.now())
    assert read(mail).state == MailState.UNREADABLE
    assert "trzy razy" in read(mail).problem


@pytest.mark.parametrize("step", ["keep_document", "audit"])
def test_reading_killed_in_the_middle_keeps_nothing_and_is_done_again(step: str) -> None:
    mail = stored(letter(PHOTO, PHOTO))
    where = (intake.audit, "record") if step == "audit" else (intake, step)
    with mock.patch.object(*where, side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        read_message(mail.pk, at=make.now())
    assert (StoredDocument.objects.count(), MailAttachment.objects.count()) == (0, 0)
    read(mail)
    read(mail)
    assert (StoredDocument.objects.count(), MailAttachment.objects.count()) == (2, 2)


def test_while_clamav_is_silent_messages_wait_and_are_read_when_it_answers(settings: Settings) -> None:
    mail = stored(letter(PHOTO))
    settings.CLAMAV = f"tcp://127.0.0.1:{free_port()}"
    for _ in range(5):
        waits = read(mail)
    assert (waits.state, MailAttachment.objects.count()) == (MailState.RAW, 0)
    assert "antywirusowy chwilowo nie odpowiada" in waits.problem
    settings.CLAMAV = ""
    assert (read(mail).state, read(mail).problem) == (MailState.WAITING, "")


def test_settled_messages_are_forgotten_with_their_originals_and_spam_sooner() -> None:
    old, spam, waiting = stored(letter(PHOTO)), stored(letter(X_Spam_Flag="YES"), "2"), stored(letter(), "3")
    for mail in (old, spam, waiting):
        read(mail)
    long_ago = make.now() - timedelta(days=400)
    IncomingMail.objects.update(received_at=long_ago)
    IncomingMail.objects.filter(pk=old.pk).update(state="no_application", decided_at=long_ago)
    assert forget_settled(make.now() - timedelta(days=366), 10) == 1
    assert forget_apart(make.now() - timedelta(days=60), 10) == 1
    assert list(IncomingMail.objects.all()) == [waiting]
    assert RawMail.objects.count() == 1
