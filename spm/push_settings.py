"""Notices to browsers: the town's key (VAPID), and the push services to which its server may connect."""

from typing import TypedDict

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from spm import environment
from spm.private_keys import read_private_key

HOSTS = ["fcm.googleapis.com", "*.push.services.mozilla.com", "*.notify.windows.com", "*.push.apple.com"]


class PushSettings(TypedDict):
    """The key (PEM; empty: no notices), whom a push service may ask, and where notices may go."""

    key: bytes
    contact: str
    hosts: list[str]
    origins: list[str]


def push_settings(contact_email: str, *, production: bool) -> PushSettings:
    """Settings of notices to browsers. Raises WrongSetting for a key that cannot be used."""
    origins = environment.words("SPM_PUSH_ORIGINS", [], "Further push services by origin, for the demo only.")
    if origins and production:
        raise environment.WrongSetting("SPM_PUSH_ORIGINS is for the demo; in production use SPM_PUSH_HOSTS.")
    pem = environment.text(
        "SPM_VAPID_KEY",
        "",
        "Private key (PEM, EC P-256) by which browsers know the town's notices. Empty: none are sent. Changing it ends "
        "every subscription.",
        secret=True,
    )
    return PushSettings(
        key=usable_vapid_key(pem),
        contact=environment.text(
            "SPM_VAPID_CONTACT", f"mailto:{contact_email}", "Whom a push service asks when notices make trouble."
        ),
        hosts=environment.words("SPM_PUSH_HOSTS", HOSTS, "Push services of browsers; `*.` for any name below."),
        origins=origins,
    )


def usable_vapid_key(pem: str) -> bytes:
    """The key as pywebpush reads it. Raises WrongSetting for a key that is broken, locked or no P-256."""
    if not pem.strip():
        return b""
    key = read_private_key(pem, setting="SPM_VAPID_KEY", made_by="openssl ecparam -name prime256v1 -genkey -noout")
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise environment.WrongSetting("SPM_VAPID_KEY must be an EC key of the curve P-256 (prime256v1).")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
