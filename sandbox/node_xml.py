"""The XML of the stand-in for login.gov.pl (Węzeł Krajowy): signed by ECDSA, assertions closed by ECDH-ES.

Forms are those that the node's own answers have: eIDAS attributes with their types, ConcatKDF with lengths before its
parts, AES-KW around the key, AES-GCM around the assertion.
"""

import base64
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from lxml.builder import ElementMaker

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PERSON = "http://eidas.europa.eu/attributes/naturalperson"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
MINUTES_VALID = 5
# Friendly name → the last part of the attribute's name; its type has the same word and «Type».
ATTRIBUTES = {
    "FirstName": "CurrentGivenName",
    "FamilyName": "CurrentFamilyName",
    "DateOfBirth": "DateOfBirth",
    "PersonIdentifier": "PersonIdentifier",
}

protocol = ElementMaker(namespace=SAMLP, nsmap={"saml2p": SAMLP, "saml2": SAML})
saml = ElementMaker(namespace=SAML, nsmap={"saml2": SAML, "naturalperson": PERSON, "xsi": XSI})
xenc = ElementMaker(namespace=XENC, nsmap={"xenc": XENC, "xenc11": XENC11, "ds": DS, "dsig11": DSIG11})
xenc11 = ElementMaker(namespace=XENC11)
dsig11 = ElementMaker(namespace=DSIG11)
ds = ElementMaker(namespace=DS)
soap = ElementMaker(namespace=SOAP, nsmap={"soap": SOAP})


class Unreadable(ValueError):
    """A message that is no XML, or not what it should be."""


@dataclass(frozen=True)
class Question:
    """What a portal asked: its request's id, its name, where it wants the answer, and the least level."""

    request_id: str
    issuer: str
    answer_to: str
    level: str


@dataclass(frozen=True)
class Keys:
    """The node's own pair, and the portal's two certificates; all PEM."""

    key: str
    certificate: str
    portal_signing: str
    portal_encryption: str


