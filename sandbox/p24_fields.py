"""Bodies of Przelewy24's REST: every field checked as its OpenAPI document says, refused in its words."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.addresses import is_web_address

LANGUAGES = {"bg", "cs", "de", "en", "es", "fr", "hr", "hu", "it", "nl", "pl", "pt", "se", "sk", "ro"}
CHANNELS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 4096, 8192, 16384}
LONGEST = {
    "sessionId": 100,
    "currency": 3,
    "description": 1024,
    "email": 50,
    "client": 40,
    "address": 80,
    "zip": 10,
    "city": 50,
    "country": 2,
    "phone": 12,
    "language": 2,
    "urlReturn": 250,
    "urlStatus": 250,
    "transferLabel": 20,
    "sign": 100,
    "encoding": 15,
    "methodRefId": 250,
}
WHOLE = ("merchantId", "posId", "amount", "orderId", "method", "timeLimit", "channel", "shipping")
REGISTER = (
    *("merchantId", "posId", "sessionId", "amount", "currency", "description", "email", "country", "language"),
    *("urlReturn", "sign"),
)
VERIFY = ("merchantId", "posId", "sessionId", "amount", "currency", "orderId", "sign")


class P24Refused(Exception):
    """A refusal in Przelewy24's words: `{"error", "code"}` with the HTTP status that the code is."""

    def __init__(self, error: Any, code: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.code = code

    def response(self) -> web.Response:
        """The answer to the merchant."""
        return p24_json({"error": self.error, "code": self.code}, status=self.code)


def p24_json(body: Any, *, status: int = 200) -> web.Response:
    """JSON as Przelewy24 sends it."""
    return web.Response(status=status, text=json.dumps(body, ensure_ascii=False), content_type="application/json")


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises P24Refused."""
    try:
        told = json.loads(body.decode("utf-8"))
    except ValueError as wrong:
        raise P24Refused("Invalid input data") from wrong
    if not isinstance(told, dict):
        raise P24Refused("Invalid input data")
    return told


def sign_of(signed: Mapping[str, Any], crc: str) -> str:
    """Hex SHA-384 of the compact JSON of *signed* with the CRC last; letters and slashes stay as they are."""
    text = json.dumps({**signed, "crc": crc}, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha384(text.encode()).hexdigest()


def checked(told: dict[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    """*told* with every field of the right type and length. Raises P24Refused."""
    for name in required:
        if told.get(name) in (None, ""):
            raise P24Refused(f"Missing {name}")
    for name, value in told.items():
        if name in WHOLE and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise P24Refused(f"Incorrect {name}")
        if name in LONGEST and (not isinstance(value, str) or len(value) > LONGEST[name]):
            raise P24Refused(f"Incorrect {name}")
    return told


def checked_registration(told: dict[str, Any], crc: str) -> dict[str, Any]:
    """A transaction's registration. Raises P24Refused."""
    checked(told, REGISTER)
    signed = {name: told[name] for name in ("sessionId", "merchantId", "amount", "currency")}
    rules = (
        ("amount", told["amount"] > 0),
        ("currency", told["currency"] == "PLN"),
        ("email", re.fullmatch(r"[^@\s]+@[^@\s]+", told["email"])),
        ("country", re.fullmatch("[A-Z]{2}", told["country"])),
        ("language", told["language"] in LANGUAGES),
        ("urlReturn", is_web_address(told["urlReturn"])),
        ("urlStatus", "urlStatus" not in told or is_web_address(told["urlStatus"])),
        ("timeLimit", told.get("timeLimit", 0) <= 99),
        ("channel", "channel" not in told or set_bits(told["channel"]) <= CHANNELS),
        ("sign", told["sign"] == sign_of(signed, crc)),
    )
    for name, holds in rules:
        if not holds:
            raise P24Refused(f"Incorrect {name}")
    return told


def set_bits(mask: int) -> set[int]:
    """The powers of two in *mask*."""
    return {1 << place for place in range(mask.bit_length()) if mask >> place & 1}


def checked_verification(told: dict[str, Any], crc: str) -> dict[str, Any]:
    """A verification. Raises P24Refused."""
    checked(told, VERIFY)
    signed = {name: told[name] for name in ("sessionId", "orderId", "amount", "currency")}
    if told["sign"] != sign_of(signed, crc):
        raise P24Refused("Incorrect sign")
    return told
