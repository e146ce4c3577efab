"""The stand-ins of login.gov.pl and mObywatel in the demo: keys for both sides, and people to sign in as.

Both sides get files, as a town and the real node would exchange certificates: the sandbox its own key and the portal's
certificates, the portal its own keys and the node's certificate.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from core.dates import WARSAW
from residents.identity import pesel_birth_date
from spm.demo.people import Inhabitant, people

PAIRS = ("node", "portal-signing", "portal-decryption")
SHOWN = 6
YEARS = timedelta(days=3650)


@dataclass(frozen=True)
class DemoNode:
    """What both sides need."""

    folder: Path

    def environment(self, sandbox: str) -> dict[str, str]:
        """The portal's settings, for the sandbox at the address *sandbox*."""
        return {
            "SPM_LOGIN_GOV_PL_SSO_URL": f"{sandbox}/login-gov-pl/sso",
            "SPM_LOGIN_GOV_PL_ARTIFACT_URL": f"{sandbox}/login-gov-pl/artifact",
            "SPM_LOGIN_GOV_PL_LOGOUT_URL": f"{sandbox}/login-gov-pl/logout",
            "SPM_LOGIN_GOV_PL_CERTIFICATES_FILE": str(self.folder / "node.pem"),
            "SPM_LOGIN_GOV_PL_SIGNING_KEY_FILE": str(self.folder / "portal-signing.key"),
            "SPM_LOGIN_GOV_PL_SIGNING_CERTIFICATE_FILE": str(self.folder / "portal-signing.pem"),
            "SPM_LOGIN_GOV_PL_DECRYPTION_KEY_FILE": str(self.folder / "portal-decryption.key"),
            "SPM_LOGIN_GOV_PL_DECRYPTION_CERTIFICATE_FILE": str(self.folder / "portal-decryption.pem"),
            "SPM_OPENID_ISSUER": f"{sandbox}/mobywatel",
            "SPM_OPENID_CLIENT_ID": "portal-gminy",
            "SPM_OPENID_SECRET_FILE": str(self.folder / "openid.secret"),
        }


def prepare_node(directory: Path, *, at: datetime) -> DemoNode:
    """The node's folder under *directory*, its keys made once; the people are this year's."""
    folder = directory / "login-gov-pl"
    folder.mkdir(parents=True, exist_ok=True)
    for name in PAIRS:
        if not (folder / f"{name}.pem").exists():
            _write_pair(folder, name, at)
    if not (folder / "openid.key").exists():
        (folder / "openid.secret").write_text(secrets.token_urlsafe(24), encoding="utf-8")
        _write_key(folder / "openid.key", rsa.generate_private_key(65537, 2048))
    shown = [_person(one) for one in people(SHOWN, today=at.astimezone(WARSAW).date())]
    (folder / "people.json").write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")
    return DemoNode(folder)


def _person(one: Inhabitant) -> dict[str, str]:
    first, _, surname = one.name.partition(" ")
    born: date = pesel_birth_date(one.number.value)
    return {
        "first_name": first,
        "family_name": surname,
        "birth_date": born.isoformat(),
        "pesel": one.number.value,
    }


def _write_pair(folder: Path, name: str, at: datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"pokaz {name}")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at.astimezone(UTC) - timedelta(days=1))
        .not_valid_after(at.astimezone(UTC) + YEARS)
        .sign(private, hashes.SHA256())
    )
    _write_key(folder / f"{name}.key", private)
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def _write_key(path: Path, private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
