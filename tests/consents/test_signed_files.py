"""A signed file from the outside to the consents in force and the evidence: portal, office, stored document."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, connection, transaction
from django.template import engines
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from consents.actions import withdraw_consent
from consents.evidence import prove_evidence
from consents.models import ConsentApplication, SignedFile, SignedFileState
from consents.queries import permitted
from consents.signatures.trust import town_trust
from consents.signed_files import close_file, receive_signed_document, receive_signed_file
from core.documents.arriving import store_document
from core.errors import Refused
from core.models import AuditEntry
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.consents.authority import DAY, Authority, authority
from tests.consents.signed_forms import application_xml, filled_form, sign_pdf, sign_xml, trusted_role

PESEL = make.pesel(1).value
CA = authority()
ANNA = CA.person(PESEL)


@pytest.fixture(autouse=True)
def _templates_as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfold's templates rely on variables that are not always there, and count on their being empty."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


@pytest.fixture(autouse=True)
def _trusted(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "zaufani"
    folder.mkdir()
    settings.SIGNATURES = {**settings.SIGNATURES, "folder": str(CA.trust_in(folder)), "trust_list": ""}


def receive(content: bytes, arrived_by: str = "signed_file") -> SignedFile:
    """As any way of arrival does it."""
    return receive_signed_file(
        content, name="wniosek", arrived_by=arrived_by, trust=town_trust(), by=make.BY, at=make.now()
    )


def signed_pdf(**options: object) -> bytes:
    """Anna's filled form with her signature."""
    return sign_pdf(filled_form(PESEL, **options), ANNA)  # type: ignore[arg-type]


def may(channel: str = "sms", topic: str = "waste") -> bool:
    """Whether Anna may get it now."""
    payer = Payer.objects.get()
    return permitted(payer.pk, topic=topic, channel=channel, at=make.now())


def upload(client: Client, content: bytes, name: str = "wniosek.pdf") -> str:
    """Through the portal's page; the text of the page that follows."""
    answer = client.post(reverse("consents:send_signed"), {"file": SimpleUploadedFile(name, content)}, follow=True)
    return answer.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")


@pytest.mark.parametrize(
    "sign",
    [
        signed_pdf,
        lambda: sign_xml(application_xml(PESEL), ANNA),
        lambda: sign_xml(application_xml(PESEL), CA.seal(), role=trusted_role(PESEL)),
    ],
    ids=["PDF", "XML", "podpis zaufany"],
)
def test_a_guest_sends_a_signed_application_and_it_counts_at_once(
    db: None, client: Client, sign: Callable[[], bytes]
) -> None:
    content = sign()
    assert "jest przyjęty" in upload(client, content)
    assert may()
    application = ConsentApplication.objects.get()
    assert (application.state, application.arrived_by, application.name) == ("accepted", "signed_file", "Anna Nowak")
    assert application.signed_at is not None
    with application.scan.open("rb") as kept:
        assert kept.read() == content
    assert prove_evidence().faults == []


def test_from_a_guests_file_to_consents_in_force_and_their_confirmation_with_the_signature_report(
    db: None, client: Client, clerk: Account
) -> None:
    upload(client, signed_pdf())
    assert may()
    application = ConsentApplication.objects.get()
    staff = SignIn()(clerk)
    answer = staff.get(reverse("admin:consents_application_confirmation", args=[application.pk]))
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split())
    for words in (
        "numer PESEL z certyfikatu: zgodny z numerem na wniosku",
        "podpis elektroniczny (PAdES)",
        "Centrum Kwalifikowane Testowe",
        "podał podpisujący",
        "cały dokument, bez zmian od podpisania",
        "plik podpisany elektronicznie",
        "gość portalu",
    ):
        assert words in text
    assert application.scan_sha256[:30] in text.replace(" ", "")
    assert PESEL not in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: sign_pdf(filled_form(make.pesel(2).value), ANNA), "inny niż na wniosku"),
        (lambda: sign_pdf(filled_form(PESEL), Authority("Obce").person(PESEL)), "zaufanych"),
        (lambda: sign_pdf(filled_form(PESEL), CA.person(PESEL, until=make.now() - DAY)), "stracił ważność"),
        (lambda: sign_pdf(filled_form(PESEL), CA.person("", "Jan Bez Numeru")), "nie ma numeru PESEL"),
        (lambda: sign_pdf(filled_form(PESEL), CA.seal("Firma", "VATPL-1111111111")), "nie ma numeru PESEL"),
        (lambda: sign_pdf(filled_form(make.nip(1).value), ANNA), "na firmę"),
        (lambda: sign_pdf(filled_form(PESEL, ticks=()), ANNA), "Nie zaznaczono"),
        (lambda: sign_pdf(filled_form(PESEL, wersja_klauzuli="2020-9"), ANNA), "urząd nie zna"),
        (lambda: sign_pdf(filled_form(PESEL, telefon=""), ANNA), "nie ma telefonu"),
        (lambda: sign_xml(application_xml(PESEL, ticks=("nie-ma:sms",)), ANNA), "Nieznany rodzaj"),
        (lambda: sign_xml(application_xml("12"), ANNA), "nie zgadza się ze wzorem"),
        (lambda: sign_pdf(sign_pdf(filled_form(PESEL), ANNA), ANNA, field="Drugi"), "więcej niż jeden podpis"),
    ],
)
def test_whatever_does_not_agree_waits_for_a_clerk_with_the_reason(
    db: None, content: Callable[[], bytes], words: str
) -> None:
    stored = receive(content())
    assert (stored.state, stored.application) == (SignedFileState.WAITING, None)
    assert any(words in reason for reason in stored.reasons), stored.reasons
    assert not ConsentApplication.objects.exists()
    assert not Payer.objects.exists()


