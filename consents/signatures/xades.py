"""Signatures of XML (XAdES, ETSI EN 319 132): enveloped, enveloping, or beside the document in one file.

Only what the signature was proven to cover is read further; a file that holds anything else is refused, so that a
signed document cannot be wrapped into a forged one.
"""

from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import product

from asn1crypto import crl, ocsp, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import VerifyResult
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier, XAdESVerifyResult

from consents.signatures import trusted_profile
from consents.signatures.chain import Evidence
from consents.signatures.coverage import covers_everything
from consents.signatures.digests import digest_of
from consents.signatures.judging import Signed, judged
from consents.signatures.person import holder_of
from consents.signatures.report import SignatureReport, no_signature
from consents.signatures.timestamp import stamped_at
from consents.signatures.trust import Trust
from core.xml_from_outside import NotXml, parse

FORM = "XAdES"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
BROKEN = "Pliku XML nie da się odczytać: jest uszkodzony albo zawiera niedozwoloną definicję typu dokumentu."
NOT_SIGNED = "Plik XML nie jest podpisany elektronicznie."
SEVERAL = "W pliku jest więcej niż jeden podpis; sprawdzi go pracownik."
NO_CERTIFICATE = "W podpisie nie ma certyfikatu."
ALTERED = "Dokument zmieniono po podpisaniu albo podpis jest wadliwy."
PARTLY = "W pliku jest treść, której podpis nie obejmuje."
# Whatever a broken or a hostile file makes the library raise.
LIBRARY = (
    SignXMLException,
    InvalidSignature,
    UnsupportedAlgorithm,
    etree.LxmlError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    AssertionError,
    RuntimeError,
)


@dataclass(frozen=True)
class SignedXml:
    """The report, and the pieces that the signature covers, as bytes."""

    report: SignatureReport
    digest: str = ""
    covered: tuple[bytes, ...] = field(default=())


def check_xml(content: bytes, *, trust: Trust, at: datetime, beside: bytes | None = None) -> SignedXml:
    """Judge the one signature of an XML file, as of *at*. *beside* is the document of a signature in a file of its own.

    Nothing that a file holds makes it raise.
    """
    try:
        root = parse(content)
    except NotXml:
        return SignedXml(no_signature(BROKEN, form=FORM))
    signatures = list(root.iter(f"{DS}Signature"))
    if len(signatures) != 1:
        return SignedXml(no_signature(SEVERAL if signatures else NOT_SIGNED, form=FORM))
    certificates = _certificates(signatures[0])
    if not certificates:
        return SignedXml(no_signature(NO_CERTIFICATE, form=FORM))
    results, signer = _proven(content, certificates, beside)
    faults: tuple[str, ...] = ()
    if not results:
        faults = (ALTERED,)
    elif not covers_everything(root, signatures[0]):
        faults = (PARTLY,)
    try:
        signed, digest = _read(signatures[0], results, signer, certificates, trust, at, faults)
    except LIBRARY:
        return SignedXml(no_signature(ALTERED, form=FORM))
    covered = tuple(result.signed_data for result in results if not isinstance(result, XAdESVerifyResult))
    return SignedXml(judged(signed, trust=trust, at=at), digest, covered)


def _certificates(signature: "etree._Element") -> list[Certificate]:
    found = []
    for text in signature.iterfind(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate"):
        try:
            found.append(load_der_x509_certificate(b64decode(text.text or "")))
        except ValueError:
            return []
    return found


def _proven(
    content: bytes, certificates: list[Certificate], beside: bytes | None
) -> tuple[list[VerifyResult], Certificate]:
    """What is proven to be signed, by which of the certificates; nothing when no certificate fits."""
    for certificate, document in product(certificates, _readings(beside)):
        # The chain and the term are judged elsewhere: here only whether this key signed these bytes.
        configuration = XAdESSignatureConfiguration(
            expect_references=True, verification_time=certificate.not_valid_before_utc
        )
        try:
            results = XAdESVerifier().verify(
                content,
                x509_cert=certificate,
                expect_config=configuration,
                uri_resolver=partial(_given, document) if document is not None else None,
            )
        except LIBRARY:
            continue
        return results, certificate
    return [], certificates[0]


def _readings(beside: bytes | None) -> list["bytes | etree._Element | None"]:
    """A document in a file of its own: its bytes, or its XML where the signature is over the canonical form."""
    if beside is None:
        return [None]
    try:
        return [beside, parse(beside)]
    except NotXml:
        return [beside]


def _given(document: "bytes | etree._Element", _uri: str) -> "bytes | etree._Element":
    """The one document that was given, by whatever name the signature calls it."""
    return document


def _read(
    signature: "etree._Element",
    results: list[VerifyResult],
    signer: Certificate,
    certificates: list[Certificate],
    trust: Trust,
    at: datetime,
    faults: tuple[str, ...],
) -> tuple[Signed, str]:
    properties = next((one.signed_properties for one in results if isinstance(one, XAdESVerifyResult)), None)
    certificate = _asn1(signer)
    evidence = _evidence(signature, [_asn1(one) for one in certificates])
    stamp = stamped_at(signature, trust=trust, evidence=evidence, at=at) if results else None
    holder = holder_of(certificate)
    said = None
    if properties is not None and trusted_profile.is_seal(holder, trust):
        said = trusted_profile.signer_in_xml(properties)
    claimed = properties.findtext(f"{XADES}SigningTime") if properties is not None else None
    info = signature.find(f"{DS}SignedInfo")
    canonical = etree.tostring(info, method="c14n", exclusive=True) if info is not None else b""
    signed = Signed(
        form=FORM,
        certificate=certificate,
        evidence=evidence,
        signed_at=stamp or _moment(claimed),
        is_timestamped=stamp is not None,
        said=said,
        faults=faults,
    )
    return signed, digest_of(canonical) if results else ""


def _asn1(certificate: Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _evidence(signature: "etree._Element", certificates: list[x509.Certificate]) -> Evidence:
    """What XAdES-LT keeps in the unsigned properties: each piece carries a signature of its own."""

    def values(name: str) -> list[bytes]:
        return [b64decode(text.text or "") for text in signature.iter(f"{XADES}{name}")]

    return Evidence(
        (*certificates, *(x509.Certificate.load(der) for der in values("EncapsulatedX509Certificate"))),
        tuple(crl.CertificateList.load(der) for der in values("EncapsulatedCRLValue")),
        tuple(ocsp.OCSPResponse.load(der) for der in values("EncapsulatedOCSPValue")),
    )
