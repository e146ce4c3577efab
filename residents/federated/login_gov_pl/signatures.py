"""Whether an element was signed by the node, and what exactly was signed.

Whoever asks gets back the signed element as a document of its own and reads nothing else: then no second assertion,
moved or wrapped around the first one, is ever looked at (signature wrapping).
"""

from collections.abc import Sequence

import xmlsec
from lxml import etree

from core.errors import Refused
from residents.federated.login_gov_pl.messages import DS, on_its_own

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENC = "http://www.w3.org/2001/04/xmlenc#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
METHODS = {f"{MORE}{key}-sha{bits}" for key in ("rsa", "ecdsa") for bits in (256, 384, 512)}
DIGESTS = {f"{ENC}sha256", f"{MORE}sha384", f"{ENC}sha512"}
TRANSFORMS = [f"{DS}enveloped-signature", EXCLUSIVE]
SIGNATURE = f"{{{DS}}}Signature"
SPACES = {"ds": DS}


def bad_signature() -> Refused:
    """The refusal of anything whose signature is not the node's over exactly this."""
    return Refused(
        "bad_signature",
        "Podpis odpowiedzi się nie zgadza: nie wiemy, od kogo pochodzi.",
        mend="Zaloguj się jeszcze raz. Jeśli to się powtarza, daj nam znać.",
    )


def signed_content(element: etree._Element, certificates: Sequence[str]) -> etree._Element | None:
    """*element* as a document of its own, when its own signature is by one of *certificates* (PEM); None when it has
    no signature of its own. Raises Refused `bad_signature` when it has one that does not hold.
    """
    if element.find(SIGNATURE) is None:
        return None
    alone = on_its_own(element)
    signature = _only_signature(alone)
    xmlsec.tree.add_ids(alone, ["ID"])
    if not any(_holds(signature, certificate) for certificate in certificates):
        raise bad_signature()
    alone.remove(signature)
    return on_its_own(alone)


def _only_signature(alone: etree._Element) -> etree._Element:
    """The signature, when it covers the whole of *alone* and nothing else, by algorithms that we trust."""
    identifiers = alone.xpath("//@ID | //@Id | //@id")
    signatures = alone.findall(SIGNATURE)
    if len(signatures) != 1 or len(set(identifiers)) != len(identifiers):
        raise bad_signature()
    signature = signatures[0]
    references = signature.xpath(".//ds:Reference", namespaces=SPACES)
    methods = signature.xpath("ds:SignedInfo/ds:SignatureMethod/@Algorithm", namespaces=SPACES)
    shapes = signature.xpath("ds:SignedInfo/ds:CanonicalizationMethod/@Algorithm", namespaces=SPACES)
    own = alone.get("ID")
    if (
        not own
        or [reference.get("URI") for reference in references] != [f"#{own}"]
        or references[0].xpath("ds:Transforms/ds:Transform/@Algorithm", namespaces=SPACES) != TRANSFORMS
        or not set(references[0].xpath("ds:DigestMethod/@Algorithm", namespaces=SPACES)) <= DIGESTS
        or len(methods) != 1
        or not set(methods) <= METHODS
        or shapes != [EXCLUSIVE]
        or signature.find("ds:Object", SPACES) is not None
    ):
        raise bad_signature()
    return signature


def _holds(signature: etree._Element, certificate: str) -> bool:
    context = xmlsec.SignatureContext()
    # Only this key is asked; one that comes inside the message proves nothing.
    context.key = xmlsec.Key.from_memory(certificate.encode(), xmlsec.constants.KeyDataFormatCertPem)
    context.set_enabled_key_data([xmlsec.constants.KeyDataX509])
    try:
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True
