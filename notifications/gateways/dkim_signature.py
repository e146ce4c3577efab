"""DKIM (RFC 6376) by dkimpy: our own signature over headers and body, and the DNS record that proves it.

List-Unsubscribe and its Post are signed, as RFC 8058 §4 wants; From a second time, so that nobody adds another.
"""

import base64
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import dkim
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
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
    mark: bytes = _Signer(letter).sign(
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
    public = _private(setting["key"]).public_key()
    packed = base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    return f"{setting['selector']}._domainkey.{setting['domain']}", f"v=DKIM1; k=rsa; p={packed}"


class _Signer(dkim.DKIM):  # type: ignore[misc]  # dkimpy carries no types
    """dkimpy's own RSA is Python's `pow`: 140 letters a second. Of its two ways to sign, the one for Ed25519 hands the
    digest to the key, and so OpenSSL may sign it; what the header says of the algorithm was written before.
    """

    def gen_header(
        self, fields: Any, include_headers: Any, canon_policy: Any, header_name: Any, pk: Any, *rest: Any, **more: Any
    ) -> Any:
        self.signature_algorithm = b"ed25519-sha256"
        key = _Key(_private(settings.DKIM["key"]))
        return super().gen_header(fields, include_headers, canon_policy, header_name, key, *rest, **more)


@dataclass(frozen=True)
class _Signature:
    signature: bytes


@dataclass(frozen=True)
class _Key:
    private: RSAPrivateKey

    def sign(self, digest: bytes) -> _Signature:
        """RSASSA-PKCS1-v1_5 (RFC 8017 §8.2) over a SHA-256 digest."""
        return _Signature(self.private.sign(digest, PKCS1v15(), Prehashed(SHA256())))


@lru_cache(maxsize=2)
def _private(pem: bytes) -> RSAPrivateKey:
    key = load_pem_private_key(pem, password=None)
    assert isinstance(key, RSAPrivateKey)  # noqa: S101  spm/mail_settings.py lets no other in
    return key
