"""An authority of the tests' own: certificates of people and seals, time stamps, lists of revoked ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests import make

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
DAY = timedelta(days=1)
CRL_URL = "http://crl.example/lista.crl"
PEOPLE = {"digital_signature": True, "content_commitment": True}
STAMPER = "Znakowanie czasem"
SEAL = "Minister do spraw informatyzacji - pieczęć podpisu zaufanego"
SEAL_ORGANISATION = "VATPL-5252955037"


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def asn1(self) -> asn1_x509.Certificate:
        """The certificate as pyHanko takes it."""
        return asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER))

    @property
    def pem(self) -> bytes:
        """The certificate as text."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key as text."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def signer(self, *chain: "Identity") -> SimpleSigner:
        """For pyHanko."""
        der = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        store = SimpleCertificateStore()
        store.register_multiple([one.asn1 for one in chain])
        return SimpleSigner(signing_cert=self.asn1, signing_key=asn1_keys.PrivateKeyInfo.load(der), cert_registry=store)


def _usage(**yes: bool) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: yes.get(name, False) for name in names})


@lru_cache(maxsize=32)
def _key(name: str) -> Key:
    if name == STAMPER:  # pyHanko's stand-in for a time stamping authority signs by RSA only
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


class Authority:
    """A root, and what it issues."""

    def __init__(self, name: str = "Centrum Kwalifikowane Testowe") -> None:
        key = _key(f"root {name}")
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.root = Identity(self._issue(subject, subject, key, key, is_authority=True), key)

    def _issue(
        self,
        subject: x509.Name,
        issuer: x509.Name,
        key: Key,
        issuer_key: Key,
        *,
        is_authority: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
        purpose: x509.ObjectIdentifier | None = None,
        has_crl: bool = True,
    ) -> x509.Certificate:
        now = make.now()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since or now - 400 * DAY)
            .not_valid_after(until or now + 400 * DAY)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(
                _usage(key_cert_sign=True, crl_sign=True) if is_authority else _usage(**PEOPLE), critical=True
            )
        )
        if purpose is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        if not is_authority and has_crl:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(CRL_URL)], None, None, None)
            asked = x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.example/")
            )
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
            builder = builder.add_extension(x509.AuthorityInformationAccess([asked]), critical=False)
        return builder.sign(issuer_key, hashes.SHA256())

    def issue(
        self,
        attributes: Sequence[tuple[x509.ObjectIdentifier, str]],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        purpose: x509.ObjectIdentifier | None = None,
    ) -> Identity:
        """A certificate with these attributes of its subject."""
        key = _key(attributes[0][1] if purpose else str(attributes))
        subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])
        issuer = self.root.certificate.subject
        certificate = self._issue(subject, issuer, key, self.root.key, since=since, until=until, purpose=purpose)
        return Identity(certificate, key)

    def person(
        self, pesel: str, name: str = "Anna Nowak", *, since: datetime | None = None, until: datetime | None = None
    ) -> Identity:
        """A qualified certificate of a person, as ETSI EN 319 412-1 names them."""
        given, _, surname = name.partition(" ")
        attributes = [
            (NameOID.COUNTRY_NAME, "PL"),
            (NameOID.COMMON_NAME, name),
            (NameOID.GIVEN_NAME, given),
            (NameOID.SURNAME, surname),
            *([(NameOID.SERIAL_NUMBER, f"PNOPL-{pesel}")] if pesel else []),
        ]
        return self.issue(attributes, since=since, until=until)

    def seal(self, name: str = SEAL, organisation: str = SEAL_ORGANISATION) -> Identity:
        """A seal of an organisation; podpis zaufany's unless said otherwise."""
        return self.issue(
            [
                (NameOID.COUNTRY_NAME, "PL"),
                (NameOID.ORGANIZATION_NAME, "Ministerstwo Cyfryzacji"),
                (NameOID.ORGANIZATION_IDENTIFIER, organisation),
                (NameOID.COMMON_NAME, name),
            ]
        )

    def stamper(self, at: datetime) -> DummyTimeStamper:
        """An authority of time stamps whose clock says *at*."""
        identity = self.issue([(NameOID.COMMON_NAME, STAMPER)], purpose=ExtendedKeyUsageOID.TIME_STAMPING)
        der = identity.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return DummyTimeStamper(identity.asn1, asn1_keys.PrivateKeyInfo.load(der), fixed_dt=at)

    def crl(self, *revoked: Identity, at: datetime | None = None) -> bytes:
        """The list of revoked certificates (DER), from *at* on for a week."""
        moment = at or make.now() - timedelta(hours=1)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.certificate.subject)
            .last_update(moment)
            .next_update(moment + 7 * DAY)
        )
        for one in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(one.certificate.serial_number)
                .revocation_date(moment - 2 * DAY)
                .build()
            )
        return builder.sign(self.root.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def ocsp(self, about: Identity, *, is_revoked: bool, at: datetime | None = None) -> bytes:
        """The answer about one certificate (DER)."""
        moment = at or make.now() - timedelta(hours=1)
        answer = ocsp.OCSPResponseBuilder().add_response(
            cert=about.certificate,
            issuer=self.root.certificate,
            algorithm=hashes.SHA1(),  # names the certificate, signs nothing: what responders write (RFC 6960)
            cert_status=ocsp.OCSPCertStatus.REVOKED if is_revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=moment,
            next_update=moment + DAY,
            revocation_time=moment - 2 * DAY if is_revoked else None,
            revocation_reason=None,
        )
        signed = answer.responder_id(ocsp.OCSPResponderEncoding.NAME, self.root.certificate).sign(
            self.root.key, hashes.SHA256()
        )
        return signed.public_bytes(Encoding.DER)

    def crl_object(self, *revoked: Identity) -> asn1_crl.CertificateList:
        """The list as pyHanko takes it."""
        return asn1_crl.CertificateList.load(self.crl(*revoked))

    def ocsp_object(self, about: Identity, *, is_revoked: bool) -> asn1_ocsp.OCSPResponse:
        """The answer as pyHanko takes it."""
        return asn1_ocsp.OCSPResponse.load(self.ocsp(about, is_revoked=is_revoked))

    def trust_in(self, folder: Path) -> Path:
        """*folder* with this authority's root in it."""
        (folder / "root.pem").write_bytes(self.root.pem)
        return folder


@lru_cache(maxsize=1)
def authority() -> Authority:
    """The one that the town of the tests trusts."""
    return Authority()
