"""A signed file, checked and read: who signed it, and what the signed document asks for."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from consents.application_xml import find_applications, read_xml
from consents.pdf_fields import NOT_OURS, read_form
from consents.said import Said
from consents.signatures import pades, xades
from consents.signatures.pades import LIBRARY, SignedPdf, check_pdf
from consents.signatures.report import SignatureReport, no_signature
from consents.signatures.trust import Trust
from consents.signatures.xades import check_xml
from core.errors import Refused
from core.xml_from_outside import looks_like_xml
from residents.identity import IdentityNumber, NumberKind, read_identity

PDF = b"%PDF-"
OTHER = "To nie jest plik PDF ani XML."
NOT_SIGNED = {pades.NOT_SIGNED, xades.NOT_SIGNED}
EMPTY = "Plik jest pusty."
NOBODY = "Nie wiadomo, kto podpisał: w podpisie nie ma numeru PESEL."
ANOTHER = "Numer PESEL podpisującego jest inny niż na wniosku."
NO_PERSON = "Wniosek jest na firmę. Czy podpisujący ją reprezentuje, sprawdzi pracownik."


@dataclass(frozen=True)
class CheckedFile:
    """The signature's report and what the document says; `digest` tells this signature from any other."""

    report: SignatureReport
    said: Said
    digest: str
    ending: str

    @property
    def is_signed(self) -> bool:
        """Whether there is any signature, good or bad."""
        return bool(self.ending) and not NOT_SIGNED & set(self.report.faults)

    @property
    def faults(self) -> tuple[str, ...]:
        """Why a clerk must look at it; none when it can be accepted at once."""
        return (*self.report.faults, *self.said.faults)


def check_file(content: bytes, *, trust: Trust, at: datetime, beside: bytes | None = None) -> CheckedFile:
    """Check a file of any content, as of *at*; *beside* is the document when the signature has a file of its own.

    Nothing that a file holds makes it raise.
    """
    if content[:1024].find(PDF) == 0:
        checked = check_pdf(content, trust=trust, at=at)
        return CheckedFile(checked.report, _form(checked), checked.digest, "pdf")
    if looks_like_xml(content):
        found = check_xml(content, trust=trust, at=at, beside=beside)
        return CheckedFile(found.report, _document(found.covered, at=at), found.digest, "xml")
    return CheckedFile(no_signature(OTHER if content.strip() else EMPTY), Said(), "", "")


def _form(checked: SignedPdf) -> Said:
    if checked.reader is None:
        return Said()
    try:
        return read_form(checked.reader, checked.revision)
    except LIBRARY:
        return Said(faults=(NOT_OURS,))


def _document(covered: tuple[bytes, ...], *, at: datetime) -> Said:
    """What the covered pieces ask for: XML of ours, or our PDF form inside an XML signature."""
    forms = [piece for piece in covered if piece.startswith(PDF)]
    if len(forms) == 1 and not find_applications(covered):
        return _form(check_pdf(forms[0], trust=Trust(), at=at))
    return read_xml(covered)


def agreed(checked: CheckedFile, *, at: datetime) -> tuple[CheckedFile, IdentityNumber | None]:
    """The file with what speaks against the signer's being the applicant, and the applicant's number."""
    try:
        number = read_identity(checked.said.number, on=timezone.localdate(at))
    except Refused as refusal:
        faults = (str(refusal),) if checked.said.number else ()
        return replace(checked, said=replace(checked.said, faults=(*checked.said.faults, *faults))), None
    words = ""
    if number.kind is not NumberKind.PESEL:
        words = NO_PERSON
    elif not checked.report.pesel:
        words = NOBODY
    elif number.value != checked.report.pesel:
        words = ANOTHER
    if words:
        return replace(checked, report=checked.report.with_fault(words)), number
    return checked, number
