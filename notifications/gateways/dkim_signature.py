"""DKIM (RFC 6376) by dkimpy: our own signature over headers and body, and the DNS record that proves it.

List-Unsubscribe and its Post are signed, as RFC 8058 §4 wants; From a second time, so that nobody adds another.
"""

import base64

import dkim
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.conf import settings

SIGNED = (
    *(b"from", b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"),
    *(b"content-language", b"auto-submitted", b"list-unsubscribe", b"list-unsubscribe-post"),
)


def signed(letter: bytes) -> bytes:
    """*letter* with its signature before it; unchanged where the town has no key."""
    setting = settings.DKIM
    if not setting["key"]:
        return letter
    mark: bytes = dkim.sign(
        letter,
        setting["selector"].encode(),
        setting["domain"].encode(),
        setting["key"],
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=SIGNED,
    )
    return mark + letter


def dns_record() -> tuple[str, str]:
    """The name and the text of the TXT record to publish; ('', '') where the town has no key."""
    setting = settings.DKIM
    if not setting["key"]:
        return "", ""
    public = load_pem_private_key(setting["key"], password=None).public_key()
    packed = base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    return f"{setting['selector']}._domainkey.{setting['domain']}", f"v=DKIM1; k=rsa; p={packed}"
