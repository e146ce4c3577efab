"""A photographed form sent by e-mail: into a real mailbox, through the queue and the desk, to consents in force."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from consents.application_pdf import Known, application_pdf
from consents.confirmation_pdf import confirmation_pdf
from consents.models import ConsentApplication, IncomingScan
from consents.printing import print_form
from consents.queries import permitted
from core.documents.workshop import draw
from mailroom.models import IncomingMail, MailState
from mailroom.tasks import poll_mailbox
from residents.models import Account, Payer
from tests import documents, make
from tests.conftest import SignIn
from tests.documents import words_of
from tests.mailbox import Mailbox
from tests.mailroom.post import letter

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
NUMBER = make.pesel(1)


def photographed_form(payer: Payer) -> bytes:
    """The town's form with that payer's data, photographed a little askew."""
    form = print_form(payer.pk, by=make.BY, at=make.now())
    _, page = draw(application_pdf(form, Known(name=payer.name)), 0, longest=2_400)
    out = BytesIO()
    Image.open(BytesIO(page)).convert("RGB").rotate(2, expand=True, fillcolor="gray").save(out, "JPEG", quality=85)
    return out.getvalue()


def page_of(mail: IncomingMail) -> str:
    """The address of a message's page."""
    return reverse("admin:mailroom_incomingmail_change", args=[mail.pk])


def typed(**otherwise: object) -> dict[str, object]:
    """What the clerk sees on the picture."""
    day = make.today() - timedelta(days=1)
    return {
        "number": NUMBER.value,
        "name": "Anna Nowak",
        "phone": "500 100 200",
        "email": "",
        "signed_on": day.isoformat(),
        "received_on": make.today().isoformat(),
        "arrived_by": "email_scan",
        "clause_version": "",
        "tick": ["waste:sms"],
        "accept": "1",
        **otherwise,
    }


@pytest.fixture
def office(clerk: Account, signed_in: SignIn) -> Client:
    """The clerk's browser."""
    return signed_in(clerk)


def test_a_photographed_form_goes_from_the_mailbox_to_consents_in_force(mailbox: Mailbox, office: Client) -> None:
    payer = make.payer(NUMBER, "Anna Nowak")
    mailbox.put(letter(("IMG_1.jpg", "image/jpeg", photographed_form(payer))))
    poll_mailbox.run()
    mail = IncomingMail.objects.get()
    assert "Zarejestruj wniosek" in office.get(page_of(mail)).text
    desk = office.post(page_of(mail), {"register": "1"})
    scan = IncomingScan.objects.get()
    assert desk.headers["Location"].endswith(f"?scan={scan.pk}")
    assert (scan.arrived_by, scan.received_on, scan.printed_form is not None) == ("email_scan", make.today(), True)
    assert NUMBER.value in office.get(desk.headers["Location"]).text
    clause = scan.printed_form.clause_version if scan.printed_form else ""
    office.post(desk.headers["Location"], typed(clause_version=clause))
    application = ConsentApplication.objects.get()
    assert (application.state, application.arrived_by) == ("accepted", "email_scan")
    assert application.scan_sha256 == mail.attachments.get().document.sha256
    assert permitted(payer.pk, topic="waste", channel="sms", at=make.now())
    evidence = words_of(confirmation_pdf(payer, at=make.now()))
    for told in ("skan przysłany e-mailem", "Maria Referent", application.scan_sha256[:24]):
        assert told in evidence
    office.get(reverse("admin:mailroom_incomingmail_changelist"))
    mail.refresh_from_db()
    assert (mail.state, mail.attachments.get().application) == (MailState.REGISTERED, application)
    assert f"wniosek nr {application.pk}" in office.get(page_of(mail)).text


def test_pressing_the_button_twice_lays_one_scan_on_the_desk(mailbox: Mailbox, office: Client) -> None:
    mailbox.put(letter(("a.jpg", "image/jpeg", documents.picture())))
    poll_mailbox.run()
    mail = IncomingMail.objects.get()
    first, second = (office.post(page_of(mail), {"register": "1"}) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert IncomingScan.objects.count() == 1


def test_a_refused_file_and_one_that_is_not_there_are_not_registered(mailbox: Mailbox, office: Client) -> None:
    mailbox.put(letter(("a.exe", "application/octet-stream", b"MZ")))
    poll_mailbox.run()
    mail = IncomingMail.objects.get()
    assert "nie można pokazać" in office.post(page_of(mail), {"register": "1"}, follow=True).text
    assert office.post(page_of(mail), {"register": "7"}).status_code == 404
    assert not IncomingScan.objects.exists()
