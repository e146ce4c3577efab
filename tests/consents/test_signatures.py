"""Signed files judged: what is covered, whose it is, whether the town trusts it. One authority signs, many attack."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command
from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pytest_django.fixtures import Settings

from consents.pdf_fields import NUMBER
from consents.signatures.trust import Trust, listed
from consents.signed_document import CheckedFile, check_file
from tests import make
from tests.consents import signed_forms
from tests.consents.authority import DAY, SEAL_ORGANISATION, Authority, Identity, authority
from tests.consents.signed_forms import application_xml, filled_form, sign_pdf, sign_xml, trusted_role

PESEL = make.pesel(1).value
CA = authority()
ANNA = CA.person(PESEL)
TRUST = Trust((CA.root.asn1,), (), SEAL_ORGANISATION, "pieczęć podpisu zaufanego")
NO_TYPES = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'


def check(content: bytes, *, trust: Trust = TRUST, beside: bytes | None = None) -> CheckedFile:
    """Judged now."""
    return check_file(content, trust=trust, at=make.now(), beside=beside)


def pdf(who: Identity = ANNA, **options: object) -> bytes:
    """Anna's form, signed."""
    return sign_pdf(filled_form(PESEL), who, **options)  # type: ignore[arg-type]


def xml(who: Identity = ANNA, **options: object) -> bytes:
    """Anna's XML, signed."""
    return sign_xml(application_xml(PESEL), who, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("sign", [pdf, xml, lambda: xml(method="enveloping")], ids=["pades", "xades", "enveloping"])
def test_a_good_signature_stands_and_names_its_signer(sign: Callable[[], bytes]) -> None:
    found = check(sign())
    report = found.report
    assert (report.valid, report.intact, report.trusted, report.faults) == (True, True, True, ())
    assert (report.signer, report.pesel, found.said.number) == ("Anna Nowak", PESEL, PESEL)
    assert report.signed_at is not None
    assert {(choice.topic, choice.channel) for choice in found.said.choices} == {("waste", "sms")}
    assert any("nie ma znacznika czasu" in words for words in report.notes)
    assert any("Nie sprawdzono" in words for words in report.notes)


def test_one_changed_byte_is_found() -> None:
    content = pdf()
    altered = check(content.replace(b"500 100 200", b"500 100 201"))
    assert (altered.report.valid, altered.report.intact) == (False, False)
    assert altered.report.faults == ("Dokument zmieniono po podpisaniu.",)
    changed = check(xml().replace(b"waste", b"wosts"))
    assert (changed.report.valid, changed.report.intact, changed.said.number) == (False, False, "")
    assert "zmieniono" in changed.report.faults[0]


def _updated(content: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _refill(writer: IncrementalPdfFileWriter) -> None:
    for one in writer.root["/AcroForm"]["/Fields"]:
        field = one.get_object()
        if field.get("/T") == NUMBER:
            field["/V"] = generic.pdf_string(make.pesel(2).value)
            writer.mark_update(one.reference)


def _cover_page(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    hidden = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 12 Tf (rezygnuje) Tj ET"))
    page.get_object()[generic.pdf_name("/Contents")] = hidden
    writer.mark_update(page.reference)


@pytest.mark.parametrize("attack", [_refill, _cover_page], ids=["field filled again", "shadow: page shows another"])
def test_what_is_added_after_signing_is_refused_and_never_read(
    attack: Callable[[IncrementalPdfFileWriter], None],
) -> None:
    found = check(_updated(pdf(), attack))
    assert (found.report.valid, found.report.intact) == (False, False)
    assert found.report.faults == ("Po podpisaniu coś do dokumentu dopisano.",)
    assert found.said.number == PESEL


def test_revocation_information_added_for_the_archive_is_no_change() -> None:
    out = io.BytesIO(pdf())
    DocumentSecurityStore.add_dss(out, None, certs=[CA.root.asn1], crls=[CA.crl_object()])
    found = check(out.getvalue())
    assert (found.report.valid, found.report.is_revocation_checked) == (True, True)


def test_a_certificate_out_of_its_term_is_not_trusted() -> None:
    late = check(pdf(CA.person(PESEL, until=make.now() - DAY)))
    early = check(xml(CA.person(PESEL, since=make.now() + DAY)))
    assert (late.report.valid, late.report.intact, late.report.trusted) == (False, True, False)
    assert "stracił ważność" in late.report.faults[0]
    assert not early.report.trusted


def test_a_trusted_time_stamp_keeps_a_signature_alive() -> None:
    signed_at = make.now() - 10 * DAY
    stamped = pdf(CA.person(PESEL, until=make.now() - DAY), stamper=CA.stamper(signed_at), chain=[CA.root])
    report = check(stamped).report
    assert (report.valid, report.is_timestamped, report.signed_at) == (True, True, signed_at)


def test_a_revoked_certificate_is_not_trusted_wherever_that_is_said() -> None:
    beside = check(pdf(), trust=replace(TRUST, crls=(CA.crl_object(ANNA),)))
    out = io.BytesIO(pdf())
    DocumentSecurityStore.add_dss(out, None, ocsps=[CA.ocsp_object(ANNA, is_revoked=True)])
    embedded = check(out.getvalue())
    for found in (beside, embedded, check(_with_crl(xml(), CA.crl(ANNA)))):
        assert (found.report.valid, found.report.trusted) == (False, False)
        assert "unieważniony" in found.report.faults[0]
    assert check(_with_crl(xml(), CA.crl())).report.is_revocation_checked


def _with_crl(content: bytes, crl: bytes) -> bytes:
    root = etree.fromstring(content)
    xades = "{http://uri.etsi.org/01903/v1.3.2#}"
    box = next(root.iter(f"{xades}QualifyingProperties"))
    values = etree.SubElement(
        etree.SubElement(box, f"{xades}UnsignedProperties"), f"{xades}UnsignedSignatureProperties"
    )
    crls = etree.SubElement(etree.SubElement(values, f"{xades}RevocationValues"), f"{xades}CRLValues")
    etree.SubElement(crls, f"{xades}EncapsulatedCRLValue").text = signed_forms.base64(crl)
    return etree.tostring(root)


def test_a_town_may_ask_for_proof_that_the_certificate_was_not_revoked() -> None:
    strict = replace(TRUST, is_revocation_required=True)
    assert not check(pdf(), trust=strict).report.valid
    assert check(pdf(), trust=replace(strict, crls=(CA.crl_object(),))).report.valid


def test_a_stranger_authority_is_not_trusted() -> None:
    stranger = Authority("Obce Centrum")
    for content in (pdf(stranger.person(PESEL)), xml(stranger.person(PESEL))):
        report = check(content).report
        assert (report.valid, report.intact, report.trusted) == (False, True, False)
        assert "zaufanych" in report.faults[0]
    assert "nie ma jeszcze listy" in check(pdf(), trust=Trust()).report.faults[0]


def test_no_signature_two_signatures_and_garbage_are_told_apart() -> None:
    two = sign_pdf(pdf(), CA.person(make.pesel(2).value, "Jan Obcy"), field="Drugi")
    told = {
        filled_form(PESEL): "nie jest podpisany",
        etree.tostring(application_xml(PESEL)): "nie jest podpisany",
        two: "więcej niż jeden podpis",
        b"": "pusty",
        b"PK\x03\x04": "nie jest plik PDF ani XML",
        b"%PDF-1.7 smieci": "nie da się odczytać",
        b"<a><b></a>": "nie da się odczytać",
        NO_TYPES: "nie da się odczytać",
        LAUGHS: "nie da się odczytać",
        pdf()[:-400]: "",
        pdf()[:3000]: "",
    }
    for content, words in told.items():
        found = check(content)
        assert not found.report.valid
        assert any(words in reason for reason in found.report.reasons), (content[:20], found.report.reasons)


def test_a_signed_document_wrapped_into_a_forged_one_is_refused() -> None:
    other = application_xml(make.pesel(2).value)
    signed = etree.fromstring(sign_xml(_with_id(application_xml(PESEL)), ANNA, reference_uri="#w1"))
    signature = next(signed.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    box = etree.SubElement(etree.SubElement(signature, "{http://www.w3.org/2000/09/xmldsig#}Object"), "schowek")
    signature.getparent().remove(signature)
    box.append(signed)
    other.append(signature)
    found = check(etree.tostring(other))
    assert (found.report.valid, found.report.intact) == (False, False)
    assert found.said.number != make.pesel(2).value


def _with_id(document: "etree._Element") -> "etree._Element":
    document.set("Id", "w1")
    return document


def test_anything_beside_the_signed_element_is_refused() -> None:
    signed = etree.fromstring(xml(method="enveloping"))
    etree.SubElement(signed, "{http://www.w3.org/2000/09/xmldsig#}Object").append(application_xml(PESEL))
    found = check(etree.tostring(signed))
    assert not found.report.intact
    assert "nie obejmuje" in found.report.faults[0]


def test_a_detached_signature_is_checked_against_its_document() -> None:
    document = etree.tostring(application_xml(PESEL))
    signature = sign_xml(document, ANNA, method="detached", reference_uri="wniosek.xml")
    assert check(signature, beside=document).report.valid
    assert check(signature, beside=document).said.number == PESEL
    assert not check(signature, beside=document.replace(b"waste", b"wosts")).report.valid
    assert not check(signature).report.valid


def test_podpis_zaufany_names_the_person_whom_the_minister_seals() -> None:
    by_xml = check(sign_xml(application_xml(PESEL), CA.seal(), role=trusted_role(PESEL))).report
    words = f"Opatrzono pieczęcią ministra właściwego do spraw informatyzacji w imieniu: Anna Nowak, PESEL: {PESEL}"
    by_pdf = check(pdf(CA.seal(), reason=words)).report
    for report in (by_xml, by_pdf):
        assert (report.valid, report.is_trusted_profile) == (True, True)
        assert (report.signer, report.pesel) == ("Anna Nowak", PESEL)


@pytest.mark.parametrize(("name", "organisation"), [("Firma", SEAL_ORGANISATION), (None, "VATPL-1111111111")])
def test_another_seal_with_the_same_words_is_nobody_signing(name: str | None, organisation: str) -> None:
    seal = CA.seal(name or "pieczęć podpisu zaufanego", organisation)
    report = check(sign_xml(application_xml(PESEL), seal, role=trusted_role(PESEL))).report
    assert (report.pesel, report.is_trusted_profile) == ("", False)
    assert organisation in report.reasons[-1]


def test_a_trusted_list_gives_its_granted_services() -> None:
    service = (
        "<ServiceInformation><ServiceTypeIdentifier>{kind}</ServiceTypeIdentifier><ServiceStatus>{status}"
        "</ServiceStatus><ServiceDigitalIdentity><DigitalId><X509Certificate>{certificate}</X509Certificate>"
        "</DigitalId></ServiceDigitalIdentity></ServiceInformation>"
    )
    kind = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
    status = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
    der = signed_forms.base64(CA.root.asn1.dump())
    services = [
        service.format(kind=kind, status=f"{status}granted", certificate=der),
        service.format(kind=kind, status=f"{status}withdrawn", certificate=der),
        service.format(kind=f"{kind}-other", status=f"{status}granted", certificate=der),
    ]
    content = (
        f'<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#">{"".join(services)}</TrustServiceStatusList>'
    )
    assert [one.dump() for one in listed(content.encode())] == [CA.root.asn1.dump()]


def test_the_command_prints_exactly_what_it_promises(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "zaufani"
    folder.mkdir()
    settings.SIGNATURES = {**settings.SIGNATURES, "folder": str(CA.trust_in(folder))}
    (tmp_path / "wniosek.pdf").write_bytes(pdf())
    call_command("verify_signature", str(tmp_path / "wniosek.pdf"), "--json")
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["valid", "intact", "trusted", "signer", "pesel", "signed_at", "reasons"]
    assert (answer["valid"], answer["pesel"]) == (True, PESEL)
    (folder / "lista.crl").write_bytes(CA.crl(ANNA))
    call_command("verify_signature", str(tmp_path / "wniosek.pdf"), "--json")
    assert json.loads(capsys.readouterr().out)["trusted"] is False
    call_command("verify_signature", str(tmp_path / "wniosek.pdf"))
    assert "Wystawca zaufany: nie" in capsys.readouterr().out


def test_no_log_line_names_anybody(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    check(pdf(Authority("Obce Centrum").person(PESEL)))
    check(pdf(CA.person(PESEL, until=make.now() - DAY)))
    written = capsys.readouterr()
    assert PESEL not in caplog.text + written.out + written.err
