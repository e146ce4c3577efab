"""Applications as residents sign them: our PDF form filled and signed, our XML signed."""

import io
from base64 import b64encode
from collections.abc import Collection, Mapping
from functools import lru_cache

import weasyprint
from lxml import etree
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper
from pypdf import PdfReader, PdfWriter
from signxml import SignatureConstructionMethod
from signxml.xades import XAdESSigner

from consents import clause
from consents.application_xml import NAMESPACE
from consents.pdf_fields import CLAUSE, EMAIL, FORM, NAME, NUMBER, PHONE, RESIGNS, TICK
from tests.consents.authority import Identity

DS = "http://www.w3.org/2000/09/xmldsig#"
BOXES = ("waste:sms", "waste:email", "property_tax:sms")
XADES = "http://uri.etsi.org/01903/v1.3.2#"


@lru_cache(maxsize=1)
def blank_form() -> bytes:
    """A fillable form with the fields that are read."""
    texts = "".join(f'<p><label>{name}<input type="text" name="{name}"></label></p>' for name in TEXTS)
    boxes = [*(f"{TICK}:{box}" for box in BOXES), RESIGNS]
    ticks = "".join(f'<p><label>{name}<input type="checkbox" name="{name}"></label></p>' for name in boxes)
    html = f'<html lang="pl"><head><title>Wniosek</title></head><body><form>{texts}{ticks}</form></body></html>'
    made: bytes = weasyprint.HTML(string=html).write_pdf(pdf_forms=True)
    return made


TEXTS = (NUMBER, NAME, PHONE, EMAIL, CLAUSE, FORM)


def filled_form(number: str, *, ticks: Collection[str] = ("waste:sms",), **said: str) -> bytes:
    """The form as somebody filled it on a screen; each is made once."""
    return _filled(number, tuple(ticks), tuple(sorted(said.items())))


@lru_cache(maxsize=64)
def _filled(number: str, ticks: tuple[str, ...], told: tuple[tuple[str, str], ...]) -> bytes:
    said = dict(told)
    values: dict[str, str] = {
        NUMBER: number,
        NAME: "Anna Nowak",
        PHONE: "500 100 200",
        EMAIL: "",
        CLAUSE: clause.VERSION,
        **said,
    }
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(blank_form())))
    boxes: Mapping[str, str] = {f"{TICK}:{box}": "/on" for box in ticks}
    states = {name: _state(writer, name) for name in [*boxes, *(["rezygnacja"] if said.get(RESIGNS) else [])]}
    writer.update_page_form_field_values(writer.pages[0], {**values, **states}, auto_regenerate=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _state(writer: PdfWriter, name: str) -> str:
    field = (writer.get_fields() or {})[name]
    return str(next(state for state in field["/_States_"] if state != "/Off"))


def sign_pdf(
    content: bytes,
    who: Identity,
    *,
    reason: str = "",
    field: str = "Podpis",
    stamper: TimeStamper | None = None,
    chain: Collection[Identity] = (),
) -> bytes:
    """*content* with a signature (PAdES) added."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    append_signature_field(writer, SigFieldSpec(field, box=(0, 0, 0, 0)))
    metadata = PdfSignatureMetadata(
        field_name=field, reason=reason or None, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    signer = PdfSigner(metadata, who.signer(*chain), timestamper=stamper)
    made = signer.sign_pdf(writer)
    return bytes(made.getbuffer())


def application_xml(
    number: str, *, ticks: Collection[str] = ("waste:sms",), name: str = "Anna Nowak", phone: str = "500100200"
) -> "etree._Element":
    """The application as XML; without *ticks* a resignation."""
    root = etree.Element(f"{{{NAMESPACE}}}wniosek", nsmap={None: NAMESPACE}, klauzula=clause.VERSION)
    for tag, text in (("numer", number), ("nazwa", name), ("telefon", phone)):
        etree.SubElement(root, f"{{{NAMESPACE}}}{tag}").text = text
    if ticks:
        box = etree.SubElement(root, f"{{{NAMESPACE}}}powiadomienia")
        for tick in ticks:
            topic, _, channel = tick.partition(":")
            etree.SubElement(box, f"{{{NAMESPACE}}}powiadomienie", rodzaj=topic, droga=channel)
    else:
        etree.SubElement(root, f"{{{NAMESPACE}}}rezygnacja")
    return root


class _Signer(XAdESSigner):
    """Puts elements into the claimed role, as podpis zaufany does."""

    role: "etree._Element | None" = None

    def add_signer_role(self, signed_signature_properties, sig_root, signing_settings):  # type: ignore[no-untyped-def]
        if self.role is None:
            return
        role = etree.SubElement(signed_signature_properties, f"{{{XADES}}}SignerRole")
        roles = etree.SubElement(role, f"{{{XADES}}}ClaimedRoles")
        etree.SubElement(roles, f"{{{XADES}}}ClaimedRole").append(self.role)


def sign_xml(
    document: "etree._Element | bytes",
    who: Identity,
    *,
    method: str = "enveloped",
    role: "etree._Element | None" = None,
    **options: object,
) -> bytes:
    """*document* with a signature (XAdES)."""
    signer = _Signer(
        method=SignatureConstructionMethod[method],
        signature_algorithm="ecdsa-sha256",
        digest_algorithm="sha256",
    )
    signer.role = role
    signed = signer.sign(document, key=who.key_pem, cert=[who.pem.decode()], **options)
    return etree.tostring(signed)


def trusted_role(pesel: str, given: str = "Anna", surname: str = "Nowak") -> "etree._Element":
    """What podpis zaufany puts into the claimed role."""
    ppzp, osoba = "http://crd.gov.pl/xml/schematy/ppzp/", "http://crd.gov.pl/xml/schematy/osoba/2009/03/06/"
    return etree.fromstring(
        f'<ppZP:PodpisZP xmlns:ppZP="{ppzp}" xmlns:os="{osoba}"><ppZP:DaneZP><ppZP:DaneZPOsobyFizycznej>'
        f'<os:Nazwisko rodzajCzlonu="pierwszy">{surname}</os:Nazwisko><os:Imie>{given}</os:Imie>'
        f"<os:PESEL>{pesel}</os:PESEL><ppZP:IdKontaUzytkownikaEpuap>anowak</ppZP:IdKontaUzytkownikaEpuap>"
        "</ppZP:DaneZPOsobyFizycznej></ppZP:DaneZP></ppZP:PodpisZP>"
    )


def base64(content: bytes) -> str:
    """As XML carries bytes."""
    return b64encode(content).decode()
