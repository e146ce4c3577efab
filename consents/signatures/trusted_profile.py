"""Podpis zaufany: the minister's seal with the signer's name and PESEL inside (art. 3 pkt 14a of the act of
17.02.2005 on computerisation). What is documented and what is guessed: docs/formats/consent-application.md.
"""

import re

from lxml import etree

from consents.signatures.person import CertificateHolder
from consents.signatures.trust import Trust

PPZP = "{http://crd.gov.pl/xml/schematy/ppzp/}"
OSOBA = re.compile(r"\{http://crd\.gov\.pl/xml/schematy/osoba/[0-9/]+\}")
REASON = re.compile(r"w imieniu:\s*\(?\s*(?P<name>[^,()]+)", re.IGNORECASE)
REASON_PESEL = re.compile(r"PESEL:?\s*([0-9]{11})\b", re.IGNORECASE)


def is_seal(holder: CertificateHolder, trust: Trust) -> bool:
    """Whether it is the seal that podpis zaufany is made with.

    Any trusted seal could carry the same words about anybody: only the minister's own counts.
    """
    return bool(
        trust.seal_organisation
        and trust.seal_name
        and holder.organisation == trust.seal_organisation.upper()
        and trust.seal_name.casefold() in holder.common_name.casefold()
    )


def signer_in_xml(signed_properties: "etree._Element") -> tuple[str, str]:
    """Name and PESEL of the one person in the signed properties; '' for what is absent or stands there twice."""
    people = list(signed_properties.iter(f"{PPZP}DaneZPOsobyFizycznej"))
    if len(people) != 1:
        return "", ""
    said: dict[str, list[str]] = {}
    for child in people[0].iterchildren(tag=etree.Element):
        if OSOBA.match(str(child.tag)):
            said.setdefault(etree.QName(child).localname, []).append(" ".join((child.text or "").split()))
    one = {key: values[0] for key, values in said.items() if len(values) == 1}
    name = " ".join(part for part in (one.get("Imie", ""), one.get("Nazwisko", "")) if part)
    return name, one.get("PESEL", "")


def signer_in_reason(reason: str) -> tuple[str, str]:
    """The same from the reason of a signature in a PDF: «… w imieniu: Jan Kowalski, PESEL: …»."""
    name, numbers = REASON.search(reason), set(REASON_PESEL.findall(reason))
    return (name["name"].strip() if name else "", numbers.pop() if len(numbers) == 1 else "")
