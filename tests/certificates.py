"""Keys and self-signed certificates for tests, made once a session."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class KeyPair:
    """A private key and its certificate, both PEM."""

    key: str
    certificate: str


def _signed(private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, name: str, *, address: str = "") -> KeyPair:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)  # noqa: TID251  the tests' own edge
    builder = x509.CertificateBuilder()
    if address:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        builder = builder.add_extension(names, critical=False)
    certificate = (
        builder.subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(private, hashes.SHA256())
    )
    key = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return KeyPair(key, certificate.public_bytes(Encoding.PEM).decode())


def rsa_pair(name: str) -> KeyPair:
    """An RSA pair of 2048 bits."""
    return _signed(rsa.generate_private_key(65537, 2048), name)


def elliptic_pair(name: str) -> KeyPair:
    """A pair on P-256, as Węzeł Krajowy requires."""
    return _signed(ec.generate_private_key(ec.SECP256R1()), name)


def server_pair(address: str) -> KeyPair:
    """A pair of a server at an IP *address*, its own authority."""
    return _signed(ec.generate_private_key(ec.SECP256R1()), address, address=address)
