"""From a real mailbox to consents in force: a signed file is accepted without a clerk, or waits with the reasons."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from consents.models import ConsentApplication, SignedFile
from consents.queries import permitted
from mailroom.disclosure import SECTION
from mailroom.models import IncomingMail, MailAttachment, MailState
from mailroom.tasks import poll_mailbox
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.consents.authority import authority
from tests.consents.signed_forms import application_xml, filled_form, sign_pdf, sign_xml
from tests.mailbox import Mailbox
from tests.mailroom.post import PHOTO, letter

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
PESEL = make.pesel(1).value
CA = authority()
ANNA = CA.person(PESEL)


@pytest.fixture(autouse=True)
def _trusted(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "zaufani"
    folder.mkdir()
    settings.SIGNATURES = {**settings.SIGNATURES, "folder": str(CA.trust_in(folder)), "trust_list": ""}


def signed_pdf(identity: object = ANNA) -> bytes:
    """Anna's filled form, signed."""
    return sign_pdf(filled_form(PESEL), identity)  # type: ignore[arg-type]


def as_pdf(content: bytes) -> tuple[str, str, bytes]:
    """As an attachment."""
    return ("wniosek-podpisany.pdf", "application/pdf", content)


def may() -> bool:
    """Whether Anna may get an SMS about waste now."""
    payer = Payer.objects.first()
    return payer is not None and permitted(payer.pk, topic="waste", channel="sms", at=make.now())


def test_a_signed_pdf_sent_by_e_mail_is_in_force_without_a_clerk(mailbox: Mailbox, clerk: Account) -> None:
    content = signed_pdf()
    mailbox.put(letter(as_pdf(content)))
    poll_mailbox.run()
    application = ConsentApplication.objects.get()
    assert may()
    assert (application.state, application.arrived_by, application.scan.read()) == ("accepted", "signed_file", content)
    mail = IncomingMail.objects.get()
    assert (mail.state, mail.attachments.get().application) == (MailState.REGISTERED, application)
    assert application.received_on == make.today()
    poll_mailbox.run()
    assert ConsentApplication.objects.count() == 1


def test_a_signed_xml_is_accepted_alike(mailbox: Mailbox) -> None:
    mailbox.put(letter(("wniosek.xml", "application/xml", sign_xml(application_xml(PESEL), ANNA))))
    poll_mailbox.run()
    assert may()
    assert IncomingMail.objects.get().state == MailState.REGISTERED


def test_a_signature_of_somebody_else_waits_for_a_clerk_with_the_reason(
    mailbox: Mailbox, clerk: Account, signed_in: SignIn
) -> None:
    mailbox.put(letter(as_pdf(signed_pdf(CA.person(make.pesel(2).value)))))
    poll_mailbox.run()
    assert not ConsentApplication.objects.exists()
    mail = IncomingMail.objects.get()
    assert mail.state == MailState.WAITING
    page = signed_in(clerk).get(reverse("admin:mailroom_incomingmail_change", args=[mail.pk])).text
    assert reverse("admin:consents_signedfile_change", args=[SignedFile.objects.get().pk]) in page
    assert "czeka na pracownika" in page


def test_a_photograph_beside_a_signed_file_keeps_the_message_in_the_queue_until_a_clerk_closes_it(
    mailbox: Mailbox, clerk: Account, signed_in: SignIn
) -> None:
    mailbox.put(letter(as_pdf(signed_pdf()), PHOTO))
    poll_mailbox.run()
    mail = IncomingMail.objects.get()
    desk, page = signed_in(clerk), reverse("admin:mailroom_incomingmail_change", args=[mail.pk])
    assert mail.state == MailState.WAITING
    assert f"wniosek nr {ConsentApplication.objects.get().pk}" in desk.get(page).text
    desk.post(page, {"registered": "1"})
    mail.refresh_from_db()
    assert (mail.state, mail.decided_by) == (MailState.REGISTERED, clerk)


def test_a_message_with_nothing_registered_is_not_closed_as_registered(
    mailbox: Mailbox, clerk: Account, signed_in: SignIn
) -> None:
    mailbox.put(letter(PHOTO))
    poll_mailbox.run()
    mail = IncomingMail.objects.get()
    signed_in(clerk).post(reverse("admin:mailroom_incomingmail_change", args=[mail.pk]), {"registered": "1"})
    mail.refresh_from_db()
    assert mail.state == MailState.WAITING


def test_a_signed_file_among_spam_waits_until_a_clerk_moves_it(
    mailbox: Mailbox, clerk: Account, signed_in: SignIn
) -> None:
    mailbox.put(letter(as_pdf(signed_pdf()), X_Spam_Flag="YES"))
    poll_mailbox.run()
    assert not ConsentApplication.objects.exists()
    mail = IncomingMail.objects.get()
    signed_in(clerk).post(reverse("admin:mailroom_incomingmail_change", args=[mail.pk]), {"sort": "letter"})
    poll_mailbox.run()
    assert may()


def test_the_same_signed_file_in_a_second_message_registers_nothing_twice(mailbox: Mailbox) -> None:
    content = signed_pdf()
    mailbox.put(letter(as_pdf(content)), letter(as_pdf(content), message_id="<2@example.com>"))
    poll_mailbox.run()
    application = ConsentApplication.objects.get()
    assert [one.application for one in MailAttachment.objects.all()] == [application, application]


def test_mail_of_a_registered_application_is_told_and_erased_with_the_payer(
    mailbox: Mailbox, anna: Account, signed_in: SignIn
) -> None:
    mailbox.put(letter(as_pdf(signed_pdf())))
    poll_mailbox.run()
    payer = ConsentApplication.objects.order_by("-pk")[0].payer
    (row,) = SECTION.tables[0].rows(payer.pk)
    assert row[1:4] == ("anna@example.com", "Anna Nowak", "Wniosek o powiadomienia")
    assert SECTION.erase is not None
    assert SECTION.erase(payer.pk, make.BY, make.now()) == {"mail": 1}
    assert not IncomingMail.objects.exists()


def test_registering_elsewhere_is_seen_as_soon_as_the_list_is_opened(
    mailbox: Mailbox, clerk: Account, signed_in: SignIn
) -> None:
    desk: Client = signed_in(clerk)
    mailbox.put(letter(as_pdf(signed_pdf(CA.person(make.pesel(2).value)))))
    poll_mailbox.run()
    stored = SignedFile.objects.get()
    desk.post(reverse("admin:consents_signedfile_change", args=[stored.pk]), {"draft": "1"})
    stored.refresh_from_db()
    assert stored.application is not None
    desk.get(reverse("admin:mailroom_incomingmail_changelist"))
    assert IncomingMail.objects.get().state == MailState.REGISTERED
