"""Settings of electronic signatures: whom the town trusts."""

from spm import environment


def signature_settings() -> dict[str, object]:
    """What consents.signatures.trust reads."""
    return {
        "folder": environment.text(
            "SPM_TRUST_FOLDER", "", "Folder of trusted authorities' certificates (PEM, DER) and of their CRLs (*.crl)."
        ),
        "trust_list": environment.text(
            "SPM_TRUST_LIST", "", "File of the national trusted list (https://www.nccert.pl/tsl/PL_TSL.xml), checked."
        ),
        "seal_organisation": environment.text(
            "SPM_TRUSTED_PROFILE_SEAL_ORGANISATION",
            "VATPL-5252955037",
            "Organisation identifier in the certificate of the seal of podpis zaufany; empty: none is believed.",
        ),
        "seal_name": environment.text(
            "SPM_TRUSTED_PROFILE_SEAL_NAME",
            "pieczęć podpisu zaufanego",
            "Words that the name in that certificate must hold.",
        ),
        "revocation": environment.flag(
            "SPM_SIGNATURE_REVOCATION_REQUIRED",
            False,
            "A signed application without proof that its certificate was not revoked waits for a clerk.",
        ),
    }