def parse(text: bytes) -> etree._Element:
    """XML from outside. Raises Unreadable."""
    try:
        return etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(str(error)) from error


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def sign(message: etree._Element, keys: Keys) -> None:
    """An enveloped ECDSA signature after the issuer."""
    signature = xmlsec.template.create(
        message, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformEcdsaSha256, ns="ds"
    )
    message.find(f"{{{SAML}}}Issuer").addnext(signature)
    reference = xmlsec.template.add_reference(signature, xmlsec.constants.TransformSha256, uri=f"#{message.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    xmlsec.tree.add_ids(message, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(keys.key.encode(), xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(keys.certificate.encode(), xmlsec.constants.KeyDataFormatPem)
    context.sign(signature)


def is_signed(message: etree._Element, certificate: str) -> bool:
    """Whether *message* bears a signature of its own by *certificate*."""
    signature = message.find(f"{{{DS}}}Signature")
    if signature is None:
        return False
    xmlsec.tree.add_ids(message, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate.encode(), xmlsec.constants.KeyDataFormatCertPem)
    try:
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


def read_question(text: bytes, keys: Keys) -> Question:
    """The AuthnRequest in *text*. Raises Unreadable also when its signature is not the portal's."""
    request = parse(text)
    if request.tag != f"{{{SAMLP}}}AuthnRequest" or not is_signed(request, keys.portal_signing):
        raise Unreadable("no AuthnRequest signed by the portal")
    level = request.findtext(f".//{{{SAML}}}AuthnContextClassRef") or ""
    issuer = request.findtext(f"{{{SAML}}}Issuer") or ""
    return Question(request.get("ID", ""), issuer, request.get("AssertionConsumerServiceURL", ""), level)


def read_artifact(text: bytes, keys: Keys) -> tuple[str, str]:
    """The artifact that a signed ArtifactResolve in SOAP asks about, and that message's id. Raises Unreadable."""
    found = parse(text).find(f"{{{SOAP}}}Body/{{{SAMLP}}}ArtifactResolve")
    if found is None:
        raise Unreadable("no ArtifactResolve")
    resolve = parse(etree.tostring(found, with_tail=False))
    if not is_signed(resolve, keys.portal_signing):
        raise Unreadable("not signed by the portal")
    return resolve.findtext(f"{{{SAMLP}}}Artifact") or "", resolve.get("ID", "")


def read_logout(text: bytes, keys: Keys) -> tuple[str, str]:
    """The session that a signed LogoutRequest in SOAP ends, and that message's id. Raises Unreadable."""
    found = parse(text).find(f"{{{SOAP}}}Body/{{{SAMLP}}}LogoutRequest")
    if found is None:
        raise Unreadable("no LogoutRequest")
    leaving = parse(etree.tostring(found, with_tail=False))
    if not is_signed(leaving, keys.portal_signing):
        raise Unreadable("not signed by the portal")
    return leaving.findtext(f"{{{SAMLP}}}SessionIndex") or "", leaving.get("ID", "")


def _assertion(entity: str, question: Question, facts: dict[str, str], level: str) -> etree._Element:
    now = time.time()
    until = _at(now + MINUTES_VALID * 60)
    attributes = [
        saml.Attribute(
            saml.AttributeValue(value, {f"{{{XSI}}}type": f"naturalperson:{ATTRIBUTES[friendly]}Type"}),
            FriendlyName=friendly,
            Name=f"{PERSON}/{ATTRIBUTES[friendly]}",
            NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
        )
        for friendly, value in facts.items()
        if value
    ]
    confirmation = saml.SubjectConfirmationData(
        InResponseTo=question.request_id, NotOnOrAfter=until, Recipient=question.answer_to
    )
    return saml.Assertion(
        saml.Issuer(entity),
        saml.Subject(
            saml.NameID(uuid4().hex, Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
            saml.SubjectConfirmation(confirmation, Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"),
        ),
        saml.Conditions(
            saml.AudienceRestriction(saml.Audience(question.issuer)), NotBefore=_at(now - 60), NotOnOrAfter=until
        ),
        saml.AuthnStatement(
            saml.AuthnContext(saml.AuthnContextClassRef(level)), AuthnInstant=_at(now), SessionIndex=f"ID-{uuid4()}"
        ),
        saml.AttributeStatement(*attributes),
        ID=f"ID-{uuid4()}",
        Version="2.0",
        IssueInstant=_at(now),
    )


def _told(text: str) -> bytes:
    return len(text.encode()).to_bytes(4, "big") + text.encode()


def _closed(assertion: etree._Element, keys: Keys, entity: str, audience: str) -> etree._Element:
    certificate = x509.load_pem_x509_certificate(keys.portal_encryption.encode())
    theirs = certificate.public_key()
    if not isinstance(theirs, ec.EllipticCurvePublicKey):
        raise Unreadable("the portal's encryption certificate must be on an elliptic curve")
    own = ec.generate_private_key(ec.SECP256R1())
    parts = [_told(f"{XENC}kw-aes256"), _told(entity), _told(audience)]
    wrapping = ConcatKDFHash(hashes.SHA256(), 32, b"".join(parts)).derive(own.exchange(ec.ECDH(), theirs))
    key, nonce = os.urandom(32), os.urandom(12)
    sealed = nonce + AESGCM(key).encrypt(nonce, etree.tostring(assertion), None)
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    names = ("AlgorithmID", "PartyUInfo", "PartyVInfo")
    derivation = xenc11.ConcatKDFParams(
        ds.DigestMethod(Algorithm=f"{XENC}sha256"),
        **{name: part.hex().upper() for name, part in zip(names, parts, strict=True)},
    )
    agreement = xenc.AgreementMethod(
        xenc11.KeyDerivationMethod(derivation, Algorithm=f"{XENC11}ConcatKDF"),
        xenc.OriginatorKeyInfo(
            ds.KeyValue(
                dsig11.ECKeyValue(
                    dsig11.NamedCurve(URI="urn:oid:1.2.840.10045.3.1.7"), dsig11.PublicKey(_base64(point))
                )
            )
        ),
        Algorithm=f"{XENC11}ECDH-ES",
    )
    encrypted_key = xenc.EncryptedKey(
        xenc.EncryptionMethod(Algorithm=f"{XENC}kw-aes256"),
        ds.KeyInfo(agreement),
        xenc.CipherData(xenc.CipherValue(_base64(aes_key_wrap(wrapping, key)))),
    )
    data = xenc.EncryptedData(
        xenc.EncryptionMethod(Algorithm=f"{XENC11}aes256-gcm"),
        ds.KeyInfo(encrypted_key),
        xenc.CipherData(xenc.CipherValue(_base64(sealed))),
        Type=f"{XENC}Element",
    )
    return saml.EncryptedAssertion(data)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def answer(entity: str, question: Question, facts: dict[str, str], level: str, keys: Keys) -> bytes:
    """The signed samlp:Response: about a person, or that the person gave up when *facts* is empty."""
    if facts:
        assertion = _assertion(entity, question, facts, level)
        sign(assertion, keys)
        inside = [_closed(assertion, keys, entity, question.issuer)]
        status = protocol.StatusCode(Value=f"{STATUS}Success")
    else:
        inside = []
        status = protocol.StatusCode(protocol.StatusCode(Value=f"{STATUS}AuthnFailed"), Value=f"{STATUS}Responder")
    response = protocol.Response(
        saml.Issuer(entity),
        protocol.Status(status),
        *inside,
        ID=f"ID-{uuid4()}",
        InResponseTo=question.request_id,
        Version="2.0",
        IssueInstant=_at(time.time()),
    )
    sign(response, keys)
    text: bytes = etree.tostring(response)
    return text


def artifact_answer(entity: str, in_response_to: str, response: bytes | None, keys: Keys) -> bytes:
    """The signed ArtifactResponse in SOAP; without a response when the artifact is unknown or spent."""
    return _soap_answer("ArtifactResponse", entity, in_response_to, [parse(response)] if response else [], keys)


def logout_answer(entity: str, in_response_to: str, keys: Keys) -> bytes:
    """The signed LogoutResponse in SOAP."""
    return _soap_answer("LogoutResponse", entity, in_response_to, [], keys)


def _soap_answer(tag: str, entity: str, in_response_to: str, inside: list[etree._Element], keys: Keys) -> bytes:
    message = getattr(protocol, tag)(
        saml.Issuer(entity),
        protocol.Status(protocol.StatusCode(Value=f"{STATUS}Success")),
        *inside,
        ID=f"ID-{uuid4()}",
        InResponseTo=in_response_to,
        Version="2.0",
        IssueInstant=_at(time.time()),
    )
    sign(message, keys)
    text: bytes = etree.tostring(soap.Envelope(soap.Body(message)), xml_declaration=True, encoding="UTF-8")
    return text
