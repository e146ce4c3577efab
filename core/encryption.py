"""Encryption at rest and the keyed look-up index, for PESEL, phone and e-mail.

A value is sealed by AES-256-GCM under the newest key of the ring and opened by whichever key sealed it, so keys can be
rotated. Equality is looked up by a fingerprint: HMAC-SHA-256 under a key of its own, so that neither a dump of the
database nor the encryption keys alone answer «is this PESEL here?».
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

PREFIX = "v1"


class SealBroken(Exception):
    """A sealed value cannot be opened: its key is not on the ring, or the value was altered."""


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> dict[str, AESGCM]:
    ring = {}
    for key in keys:
        raw = base64.urlsafe_b64decode(key)
        ring[hashlib.sha256(raw).hexdigest()[:8]] = AESGCM(raw)
    return ring


def seal(plain: str) -> str:
    """Encrypt *plain* under the newest key; the result names the key that opens it. Empty text stays empty."""
    if not plain:
        return ""
    name, cipher = next(iter(_ring(tuple(settings.ENCRYPTION_KEYS)).items()))
    nonce = os.urandom(12)
    return f"{PREFIX}:{name}:{base64.b64encode(nonce + cipher.encrypt(nonce, plain.encode(), None)).decode()}"


def unseal(sealed: str) -> str:
    """The text that `seal` was given. Raises SealBroken when no key of the ring opens it."""
    if not sealed:
        return ""
    try:
        prefix, name, body = sealed.split(":")
        raw = base64.b64decode(body)
        cipher = _ring(tuple(settings.ENCRYPTION_KEYS))[name]
        if prefix != PREFIX:
            raise SealBroken("unknown version of a sealed value")
        return cipher.decrypt(raw[:12], raw[12:], None).decode()
    except (ValueError, KeyError, InvalidTag) as error:
        raise SealBroken("a sealed value cannot be opened with the keys of SPM_ENCRYPTION_KEYS") from error


@lru_cache(maxsize=8)
def _index_key(key: str) -> bytes:
    return base64.urlsafe_b64decode(key)


def fingerprint(plain: str) -> str:
    """The keyed index of *plain*: equal texts give equal fingerprints; nothing leads back. Empty text gives ''."""
    if not plain:
        return ""
    return hmac.digest(_index_key(settings.INDEX_KEY), plain.encode(), "sha256").hex()
