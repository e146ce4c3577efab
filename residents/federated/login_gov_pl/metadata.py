"""Our metadata: what the node's operator registers about this portal."""

import re

from lxml import etree
from lxml.builder import ElementMaker

from residents.federated.login_gov_pl.messages import ARTIFACT, DS, POST, SAMLP, UNSPECIFIED
from residents.federated.login_gov_pl.node import Node

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
md = ElementMaker(namespace=MD, nsmap={"md": MD, "ds": DS})
ds = ElementMaker(namespace=DS, nsmap={"ds": DS})


def our_metadata(node: Node) -> bytes:
    """The SPSSODescriptor with our certificates and the address that takes answers."""
    keys = [("signing", node.signing.certificate)]
    if node.decryption_certificate:
        keys.append(("encryption", node.decryption_certificate))
    descriptor = md.EntityDescriptor(
        md.SPSSODescriptor(
            *(_key(use, certificate) for use, certificate in keys),
            md.NameIDFormat(UNSPECIFIED),
            md.AssertionConsumerService(
                Binding=ARTIFACT if node.artifact_url else POST, Location=node.answer_url, index="0", isDefault="true"
            ),
            AuthnRequestsSigned="true",
            WantAssertionsSigned="true",
            protocolSupportEnumeration=SAMLP,
        ),
        entityID=node.our_issuer,
    )
    text: bytes = etree.tostring(descriptor, xml_declaration=True, encoding="UTF-8")
    return text


def _key(use: str, certificate: str) -> etree._Element:
    body = re.sub(r"-----[A-Z ]+-----|\s", "", certificate)
    return md.KeyDescriptor(ds.KeyInfo(ds.X509Data(ds.X509Certificate(body))), use=use)
