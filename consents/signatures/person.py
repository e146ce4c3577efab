"""Whose certificate it is: ETSI EN 319 412-1, 5.1.3 (people) and 5.1.4 (organisations)."""

import re
from dataclasses import dataclass

from asn1crypto import x509

PESEL = re.compile(r"PNOPL-([0-9]{11})")


@dataclass(frozen=True)
class CertificateHolder:
    """The subject: a name, the PESEL of a person's certificate, the identifier of an organisation's seal."""

    name: str
    pesel: str
    organisation: str
    common_name: str


def _one(subject: dict[str, object], key: str) -> str:
    """The attribute, '' where it is absent or stands there more than once: then nobody can say which one counts."""
    value = subject.get(key, "")
    return value.strip() if isinstance(value, str) else ""


def holder_of(certificate: x509.Certificate) -> CertificateHolder:
    """The holder as the certificate names them. «VATPL-…» and «NTRPL-…» stand in `organisation`."""
    subject = certificate.subject.native
    number = PESEL.fullmatch(_one(subject, "serial_number").upper())
    common_name = _one(subject, "common_name")
    names = " ".join(part for part in (_one(subject, "given_name"), _one(subject, "surname")) if part)
    return CertificateHolder(
        name=names or common_name or _one(subject, "organization_name"),
        pesel=number[1] if number else "",
        organisation=_one(subject, "organization_identifier").upper(),
        common_name=common_name,
    )


def told(certificate: x509.Certificate) -> str:
    """The certificate in words for the evidence: issuer, serial number, term; no number of the holder."""
    issuer = certificate.issuer.native
    name = issuer.get("common_name") or issuer.get("organization_name") or "nieznany"
    until = certificate.not_valid_after
    return f"wystawca {name}, nr {certificate.serial_number:x}, ważny do {until:%d.%m.%Y}"
