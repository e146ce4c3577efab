"""PayPal's webhooks: events signed by RSA over id|time|webhook|crc32 of the body, and the certificate to check them."""

import base64
import json
import secrets
import time
import uuid
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sandbox.notices import queue_notice
from sandbox.state import State

COMMON_NAME = "messageverificationcerts.sandbox.paypal.com"


@dataclass
class Signer:
    """A key with its certificate, made when it is first needed."""

    name: str = field(default_factory=lambda: f"CERT-{secrets.token_hex(4)}-{secrets.token_hex(4)}")

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """The private key."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def certificate(self) -> bytes:
        """The certificate as PEM."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, COMMON_NAME)])
        now = datetime.fromtimestamp(time.time(), UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=365))
            .sign(self.key, SHA256())
        )
        return made.public_bytes(Encoding.PEM)

    def sign(self, text: str) -> str:
        """Base64 of RSA-SHA256 over *text*."""
        return base64.b64encode(self.key.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()

    def verifies(self, text: str, signature: str) -> bool:
        """Whether *signature* is ours over *text*; RSA with PKCS 1 v1.5 signs a text in one way only."""
        return secrets.compare_digest(self.sign(text).encode(), signature.encode())


SIGNER = Signer()
STRANGER = Signer()


def signed_text(transmission: str, sent_at: str, webhook_id: str, body: bytes) -> str:
    """What is signed: the checksum is of the raw bytes, in decimal."""
    return f"{transmission}|{sent_at}|{webhook_id}|{zlib.crc32(body)}"


def stamp(at: float) -> str:
    """PayPal's time: UTC, whole seconds."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _type_of(kind: str) -> str:
    if kind in {"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"}:
        return "refund"
    return "capture" if kind.startswith("PAYMENT.CAPTURE") else "checkout-order"


def tell(
    state: State, order_id: str, kind: str, resource: dict[str, Any], at: float, *, origin: str, forged: bool = False
) -> None:
    """Queue the webhook event *kind* about *resource* for the address that the merchant registered."""
    event: dict[str, Any] = {
        "id": f"WH-{secrets.token_hex(9).upper()}-{secrets.token_hex(9).upper()}",
        "event_version": "1.0",
        "create_time": stamp(at),
        "resource_type": _type_of(kind),
        "resource_version": "2.0",
        "event_type": kind,
        "summary": f"Zdarzenie {kind} – piaskownica",
        "resource": resource,
        "links": [],
    }
    body = json.dumps(event, ensure_ascii=False).encode()
    signer = STRANGER if forged else SIGNER
    transmission, sent_at = str(uuid.uuid4()), stamp(at)
    headers = {
        "PAYPAL-TRANSMISSION-ID": transmission,
        "PAYPAL-TRANSMISSION-TIME": sent_at,
        "PAYPAL-TRANSMISSION-SIG": signer.sign(signed_text(transmission, sent_at, state.keys.paypal_webhook_id, body)),
        "PAYPAL-CERT-URL": f"{origin}/v1/notifications/certs/{SIGNER.name}",
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
    }
    queue_notice(state, "paypal", order_id, kind, state.settings.paypal_webhook_url, body, at, headers)
