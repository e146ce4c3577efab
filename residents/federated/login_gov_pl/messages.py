"""The XML that we send to the node: the request to identify somebody, and the request for the answer to an artifact.

Forms are those of the «Instrukcja integratora» of Węzeł Krajowy: eIDAS's extensions, HTTP-Artifact, enveloped
signatures. Elliptic curves sign with ECDSA-SHA256, RSA keys with RSA-SHA256.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import xmlsec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from lxml.builder import ElementMaker

from residents.federated.proven import LEVEL_PREFIX, Named

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
EIDAS = "http://eidas.europa.eu/saml-extensions"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
DS = "http://www.w3.org/2000/09/xmldsig#"
ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"

protocol = ElementMaker(namespace=SAMLP, nsmap={"saml2p": SAMLP, "saml2": SAML, "eidas": EIDAS})
assertion = ElementMaker(namespace=SAML, nsmap={"saml2": SAML})
eidas = ElementMaker(namespace=EIDAS, nsmap={"eidas": EIDAS})
soap = ElementMaker(namespace=SOAP, nsmap={"soap": SOAP})


class Unreadable(Exception):
    """What came is no XML that we read."""


@dataclass(frozen=True)
class SigningKey:
    """The private key that signs what we send, and the certificate that the node knows us by; both PEM."""

    key: str
    certificate: str


def read_xml(text: bytes) -> etree._Element:
    """Parse what came from outside: no DTD, no entities, no network, nothing huge. Raises Unreadable.

    Comments are dropped (signatures do not cover them, and one inside a number would cut it in two); a processing
    instruction has no business in a message.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable from error
    if root.getroottree().docinfo.doctype or next(root.iter(etree.PI), None) is not None:
        raise Unreadable
    return root


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def identify_request(
    *, request_id: str, issuer: str, to: str, answer_to: str, by_artifact: bool, level: str, names: Named, at: datetime
) -> etree._Element:
    """The AuthnRequest, unsigned: identify somebody anew (never from a session of before), at *level* or above."""
    asked = {
        "FirstName": names.given_name,
        "FamilyName": names.family_name,
        "DateOfBirth": names.birth_date,
        "PersonIdentifier": names.pesel,
    }
    attributes = [
        eidas.RequestedAttribute(FriendlyName=friendly, Name=name, NameFormat=NAME_FORMAT, isRequired="true")
        for friendly, name in asked.items()
        if name
    ]
    return protocol.AuthnRequest(
        assertion.Issuer(issuer),
        protocol.Extensions(eidas.SPType("public"), eidas.RequestedAttributes(*attributes)),
        protocol.NameIDPolicy(AllowCreate="true", Format=UNSPECIFIED),
        protocol.RequestedAuthnContext(assertion.AuthnContextClassRef(f"{LEVEL_PREFIX}{level}"), Comparison="minimum"),
        ID=request_id,
        Version="2.0",
        IssueInstant=_instant(at),
        Destination=to,
        AssertionConsumerServiceURL=answer_to,
        ProtocolBinding=ARTIFACT if by_artifact else POST,
        ForceAuthn="true",
        IsPassive="false",
    )


def artifact_request(*, request_id: str, issuer: str, artifact: str, at: datetime) -> etree._Element:
    """The ArtifactResolve, unsigned: give the answer that *artifact* stands for."""
    return protocol.ArtifactResolve(
        assertion.Issuer(issuer),
        protocol.Artifact(artifact),
        ID=request_id,
        Version="2.0",
        IssueInstant=_instant(at),
    )


def logout_request(
    *, request_id: str, issuer: str, to: str, name_id: str, session_index: str, at: datetime
) -> etree._Element:
    """The LogoutRequest, unsigned: end the session that the answer named."""
    return protocol.LogoutRequest(
        assertion.Issuer(issuer),
        assertion.NameID(name_id, Format=UNSPECIFIED),
        protocol.SessionIndex(session_index),
        ID=request_id,
        Version="2.0",
        IssueInstant=_instant(at),
        Destination=to,
    )


def sign(message: etree._Element, key: SigningKey) -> None:
    """Put an enveloped signature after the issuer, where the schema has its place."""
    private = load_pem_private_key(key.key.encode(), None)
    elliptic = isinstance(private, ec.EllipticCurvePrivateKey)
    method = xmlsec.constants.TransformEcdsaSha256 if elliptic else xmlsec.constants.TransformRsaSha256
    signature = xmlsec.template.create(message, xmlsec.constants.TransformExclC14N, method, ns="ds")
    message.find(f"{{{SAML}}}Issuer").addnext(signature)
    reference = xmlsec.template.add_reference(signature, xmlsec.constants.TransformSha256, uri=f"#{message.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    xmlsec.tree.add_ids(message, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key.key.encode(), xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(key.certificate.encode(), xmlsec.constants.KeyDataFormatPem)
    context.sign(signature)


def in_envelope(message: etree._Element) -> bytes:
    """*message* in a SOAP 1.1 envelope."""
    text: bytes = etree.tostring(soap.Envelope(soap.Body(message)), xml_declaration=True, encoding="UTF-8")
    return text


def from_envelope(text: bytes, tag: str) -> etree._Element:
    """The one message with *tag* inside a SOAP envelope, as a document of its own. Raises Unreadable."""
    body = read_xml(text).find(f"{{{SOAP}}}Body")
    found = [] if body is None else list(body)
    if len(found) != 1 or found[0].tag != tag:
        raise Unreadable
    return on_its_own(found[0])


def on_its_own(element: etree._Element) -> etree._Element:
    """*element* as the root of a document of its own, so that nothing around it is looked at."""
    return read_xml(etree.tostring(element, with_tail=False))
