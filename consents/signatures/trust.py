"""Whom the town trusts: certificates of authorities in a folder, and the national trusted list (ETSI TS 119 612)."""

import logging
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from asn1crypto import crl, pem, x509
from django.conf import settings

from core.xml_from_outside import NotXml, parse

TSL = "{http://uri.etsi.org/02231/v2#}"
GRANTED = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"
# Services whose certificates vouch: issuing qualified certificates, qualified time stamps.
SERVICES = {"http://uri.etsi.org/TrstSvc/Svctype/CA/QC", "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"}
CERTIFICATES = {".pem", ".crt", ".cer", ".der"}
logger = logging.getLogger("spm.signatures")


@dataclass(frozen=True)
class Trust:
    """Certificates that every trusted chain must lead to, and lists of revoked ones that somebody put beside them."""

    anchors: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    seal_organisation: str = ""
    seal_name: str = ""
    is_revocation_required: bool = False


def town_trust() -> Trust:
    """What the settings name, read anew whenever a file of it changes."""
    known = settings.SIGNATURES
    trust_list = str(known["trust_list"])
    paths = [str(path) for path in (known["folder"], trust_list) if path]
    stamp = tuple(sorted((str(file), file.stat().st_mtime_ns) for path in paths for file in _files(Path(path))))
    anchors, crls = _read(stamp, trust_list)
    return Trust(
        anchors,
        crls,
        str(known["seal_organisation"]),
        str(known["seal_name"]),
        is_revocation_required=bool(known["revocation"]),
    )


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in path.iterdir() if file.is_file())
    elif path.is_file():
        yield path
    else:
        logger.error("trust list %s cannot be found", path)


@lru_cache(maxsize=4)
def _read(
    files: tuple[tuple[str, int], ...], trust_list: str
) -> tuple[tuple[x509.Certificate, ...], tuple[crl.CertificateList, ...]]:
    anchors: list[x509.Certificate] = []
    crls: list[crl.CertificateList] = []
    for name, _ in files:
        path = Path(name)
        try:
            if trust_list and path == Path(trust_list):
                anchors += listed(path.read_bytes())
            elif path.suffix.lower() in CERTIFICATES:
                anchors += [x509.Certificate.load(der) for der in _ders(path.read_bytes())]
            elif path.suffix.lower() == ".crl":
                crls += [crl.CertificateList.load(der) for der in _ders(path.read_bytes())]
        except (OSError, ValueError, NotXml):
            logger.exception("trust list: %s cannot be read", name)
    return tuple(anchors), tuple(crls)


def _ders(content: bytes) -> Iterator[bytes]:
    if pem.detect(content):
        yield from (der for _, _, der in pem.unarmor(content, multiple=True))
    else:
        yield content


def listed(content: bytes) -> list[x509.Certificate]:
    """The certificates of granted qualified services in a trusted list. Raises NotXml, ValueError.

    The list's own signature is the operator's matter: the file is fetched and checked before it is put here.
    """
    found = []
    for service in parse(content).iter(f"{TSL}ServiceInformation"):
        kind = service.findtext(f"{TSL}ServiceTypeIdentifier", "").strip()
        status = service.findtext(f"{TSL}ServiceStatus", "").strip()
        if kind in SERVICES and status == GRANTED:
            found += [
                x509.Certificate.load(b64decode(text.text or ""))
                for text in service.iterfind(f"{TSL}ServiceDigitalIdentity//{TSL}X509Certificate")
            ]
    return found
