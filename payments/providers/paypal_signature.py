"""PayPal's webhook signature, checked without asking PayPal: RSA-SHA256 over id|time|webhook|crc32 of the raw body.

The certificate is read once from the address in the header, from a host of the settings only and over HTTPS in
production, and kept for a day. Its subject must be PayPal's signer of messages, and the day must lie in its term.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from core.http import AnswerLost, OutgoingSession, Unreachable
from payments.providers import ProviderDown

HEADERS = (
    "PayPal-Transmission-Id",
    "PayPal-Transmission-Time",
    "PayPal-Transmission-Sig",
    "PayPal-Cert-Url",
    "PayPal-Auth-Algo",
)
SIGNER = re.compile(r"messageverificationcerts\.(?:[a-z]+\.)?paypal\.com")
CERTIFICATE_PATH = re.compile(r"/v1/notifications/certs/[A-Za-z0-9_-]{1,100}")
KEPT = 24 * 3600
LARGEST = 20_000
PATIENCE = (3, 6)


def is_genuine(headers: Mapping[str, str], raw: bytes, *, webhook_id: str, session: OutgoingSession) -> bool:
    """Whether *headers* (names in lower case) sign *raw* for our webhook.

    Raises ProviderDown when the certificate cannot be read just now.
    """
    told = {name: headers.get(name.lower(), "") for name in HEADERS}
    if not webhook_id or told["PayPal-Auth-Algo"] != "SHA256withRSA" or not all(told.values()):
        return False
    if not may_be_read(told["PayPal-Cert-Url"]):
        return False
    key = _key_of(_certificate(told["PayPal-Cert-Url"], session), at=timezone.now())
    if key is None:
        return False
    text = f"{told['PayPal-Transmission-Id']}|{told['PayPal-Transmission-Time']}|{webhook_id}|{zlib.crc32(raw)}"
    try:
        signature = base64.b64decode(told["PayPal-Transmission-Sig"], validate=True)
        key.verify(signature, text.encode(), PKCS1v15(), SHA256())
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def may_be_read(address: str) -> bool:
    """Whether a certificate may be read from *address*: an allowed host, PayPal's path, no way around either."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    own = urlsplit(str(settings.PAYPAL["url"]))
    is_secure = parts.scheme == "https" and port in {None, 443}
    is_sandbox = own.scheme == "http" and (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    return (
        (is_secure or is_sandbox)
        and "@" not in parts.netloc
        and parts.hostname in settings.PAYPAL["certificate_hosts"]
        and CERTIFICATE_PATH.fullmatch(parts.path) is not None
        and not parts.query
    )


def _certificate(address: str, session: OutgoingSession) -> bytes:
    key = f"paypal-certificate:{address}"
    with suppress(RedisError):
        if kept := cache.get(key):
            return bytes(kept)
    try:
        answer = session.call("GET", address, timeout=PATIENCE)
    except (Unreachable, AnswerLost) as error:
        raise ProviderDown(str(error)) from error
    if answer.status_code >= 500:
        raise ProviderDown(f"HTTP {answer.status_code}")
    if answer.status_code != 200 or len(answer.content) > LARGEST:
        return b""
    with suppress(RedisError):
        cache.set(key, answer.content, KEPT)
    return answer.content


def _key_of(pem: bytes, *, at: datetime) -> RSAPublicKey | None:
    """The key of PayPal's signer; None for a certificate of somebody else's, or one that is not in force *at*."""
    try:
        certificate = x509.load_pem_x509_certificates(pem)[0]
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        key = certificate.public_key()
    except ValueError:
        return None
    is_signer = len(names) == 1 and SIGNER.fullmatch(str(names[0].value)) is not None
    is_in_force = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    return key if is_signer and is_in_force and isinstance(key, RSAPublicKey) else None
