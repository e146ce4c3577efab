"""Settings of login.gov.pl and of an OpenID Connect provider; nothing is switched on unless its address is given."""

from spm import environment

EIDAS = "http://eidas.europa.eu/attributes/naturalperson/"
LEVELS = {"", "low", "substantial", "high"}
HOW = "docs/login-gov-pl.md says how."


def _level(name: str, default: str, meaning: str) -> str:
    level = environment.text(name, default, meaning)
    if level not in LEVELS:
        raise environment.WrongSetting(f"{name}={level!r}: choose low, substantial or high.")
    return level


def _all_given(values: dict[str, str], because: str) -> None:
    for name, value in values.items():
        if not value:
            raise environment.WrongSetting(f"{name} is needed because {because} is set. {HOW}")


def _login_gov_pl() -> list[dict[str, object]]:
    sso_url = environment.text(
        "SPM_LOGIN_GOV_PL_SSO_URL", "", "Where login.gov.pl takes requests (SAML); empty: no such sign-in."
    )
    said: dict[str, object] = {
        "sso_url": sso_url,
        "artifact_url": environment.text(
            "SPM_LOGIN_GOV_PL_ARTIFACT_URL",
            "",
            "Where it gives answers for artifacts; empty for a broker whose answers come by POST.",
        ),
        "logout_url": environment.text(
            "SPM_LOGIN_GOV_PL_LOGOUT_URL", "", "Where it takes the end of a session (SOAP); empty: ended only here."
        ),
        "issuer": environment.text("SPM_LOGIN_GOV_PL_ENTITY_ID", "login.gov.pl", "The issuer of its answers."),
        "certificates": environment.text(
            "SPM_LOGIN_GOV_PL_CERTIFICATES", "", "PEM certificates that its signatures are checked by.", secret=True
        ),
        "our_issuer": environment.text(
            "SPM_LOGIN_GOV_PL_OUR_ENTITY_ID",
            "",
            "The name that it knows this portal by; empty: our metadata's address.",
        ),
        "signing_key": environment.text(
            "SPM_LOGIN_GOV_PL_SIGNING_KEY", "", "PEM key that signs our requests; P-256 or RSA.", secret=True
        ),
        "signing_certificate": environment.text(
            "SPM_LOGIN_GOV_PL_SIGNING_CERTIFICATE", "", "Its PEM certificate.", secret=True
        ),
        "decryption_key": environment.text(
            "SPM_LOGIN_GOV_PL_DECRYPTION_KEY",
            "",
            "PEM key that opens answers; once set, unencrypted answers are refused.",
            secret=True,
        ),
        "decryption_certificate": environment.text(
            "SPM_LOGIN_GOV_PL_DECRYPTION_CERTIFICATE", "", "Its PEM certificate, for our metadata.", secret=True
        ),
        "least_level": _level(
            "SPM_LOGIN_GOV_PL_LEVEL", "substantial", "Least eIDAS level of assurance: `low`, `substantial`, `high`."
        ),
        "names": {
            "pesel": environment.text(
                "SPM_LOGIN_GOV_PL_PESEL", f"{EIDAS}PersonIdentifier", "Attribute with the PESEL."
            ),
            "given_name": environment.text(
                "SPM_LOGIN_GOV_PL_GIVEN_NAME", f"{EIDAS}CurrentGivenName", "Attribute with the first name."
            ),
            "family_name": environment.text(
                "SPM_LOGIN_GOV_PL_FAMILY_NAME", f"{EIDAS}CurrentFamilyName", "Attribute with the surname."
            ),
            "birth_date": environment.text(
                "SPM_LOGIN_GOV_PL_BIRTH_DATE", f"{EIDAS}DateOfBirth", "Attribute with the birth date; may be empty."
            ),
        },
    }
    if not sso_url:
        return []
    needed = {
        "SPM_LOGIN_GOV_PL_CERTIFICATES": str(said["certificates"]),
        "SPM_LOGIN_GOV_PL_SIGNING_KEY": str(said["signing_key"]),
        "SPM_LOGIN_GOV_PL_SIGNING_CERTIFICATE": str(said["signing_certificate"]),
        "SPM_LOGIN_GOV_PL_LEVEL": str(said["least_level"]),
    }
    if said["artifact_url"]:
        needed["SPM_LOGIN_GOV_PL_DECRYPTION_KEY"] = str(said["decryption_key"])
    _all_given(needed, "SPM_LOGIN_GOV_PL_SSO_URL")
    return [{"client_id": "login-gov-pl", "provider_id": "login-gov-pl", "name": "login.gov.pl", "settings": said}]


def _openid() -> list[dict[str, object]]:
    issuer = environment.text(
        "SPM_OPENID_ISSUER", "", "Issuer of an OpenID Connect provider (mObywatel or alike); empty: no such sign-in."
    )
    name = environment.text("SPM_OPENID_NAME", "mObywatel", "Its name on the button and in the record.")
    client_id = environment.text("SPM_OPENID_CLIENT_ID", "", "The name that it knows this portal by.")
    secret = environment.text("SPM_OPENID_SECRET", "", "The password that it knows this portal by.", secret=True)
    said: dict[str, object] = {
        "server_url": issuer.rstrip("/"),
        "scope": environment.words("SPM_OPENID_SCOPE", ["openid", "profile", "pesel"], "What it is asked for."),
        "least_level": _level("SPM_OPENID_LEVEL", "", "Least eIDAS level in its `acr` claim; empty: any."),
        "oauth_pkce_enabled": True,
        "names": {
            "pesel": environment.text("SPM_OPENID_PESEL", "pesel", "Claim with the PESEL."),
            "given_name": environment.text("SPM_OPENID_GIVEN_NAME", "given_name", "Claim with the first name."),
            "family_name": environment.text("SPM_OPENID_FAMILY_NAME", "family_name", "Claim with the surname."),
            "birth_date": environment.text(
                "SPM_OPENID_BIRTH_DATE", "birthdate", "Claim with the birth date; may be empty."
            ),
        },
    }
    if not issuer:
        return []
    _all_given({"SPM_OPENID_CLIENT_ID": client_id, "SPM_OPENID_SECRET": secret}, "SPM_OPENID_ISSUER")
    return [{"provider_id": "openid", "client_id": client_id, "secret": secret, "name": name, "settings": said}]


def identity_providers() -> dict[str, dict[str, object]]:
    """Allauth's setting SOCIALACCOUNT_PROVIDERS. Raises WrongSetting when half of a provider is given."""
    return {
        "saml": {"provider_class": "residents.federated.login_gov_pl.provider.LoginGovPl", "APPS": _login_gov_pl()},
        "openid_connect": {"provider_class": "residents.federated.openid.provider.OpenId", "APPS": _openid()},
    }
