"""From what a signature holds to its report: the same steps for a PDF and for XML."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import x509

from consents.signatures import chain
from consents.signatures.person import holder_of, told
from consents.signatures.report import SignatureReport
from consents.signatures.trust import Trust

SKEW = timedelta(minutes=10)  # clocks of residents' computers
NO_TIME = "Podpis nie mówi, kiedy go złożono."
FUTURE = "Podpis podaje czas w przyszłości."
CLAIMED = "Czas podpisu podał podpisujący: nie ma znacznika czasu."
NO_PERSON = "Podpis zaufany nie podaje jednoznacznie numeru PESEL podpisującego."
SEAL = "To pieczęć organizacji, a nie podpis osoby."
NO_PESEL = "Certyfikat podpisu nie zawiera numeru PESEL."


@dataclass(frozen=True)
class Signed:
    """A signature as it was read: what `said` is who podpis zaufany says has signed, None for any other certificate."""

    form: str
    certificate: x509.Certificate
    evidence: chain.Evidence
    signed_at: datetime | None
    is_timestamped: bool
    said: tuple[str, str] | None
    faults: tuple[str, ...]


def judged(signed: Signed, *, trust: Trust, at: datetime) -> SignatureReport:
    """The report as of *at*. A certificate counts at the time of a trusted time stamp, else now."""
    moment = signed.signed_at if signed.is_timestamped and signed.signed_at else at
    vouched = chain.judge(signed.certificate, trust=trust, evidence=signed.evidence, at=moment)
    holder = holder_of(signed.certificate)
    name, pesel = (holder.name, holder.pesel) if signed.said is None else signed.said
    faults, notes = list(signed.faults), []
    if vouched.fault:
        faults.append(vouched.fault)
    if signed.signed_at is None:
        faults.append(NO_TIME)
    elif signed.signed_at > at + SKEW:
        faults.append(FUTURE)
    elif not signed.is_timestamped:
        notes.append(CLAIMED)
    if not vouched.is_revocation_checked:
        (faults if trust.is_revocation_required else notes).append(chain.NOT_CHECKED)
    if not pesel:
        notes.append(_no_number(signed, holder.organisation))
    return SignatureReport(
        form=signed.form,
        intact=not signed.faults,
        trusted=vouched.is_trusted,
        signer=name,
        pesel=pesel,
        organisation=holder.organisation,
        signed_at=signed.signed_at,
        is_timestamped=signed.is_timestamped,
        is_trusted_profile=signed.said is not None,
        certificate=told(signed.certificate),
        is_revocation_checked=vouched.is_revocation_checked,
        faults=tuple(faults),
        notes=tuple(notes),
    )


def _no_number(signed: Signed, organisation: str) -> str:
    if signed.said is not None:
        return NO_PERSON
    return f"{SEAL} Identyfikator: {organisation}." if organisation else NO_PESEL
