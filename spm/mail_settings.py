"""How e-mails are signed (DKIM), and where those come back that could not be delivered."""

from dataclasses import dataclass
from email.utils import parseaddr
from typing import TypedDict

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from spm import environment
from spm.incoming_settings import MailboxSettings, bounce_mailbox
from spm.private_keys import read_private_key

LEAST_BITS = 2048


class DkimSettings(TypedDict):
    """The key (PEM, PKCS #1; empty: e-mails go unsigned) and the name under which its public half is in DNS."""

    key: bytes
    selector: str
    domain: str


@dataclass(frozen=True)
class MailSettings:
    """DKIM, the pattern of return addresses, the mailbox behind it."""

    dkim: DkimSettings
    bounce_address: str
    bounce_mailbox: MailboxSettings


def mail_settings(sender: str) -> MailSettings:
    """Settings of e-mail for letters from *sender*. Raises WrongSetting for a key that cannot be used."""
    domain = parseaddr(sender)[1].partition("@")[2]
    pem = environment.text(
        "SPM_DKIM_KEY",
        "",
        "Private RSA key (PEM, 2048 bits or more) by which e-mails are signed (DKIM). Empty: unsigned, or your mail "
        "server signs. `manage.py mail_dns` prints what to publish.",
        secret=True,
    )
    return MailSettings(
        DkimSettings(
            key=usable_key(pem),
            selector=environment.text("SPM_DKIM_SELECTOR", "spm", "The selector: the record is SELECTOR._domainkey."),
            domain=environment.text("SPM_DKIM_DOMAIN", "", "Who signs; empty: the domain of SPM_FROM_EMAIL.") or domain,
        ),
        _bounce_address(),
        bounce_mailbox(),
    )


def usable_key(pem: str) -> bytes:
    """The key as dkimpy reads it. Raises WrongSetting for a key that is broken, locked, not RSA or too short."""
    if not pem.strip():
        return b""
    key = read_private_key(pem, setting="SPM_DKIM_KEY", made_by="openssl genrsa 2048")
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise environment.WrongSetting(f"SPM_DKIM_KEY must be an RSA key of {LEAST_BITS} bits or more.")
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def _bounce_address() -> str:
    pattern = environment.text(
        "SPM_BOUNCE_ADDRESS",
        "",
        "Where undeliverable e-mails come back, with `*` for the mark that says which one: `zwroty+*@gmina.example`. "
        "Empty: they go back to SPM_FROM_EMAIL, unread by the portal.",
    )
    local, at, domain = pattern.partition("@")
    if pattern and (pattern.count("*") != 1 or "*" not in local or not at or not domain):
        raise environment.WrongSetting("SPM_BOUNCE_ADDRESS needs one `*` before the @, as in zwroty+*@gmina.example.")
    return pattern
