"""Signed applications to try in the demo: an authority that the demo town trusts, and files that it vouches for.

The authority's key is thrown away when the files are made; outside the demo nobody trusts it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import asn1crypto.keys
import asn1crypto.x509
import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pikepdf.form import ExtendedAppearanceStreamGenerator, Form
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from consents.application_pdf import Known, application_pdf
from consents.pdf_fields import NUMBER, TICK
from consents.printing import print_form, shared_form
from core.actor import job
from residents.queries import find_payer
from spm.demo.people import Inhabitant

BY = job("load_demo")
YEARS = timedelta(days=3650)
GOOD, ANOTHERS, ALTERED = "wniosek-podpisany.pdf", "podpisany-przez-kogos-innego.pdf", "zmieniony-po-podpisaniu.pdf"


def write_signed(people: Sequence[Inhabitant], *, trusted: Path, samples: Path, at: datetime) -> None:
    """Put the authority into the folder *trusted* and three files into *samples*, once: one that is accepted at once,
    one signed by somebody else, one altered after it was signed.
    """
    if (samples / ALTERED).exists():
        return
    trusted.mkdir(parents=True, exist_ok=True)
    samples.mkdir(parents=True, exist_ok=True)
    signer, another = people[0], people[1]
    authority = _Authority(at)
    (trusted / "centrum-pokazowe.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    form = _filled(signer, at=at)
    good = _signed(form, authority.person(signer))
    (samples / GOOD).write_bytes(good)
    (samples / ANOTHERS).write_bytes(_signed(form, authority.person(another)))
    written = f"({signer.number.value})".encode()
    (samples / ALTERED).write_bytes(good.replace(written, f"({another.number.value})".encode()))


def _filled(who: Inhabitant, *, at: datetime) -> bytes:
    """The town's own form, filled on a screen."""
    payer = find_payer(who.number)
    form = print_form(payer.pk, by=BY, at=at) if payer else shared_form(at=at)
    made = application_pdf(form, Known(name=who.name, phone=who.phone, email=who.email))
    with pikepdf.open(BytesIO(made)) as pdf:
        fields = Form(pdf, ExtendedAppearanceStreamGenerator)
        fields[NUMBER].value = who.number.value
        for box in form.boxes:
            if not box.endswith(":voice"):
                fields[f"{TICK}:{box}"].checked = True
        out = BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _signed(content: bytes, signer: SimpleSigner) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(content))
    append_signature_field(writer, SigFieldSpec("Podpis", box=(0, 0, 0, 0)))
    metadata = PdfSignatureMetadata(field_name="Podpis", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    made = PdfSigner(metadata, signer).sign_pdf(writer)
    return bytes(made.getbuffer())


class _Authority:
    """A root, and the certificates that it issues to people (ETSI EN 319 412-1)."""

    def __init__(self, at: datetime) -> None:
        self.since = at.astimezone(UTC) - timedelta(days=1)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Centrum Pokazowe Dolina")])
        self.certificate = self._issue(self.name, self.key, is_authority=True)

    def _issue(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_authority: bool) -> x509.Certificate:
        usage = dict.fromkeys(
            (
                *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
                *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
            ),
            False,
        )
        may = ("key_cert_sign", "crl_sign") if is_authority else ("digital_signature", "content_commitment")
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.since)
            .not_valid_after(self.since + YEARS)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**{**usage, **dict.fromkeys(may, True)}), critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def person(self, who: Inhabitant) -> SimpleSigner:
        """The signer with a certificate of *who*."""
        given, _, surname = who.name.partition(" ")
        said = (
            (NameOID.COUNTRY_NAME, "PL"),
            (NameOID.COMMON_NAME, who.name),
            (NameOID.GIVEN_NAME, given),
            (NameOID.SURNAME, surname),
            (NameOID.SERIAL_NUMBER, f"PNOPL-{who.number.value}"),
        )
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in said])
        certificate = self._issue(subject, key, is_authority=False)
        return SimpleSigner(
            signing_cert=asn1crypto.x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
            signing_key=asn1crypto.keys.PrivateKeyInfo.load(
                key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            ),
            cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
        )
