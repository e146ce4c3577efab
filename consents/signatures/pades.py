"""Signatures inside a PDF (PAdES, ETSI EN 319 142): what they cover, what was added afterwards, whose they are."""

import io
from dataclasses import dataclass, replace
from datetime import datetime

from asn1crypto import crl, ocsp
from asn1crypto.cms import CMSAttribute
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel, SuspiciousModification
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    validate_pdf_signature,
)
from pyhanko.sign.validation.errors import NoDSSFoundError, SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints

from consents.signatures import chain, trusted_profile
from consents.signatures.digests import digest_of
from consents.signatures.judging import Signed, judged
from consents.signatures.person import holder_of
from consents.signatures.report import SignatureReport, no_signature
from consents.signatures.trust import Trust

FORM = "PAdES"
BROKEN = "Pliku PDF nie da się odczytać: jest uszkodzony albo zaszyfrowany."
NOT_SIGNED = "Plik PDF nie jest podpisany elektronicznie."
SEVERAL = "W pliku jest więcej niż jeden podpis; sprawdzi go pracownik."
ALTERED = "Dokument zmieniono po podpisaniu."
PARTLY = "Podpis nie obejmuje całego dokumentu."
ADDED = "Po podpisaniu coś do dokumentu dopisano."
FORGED = "Podpis nie zgadza się z certyfikatem."
UNREADABLE = "Podpisu w pliku PDF nie da się odczytać."
# Whatever a broken or a hostile file makes the library raise while it is read.
LIBRARY = (
    PdfError,
    SignatureValidationError,
    CMSExtractionError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    AssertionError,
    RuntimeError,
    OverflowError,
)


@dataclass(frozen=True)
class SignedPdf:
    """The report, and the PDF as it was signed: the reader and the number of the signed revision."""

    report: SignatureReport
    digest: str = ""
    reader: PdfFileReader | None = None
    revision: int = 0


def check_pdf(content: bytes, *, trust: Trust, at: datetime) -> SignedPdf:
    """Judge the one signature of a PDF, as of *at*. Nothing that a file holds makes it raise."""
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=True)
        if reader.encrypted:
            return SignedPdf(no_signature(BROKEN, form=FORM))
        signatures = reader.embedded_regular_signatures
    except LIBRARY:
        return SignedPdf(no_signature(BROKEN, form=FORM))
    if not signatures:
        return SignedPdf(no_signature(NOT_SIGNED, form=FORM), reader=reader, revision=reader.total_revisions - 1)
    try:
        found = _check(reader, signatures[0], trust=trust, at=at)
    except LIBRARY:
        return SignedPdf(no_signature(UNREADABLE, form=FORM))
    if len(signatures) > 1:
        return replace(found, report=found.report.with_fault(SEVERAL))
    return found


def _check(reader: PdfFileReader, embedded: EmbeddedPdfSignature, *, trust: Trust, at: datetime) -> SignedPdf:
    evidence = _evidence(reader, embedded)
    status = validate_pdf_signature(
        embedded,
        chain.context(trust, evidence, at=at),
        key_usage_settings=KeyUsageConstraints(key_usage=set()),  # judged with the chain
    )
    stamp = status.timestamp_validity
    is_timestamped = stamp is not None and stamp.valid and stamp.trusted
    signed_at = stamp.timestamp if is_timestamped and stamp is not None else status.signer_reported_dt
    signed = Signed(
        form=FORM,
        certificate=embedded.signer_cert,
        evidence=evidence,
        signed_at=signed_at if signed_at is not None and signed_at.tzinfo is not None else None,
        is_timestamped=is_timestamped,
        said=_said(embedded, trust),
        faults=_faults(status),
    )
    attributes = embedded.signer_info["signed_attrs"]
    digest = digest_of(attributes.untag().dump() if attributes.native else embedded.compute_digest())
    return SignedPdf(judged(signed, trust=trust, at=at), digest, reader, embedded.signed_revision)


def _faults(status: PdfSignatureStatus) -> tuple[str, ...]:
    if not status.intact:
        return (ALTERED,)
    if not status.valid:
        return (FORGED,)
    if status.coverage not in {SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION}:
        return (PARTLY,)
    if status.coverage == SignatureCoverageLevel.ENTIRE_REVISION and (
        isinstance(status.diff_result, SuspiciousModification)
        or status.modification_level not in {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}
    ):
        return (ADDED,)
    return ()


def _said(embedded: EmbeddedPdfSignature, trust: Trust) -> tuple[str, str] | None:
    """Who podpis zaufany says has signed: the reason lies in what the signature covers."""
    if not trusted_profile.is_seal(holder_of(embedded.signer_cert), trust):
        return None
    return trusted_profile.signer_in_reason(str(embedded.sig_object.get("/Reason", "")))


def _evidence(reader: PdfFileReader, embedded: EmbeddedPdfSignature) -> chain.Evidence:
    """Certificates, CRLs and OCSP answers beside the signature: each carries a signature of its own."""
    certificates, crls, ocsps = list(embedded.other_embedded_certs), [], []
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        pass
    else:
        certificates += list(store.load_certs())
        crls += [crl.CertificateList.load(one.get_object().data) for one in store.crls]
        ocsps += [ocsp.OCSPResponse.load(one.get_object().data) for one in store.ocsps]
    for attribute in embedded.signer_info["signed_attrs"]:
        if isinstance(attribute, CMSAttribute) and attribute["type"].native == "adobe_revocation_info_archival":
            archived = attribute["values"][0]
            crls += list(archived["crl"] or ())
            ocsps += list(archived["ocsp"] or ())
    return chain.Evidence(tuple(certificates), tuple(crls), tuple(ocsps))