def test_what_is_not_signed_or_no_document_is_refused_with_words(db: None, client: Client) -> None:
    assert "nie jest podpisany" in upload(client, filled_form(PESEL))
    assert "PDF" in upload(client, b"PK\x03\x04", "wniosek.zip")
    assert "Wybierz plik" in client.post(reverse("consents:send_signed")).content.decode()
    assert not SignedFile.objects.exists()


def test_the_same_file_or_the_same_signature_again_changes_nothing(db: None, client: Client) -> None:
    content = signed_pdf()
    upload(client, content)
    withdraw_consent(
        Payer.objects.get().pk, topic="waste", channel="sms", way="portal", evidence={}, by=make.BY, at=make.now()
    )
    assert "mamy już od" in upload(client, content)
    assert not may()
    dressed = sign_xml(application_xml(PESEL), ANNA)
    receive(dressed)
    again = receive(dressed.replace(b"</wniosek>", b"</wniosek>\n"))
    assert "jest już zarejestrowany" in again.reasons[0]
    assert (ConsentApplication.objects.count(), SignedFile.objects.count()) == (2, 3)


def test_an_older_signature_that_comes_after_a_newer_one_waits(db: None) -> None:
    older, newer = sign_xml(application_xml(PESEL), ANNA), signed_pdf()
    application = receive(newer).application
    assert application is not None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE consents_consentapplication SET signed_at = now() + interval '1 minute'")
    assert "podpisała później" in receive(older).reasons[0]


def test_whoever_signs_for_somebody_else_does_not_learn_what_the_town_knows_of_them(db: None, client: Client) -> None:
    receive(signed_pdf())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE consents_consentapplication SET signed_at = now() + interval '1 minute'")
    stranger = CA.person(make.pesel(2).value, "Jan Kos")
    known = upload(client, sign_pdf(filled_form(PESEL), stranger))
    unknown = upload(client, sign_pdf(filled_form(make.pesel(77).value), stranger))
    told = [re.findall(r"<li>([^<]+)</li>", page) for page in (known, unknown)]
    assert told[0] == told[1]
    assert "inny niż na wniosku" in " ".join(told[0])


def test_a_clerk_takes_a_file_from_epuap_and_registers_what_could_not_be_accepted(
    db: None, clerk: Account, signed_in: SignIn
) -> None:
    staff = signed_in(clerk)
    address = reverse("admin:consents_signedfile_add")
    stranger = sign_pdf(filled_form(PESEL), Authority("Obce").person(PESEL))
    said = {"arrived_by": "epuap", "document_number": "UPP-12345"}
    assert (
        "Podaj numer dokumentu"
        in staff.post(address, {"arrived_by": "epuap", "file": SimpleUploadedFile("w.pdf", stranger)}).content.decode()
    )
    page = staff.post(address, {**said, "file": SimpleUploadedFile("w.pdf", stranger)}, follow=True)
    assert "zaufanych" in page.content.decode()
    stored = SignedFile.objects.get()
    assert (stored.document_number, stored.stored_by) == ("UPP-12345", clerk)
    change = reverse("admin:consents_signedfile_change", args=[stored.pk])
    assert "czeka na sprawdzenie" in staff.post(change, {"draft": "1"}, follow=True).content.decode()
    draft = ConsentApplication.objects.get()
    assert (draft.state, draft.evidence["document"], draft.arrived_by) == ("draft", "UPP-12345", "epuap")
    assert "zaufanych" in draft.evidence["remarks"]
    assert not may()
    assert "już rozpatrzony" in staff.post(change, {"draft": "1"}, follow=True).content.decode()


def test_a_clerk_sets_a_file_aside_with_a_reason_and_it_stays_so(db: None, clerk: Account, signed_in: SignIn) -> None:
    stored = receive(sign_pdf(filled_form(make.pesel(2).value), ANNA))
    staff = signed_in(clerk)
    change = reverse("admin:consents_signedfile_change", args=[stored.pk])
    assert "To pole" in staff.post(change, {"close": "1", "why": ""}).content.decode()
    staff.post(change, {"close": "1", "why": "podpisał kto inny"})
    stored.refresh_from_db()
    assert (stored.state, stored.closed_why) == ("closed", "podpisał kto inny")
    with pytest.raises(InternalError), transaction.atomic():
        SignedFile.objects.update(state="waiting", closed_why="", decided_at=None)
    with pytest.raises(Refused, match="już rozpatrzony"):
        close_file(stored, why="znowu", by=make.BY, at=make.now())
    assert staff.get(reverse("admin:consents_signedfile_original", args=[stored.pk])).status_code == 200


def test_a_document_that_an_e_mail_brought_is_accepted_the_same_way(db: None) -> None:
    document = store_document(signed_pdf(), name="wniosek 80051700128.pdf", by=make.BY, at=make.now())
    stored = receive_signed_document(
        document, arrived_by="email_scan", trust=town_trust(), by=make.BY, at=make.now(), received_on=make.today()
    )
    assert (stored.state, stored.document) == ("accepted", document)
    assert may()


def test_nothing_that_is_kept_in_the_clear_holds_the_number(db: None) -> None:
    stored = receive(signed_pdf())
    application = stored.application
    assert application is not None
    entries = list(AuditEntry.objects.values_list("subject", "details"))
    assert PESEL not in str([stored.report, application.evidence, entries])


def test_a_resignation_ends_everything(db: None) -> None:
    receive(signed_pdf())
    assert may()
    receive(sign_xml(application_xml(PESEL, ticks=()), ANNA))
    assert not may()
