"""A push service and the browsers behind it (RFC 8030, 8188, 8291, 8292): what a real one refuses is refused here.

A browser is made by `POST /control/push` with the portal's public key; a notice is taken only when its VAPID signature
is of that key, its headers are right and the browser's own keys open it.
"""

import base64
import binascii
import json
import re
import secrets
import time
from typing import Any

import http_ece
import jwt
from aiohttp import web
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from sandbox.faults import bad_gateway, cut, hang
from sandbox.markup import Html, escaped, moment, page, table
from sandbox.state import STATE, State

LARGEST = 4096
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
URGENCIES = {"very-low", "low", "normal", "high"}
LONGEST_SIGNATURE = 24 * 3600
SHOWN = 200


class Refused(Exception):
    """A refusal: its status and the words for the journal."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def add_routes(app: web.Application) -> None:
    """The service's door, the page of what browsers show, and the control API's part."""
    app.router.add_post("/push/v1/{token}", _pushed)
    app.router.add_get("/push/", _page)
    app.router.add_get("/control/push", _shown)
    app.router.add_post("/control/push", _subscribed)
    app.router.add_post("/control/push/{token}/gone", _gone)


async def _subscribed(request: web.Request) -> web.Response:
    """A new browser, as its PushSubscription.toJSON() tells."""
    said = await request.json() if request.can_read_body else {}
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    token, auth = secrets.token_urlsafe(24), secrets.token_bytes(16)
    request.app[STATE].store.insert(
        "INSERT INTO push_browser (token, private_key, auth, portal_key, name) VALUES (?, ?, ?, ?, ?)",
        *(token, key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), auth),
        *(str(said.get("applicationServerKey", "")), str(said.get("name", "przeglądarka"))),
    )
    return web.json_response(
        {
            "endpoint": f"{_origin(request)}/push/v1/{token}",
            "expirationTime": None,
            "keys": {"p256dh": _text(point), "auth": _text(auth)},
        }
    )


async def _pushed(request: web.Request) -> web.StreamResponse:
    state = request.app[STATE]
    fault = state.next_fault("push_next")
    if state.settings.push_down or fault == "cut":
        return cut(request)
    if fault == "hang":
        return await hang(request, state.settings.sms_hang_s)
    if fault == "http429":
        return web.Response(status=429, headers={"Retry-After": "60"})
    if fault in {"http500", "http503", "html"}:
        return bad_gateway()
    try:
        told = _opened(request, await request.read(), state)
    except Refused as refused:
        state.store.note("push", "odmowa", f"{refused.status} {refused}")
        return web.Response(status=refused.status, text=str(refused))
    token, topic = request.match_info["token"], request.headers.get("Topic", "")
    with state.store.transaction():
        state.store.run("DELETE FROM push_notice WHERE token = ? AND topic <> '' AND topic = ?", token, topic)
        state.store.insert(
            "INSERT INTO push_notice (token, topic, body, ttl, at) VALUES (?, ?, ?, ?, ?)",
            *(token, topic, told, int(request.headers["TTL"]), time.time()),
        )
    return cut(request) if fault == "cut_after" else web.Response(status=201, headers={"Location": f"/push/m/{token}"})


def _opened(request: web.Request, body: bytes, state: State) -> str:
    """What the browser reads. Raises Refused as a push service does, and where the browser could not read it."""
    row = state.store.row("SELECT * FROM push_browser WHERE token = ?", request.match_info["token"])
    if row is None:
        raise Refused(404, "no such subscription")
    if row["is_gone"]:
        raise Refused(410, "unsubscribed")
    _check_headers(request, body)
    _check_signature(request, row["portal_key"])
    key = load_der_private_key(row["private_key"], password=None)
    try:
        told = http_ece.decrypt(body, private_key=key, auth_secret=row["auth"], version="aes128gcm")
    except (http_ece.ECEException, InvalidTag, ValueError) as error:
        raise Refused(400, "the browser cannot open it") from error
    return str(told.decode("utf-8", "replace"))


def _check_headers(request: web.Request, body: bytes) -> None:
    headers = request.headers
    if not headers.get("TTL", "").isdecimal():
        raise Refused(400, "TTL is missing")
    if headers.get("Content-Encoding") != "aes128gcm":
        raise Refused(400, "Content-Encoding must be aes128gcm")
    if len(body) > LARGEST:
        raise Refused(413, "more than 4096 bytes")
    if "Topic" in headers and not TOPIC.fullmatch(headers["Topic"]):
        raise Refused(400, "Topic: at most 32 signs of base64url")
    if headers.get("Urgency", "normal") not in URGENCIES:
        raise Refused(400, "Urgency")


def _check_signature(request: web.Request, portal_key: str) -> None:
    """RFC 8292: `vapid t=…, k=…`, ES256, for this origin, a day at most, with somebody to ask."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    if scheme.lower() != "vapid" or not {"t", "k"} <= set(parts):
        raise Refused(401, "no VAPID signature")
    if portal_key and parts["k"] != portal_key.rstrip("="):
        raise Refused(403, "another key than the one subscribed with")
    try:
        point = base64.urlsafe_b64decode(parts["k"] + "=" * (-len(parts["k"]) % 4))
        known = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        wanted = {"require": ["aud", "exp", "sub"]}
        claims = jwt.decode(parts["t"], known, algorithms=["ES256"], audience=_origin(request), options=wanted)  # type: ignore[arg-type]
    except (jwt.PyJWTError, ValueError, binascii.Error) as error:
        raise Refused(403, f"VAPID: {error}") from error
    if claims["exp"] > time.time() + LONGEST_SIGNATURE or not str(claims["sub"]).startswith(("mailto:", "https://")):
        raise Refused(403, "VAPID: exp or sub")


async def _gone(request: web.Request) -> web.Response:
    changed = request.app[STATE].store.run(
        "UPDATE push_browser SET is_gone = 1 WHERE token = ?", request.match_info["token"]
    )
    return web.json_response({"gone": changed})


def _notices(state: State) -> list[dict[str, Any]]:
    rows = state.store.rows(
        "SELECT n.*, b.name FROM push_notice n JOIN push_browser b ON b.token = n.token ORDER BY n.id DESC LIMIT ?",
        SHOWN,
    )
    return [
        {"browser": row["name"], "token": row["token"], "topic": row["topic"], "ttl": row["ttl"], "at": row["at"]}
        | {"shown": _json(row["body"])}
        for row in rows
    ]


def _json(body: str) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {"body": body}


async def _shown(request: web.Request) -> web.Response:
    return web.json_response(_notices(request.app[STATE]))


async def _page(request: web.Request) -> web.Response:
    lines = [
        (
            moment(one["at"]),
            one["browser"],
            Html(
                f"<strong>{escaped(one['shown'].get('title', ''))}</strong><br>{escaped(one['shown'].get('body', ''))}"
            ),
        )
        for one in _notices(request.app[STATE])
    ]
    found = table(
        f"Ostatnie {SHOWN} powiadomień, najnowsze na górze",
        ("Kiedy", "Przeglądarka", "Co pokazuje zablokowany ekran"),
        lines,
        empty="Żadna przeglądarka niczego jeszcze nie pokazała.",
    )
    return page("Przeglądarki", Html(f'<div id="fresh">{found}</div>'), fresh=True)


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
