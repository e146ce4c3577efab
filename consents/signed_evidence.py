"""The report of a signature as it is kept: in the file's row, and in the application's evidence, in words."""

from datetime import datetime

from django.utils import timezone

from consents.models import SignedFile
from consents.signed_document import CheckedFile
from core.dates import format_date


def told_moment(moment: datetime) -> str:
    """Day and time in Warsaw."""
    local = timezone.localtime(moment)
    return f"{format_date(local.date())}, godz. {local:%H:%M:%S}"


def stored_report(checked: CheckedFile) -> dict[str, object]:
    """What is kept beside the file: everything but the signer's number."""
    report = checked.report
    return {
        "form": report.form,
        "valid": report.valid,
        "intact": report.intact,
        "trusted": report.trusted,
        "signer": report.signer,
        "organisation": report.organisation,
        "signed_at": report.signed_at.isoformat() if report.signed_at else "",
        "timestamped": report.is_timestamped,
        "trusted_profile": report.is_trusted_profile,
        "certificate": report.certificate,
        "revocation_checked": report.is_revocation_checked,
        "reasons": [*checked.faults, *report.notes],
    }


def evidence_of(checked: CheckedFile, stored: SignedFile, *, at: datetime) -> dict[str, str]:
    """The signature report for «Potwierdzenie zgód» and the chain (EVIDENCE_WORDS names the keys)."""
    report = checked.report
    kind = "podpis zaufany" if report.is_trusted_profile else "podpis elektroniczny"
    source = "podpisu zaufanego" if report.is_trusted_profile else "certyfikatu"
    agrees = "zgodny z numerem na wniosku" if report.valid and not checked.faults else "do sprawdzenia"
    time = told_moment(report.signed_at) if report.signed_at else "nieznany"
    return {
        "signer": report.signer,
        "identified": f"numer PESEL z {source}: {agrees}" if report.pesel else "",
        "signature": f"{kind} ({report.form})",
        "certificate": report.certificate,
        "signature_time": f"{time} ({'znacznik czasu' if report.is_timestamped else 'podał podpisujący'})",
        "coverage": "cały dokument, bez zmian od podpisania" if report.intact else "",
        "revocation": "sprawdzono: nie był unieważniony" if report.is_revocation_checked and report.trusted else "",
        "checked": f"{told_moment(at)}: {'ważny' if report.valid else 'nieważny'}",
        "remarks": " ".join([*checked.faults, *report.notes]),
        "document": stored.document_number,
    }
