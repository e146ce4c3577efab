"""Encryption at rest and the keyed look-up index, for PESEL, phone and e-mail.

A value is sealed by AES-256-GCM under the newest key of the ring and opened by whichever key sealed it, so keys can be
rotated (core/rotation.py). Equality is looked up by a fingerprint: HMAC-SHA-256 under a key of a ring of its own, so
that neither a dump of the database nor the encryption keys alone answer «is this PESEL here?». What is sealed and what
is fingerprinted names its key: the first eight hex digits of the key's SHA-256.

Addresses by which people sign in are sealed alike each time (AES-256-SIV, RFC 5297): a library of ours looks them up by
equality, in its own table and in its own statements.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from django.conf import settings

PREFIX = "v1"
FINDABLE = "d1"
FINGERPRINT = 64  # signs: eight name the key, the rest are 224 bits of the HMAC
NAME = 8
NONCE = 12
KEY = 32  # bytes


class SealBroken(Exception):
    """A sealed value cannot be opened: its key is not on the ring, or the value was altered."""


class WrongKey(Exception):
    """A key of the environment is not 32 bytes in url-safe base64, or a ring has none; the words name the variable."""


@dataclass(frozen=True)
class _Ciphers:
    name: str
    gcm: AESGCM
    siv: AESSIV


def _raw_keys(keys: Sequence[str], variable: str) -> list[bytes]:
    try:
        raw = [base64.urlsafe_b64decode(key) for key in keys]
    except (binascii.Error, ValueError) as error:
        raise WrongKey(f"{variable} holds a key that is not url-safe base64") from error
    if not raw or any(len(key) != KEY for key in raw):
        raise WrongKey(f"{variable} must hold keys of {KEY} bytes each")
    return raw


def _name(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:NAME]


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> dict[str, _Ciphers]:
    raws = _raw_keys(keys, "SPM_ENCRYPTION_KEYS")
    findable = {raw: hmac.digest(raw, b"spm: sealed alike each time", "sha512") for raw in raws}
    return {_name(raw): _Ciphers(_name(raw), AESGCM(raw), AESSIV(findable[raw])) for raw in raws}


@lru_cache(maxsize=8)
def _index_ring(keys: tuple[str, ...]) -> dict[str, hmac.HMAC]:
    """Each key with its HMAC begun: a copy of it is much cheaper than a new one."""
    return {_name(raw): hmac.new(raw, digestmod="sha256") for raw in _raw_keys(keys, "SPM_INDEX_KEY")}


def _ciphers() -> dict[str, _Ciphers]:
    return _ring(tuple(settings.ENCRYPTION_KEYS))


def _newest() -> _Ciphers:
    return next(iter(_ciphers().values()))


def check_keys() -> None:
    """Raises WrongKey when a key of the environment cannot be used."""
    _ciphers()
    _index_ring(tuple(settings.INDEX_KEYS))


def seal_bytes(plain: bytes) -> bytes:
    """Encrypt *plain* under the newest key; the result names the key that opens it. Nothing stays nothing."""
    if not plain:
        return b""
    newest = _newest()
    nonce = os.urandom(NONCE)
    return f"{PREFIX}:{newest.name}:".encode() + nonce + newest.gcm.encrypt(nonce, plain, None)


def unseal_bytes(sealed: bytes) -> bytes:
    """The bytes that `seal_bytes` was given. Raises SealBroken when no key of the ring opens them."""
    if not sealed:
        return b""
    try:
        prefix, name, raw = sealed.split(b":", 2)
        if prefix != PREFIX.encode():
            raise SealBroken("unknown version of a sealed value")
        return _ciphers()[name.decode()].gcm.decrypt(raw[:NONCE], raw[NONCE:], None)
    except (ValueError, KeyError, InvalidTag) as error:
        raise SealBroken("a sealed value cannot be opened with the keys of SPM_ENCRYPTION_KEYS") from error


def seal(plain: str) -> str:
    """Encrypt *plain* under the newest key; the result names the key that opens it. Empty text stays empty."""
    if not plain:
        return ""
    newest = _newest()
    nonce = os.urandom(NONCE)
    body = binascii.b2a_base64(nonce + newest.gcm.encrypt(nonce, plain.encode(), None), newline=False)
    return f"{PREFIX}:{newest.name}:{body.decode()}"


def unseal(sealed: str) -> str:
    """The text that `seal` was given. Raises SealBroken when no key of the ring opens it."""
    if not sealed:
        return ""
    try:
        prefix, name, body = sealed.split(":")
        raw = binascii.a2b_base64(body)
        if prefix != PREFIX:
            raise SealBroken("unknown version of a sealed value")
        return _ciphers()[name].gcm.decrypt(raw[:NONCE], raw[NONCE:], None).decode()
    except (ValueError, KeyError, InvalidTag) as error:
        raise SealBroken("a sealed value cannot be opened with the keys of SPM_ENCRYPTION_KEYS") from error


def sealed_prefix() -> str:
    """How a text begins that the newest key sealed."""
    return f"{PREFIX}:{_newest().name}:"


def seal_alike(plain: str) -> list[str]:
    """*plain* sealed so that equal texts are sealed alike: under each key of the ring, the newest first.

    Store the first; look up by all of them. Empty text stays empty.
    """
    if not plain:
        return [""]
    return [
        f"{FINDABLE}:{ciphers.name}:{base64.b64encode(ciphers.siv.encrypt(plain.encode(), None)).decode()}"
        for ciphers in _ciphers().values()
    ]


def unseal_alike(sealed: str) -> str:
    """The text that `seal_alike` was given. Raises SealBroken when no key of the ring opens it."""
    if not sealed:
        return ""
    try:
        prefix, name, body = sealed.split(":")
        if prefix != FINDABLE:
            raise SealBroken("unknown version of a sealed value")
        return _ciphers()[name].siv.decrypt(base64.b64decode(body), None).decode()
    except (ValueError, KeyError, InvalidTag) as error:
        raise SealBroken("a sealed value cannot be opened with the keys of SPM_ENCRYPTION_KEYS") from error


def alike_prefix() -> str:
    """How a text begins that `seal_alike` sealed under the newest key."""
    return f"{FINDABLE}:{_newest().name}:"


def fingerprint(plain: str) -> str:
    """The keyed index of *plain* to store: equal texts give equal fingerprints; nothing leads back. '' gives ''."""
    return fingerprints(plain)[0]


def fingerprints(plain: str) -> list[str]:
    """The fingerprints under which *plain* may be stored, one a key of the ring, the newest first: look up by all."""
    if not plain:
        return [""]
    found, text = [], plain.encode()
    for name, begun in _index_ring(tuple(settings.INDEX_KEYS)).items():
        digest = begun.copy()
        digest.update(text)
        found.append(name + digest.hexdigest()[: FINGERPRINT - NAME])
    return found


def fingerprint_prefix() -> str:
    """How a fingerprint by the newest index key begins."""
    return next(iter(_index_ring(tuple(settings.INDEX_KEYS))))
