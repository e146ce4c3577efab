"""Whether a certificate led to the trust list at a moment, and whether anything says that it was revoked."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule

from consents.signatures.trust import Trust

SIGNING = ({"non_repudiation"}, {"digital_signature"})
IF_THERE = CertRevTrustPolicy(
    RevocationCheckingPolicy(
        RevocationCheckingRule.CHECK_IF_DECLARED_SOFT, RevocationCheckingRule.CHECK_IF_DECLARED_SOFT
    )
)
REQUIRED = CertRevTrustPolicy(
    RevocationCheckingPolicy(RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.NO_CHECK)
)
NO_LIST = "Urząd nie ma jeszcze listy zaufanych wystawców, więc podpisu nie da się potwierdzić."
UNKNOWN_ISSUER = "Certyfikat podpisu nie pochodzi od wystawcy z listy zaufanych."
REVOKED = "Certyfikat podpisu został unieważniony"
NOT_CHECKED = "Nie sprawdzono, czy certyfikat nie był unieważniony: plik nie zawiera takiej informacji."


@dataclass(frozen=True)
class Evidence:
    """What came with a signature: other certificates, lists of revoked ones, answers about this one."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()


@dataclass(frozen=True)
class Chain:
    """Whether the chain holds, whether revocation was asked about, and the fault in words."""

    is_trusted: bool
    is_revocation_checked: bool = False
    fault: str = ""


def context(
    trust: Trust, evidence: Evidence, *, at: datetime, policy: CertRevTrustPolicy = IF_THERE
) -> ValidationContext:
    """The library's context: our anchors, what came with the signature, nothing fetched from anywhere."""
    return ValidationContext(
        trust_roots=list(trust.anchors),
        other_certs=list(evidence.certificates),
        crls=[*trust.crls, *evidence.crls],
        ocsps=list(evidence.ocsps),
        revinfo_policy=policy,
        moment=at,
        allow_fetching=False,
    )


def judge(certificate: x509.Certificate, *, trust: Trust, evidence: Evidence, at: datetime) -> Chain:
    """Judge the *certificate* as of *at*: the time of a trusted time stamp, else now."""
    if not trust.anchors:
        return Chain(is_trusted=False, fault=NO_LIST)
    if fault := _fault(certificate, context(trust, evidence, at=at), SIGNING):
        return Chain(is_trusted=False, is_revocation_checked=fault.startswith(REVOKED), fault=fault)
    # The first look passes over answers by a way that the certificate does not name; this one takes any.
    missing = _fault(certificate, context(trust, evidence, at=at, policy=REQUIRED), SIGNING)
    if missing.startswith(REVOKED):
        return Chain(is_trusted=False, is_revocation_checked=True, fault=missing)
    return Chain(is_trusted=True, is_revocation_checked=not missing)


def _fault(certificate: x509.Certificate, known: ValidationContext, usages: Collection[set[str]]) -> str:
    """Why the chain fails, '' when it holds. Any one of *usages* will do."""
    fault = ""
    for usage in usages:
        validator = CertificateValidator(certificate, validation_context=known)
        try:
            asyncio.run(validator.async_validate_usage(usage))  # type: ignore[no-untyped-call]
        except RevokedError as error:
            return f"{REVOKED} {error.revocation_dt:%d.%m.%Y}."
        except ExpiredError as error:
            return f"Certyfikat podpisu stracił ważność {error.expired_dt:%d.%m.%Y}."
        except NotYetValidError as error:
            return f"Certyfikat podpisu jest ważny dopiero od {error.valid_from:%d.%m.%Y}."
        except PathBuildingError:
            return UNKNOWN_ISSUER
        except PathValidationError:
            fault = "Łańcuch certyfikatów podpisu jest wadliwy."
        except ValidationError:
            fault = "Certyfikat nie służy do podpisywania dokumentów."
        else:
            return ""
    return fault
