"""PayPal's REST: OAuth, Orders v2, refunds of captures, the webhooks' certificate and their check."""

import json
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import BasicAuth, web

from sandbox.courier import NOTICES_COURIER
from sandbox.faults import faulty, vendor_fault
from sandbox.form import UnreadableForm, read_form
from sandbox.paypal_errors import PaypalRefused, invalid, paypal_json
from sandbox.paypal_fields import checked_order, read_json
from sandbox.paypal_orders import capture, capture_of, create, described, order_row, refund, refund_told
from sandbox.paypal_webhooks import SIGNER, signed_text
from sandbox.state import STATE, State

Door = Callable[[web.Request], Awaitable[web.Response]]
VERIFIED = ("auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time", "webhook_id")


def add_routes(app: web.Application) -> None:
    """Everything under `/v1/` and `/v2/`."""
    doors: list[tuple[str, str, Door]] = [
        ("POST", "/v2/checkout/orders", _create),
        ("GET", "/v2/checkout/orders/{order_id}", _show),
        ("POST", "/v2/checkout/orders/{order_id}/capture", _capture),
        ("GET", "/v2/payments/captures/{capture_id}", _show_capture),
        ("POST", "/v2/payments/captures/{capture_id}/refund", _refund),
        ("GET", "/v2/payments/refunds/{refund_id}", _show_refund),
        ("POST", "/v1/notifications/verify-webhook-signature", _verify),
    ]
    app.router.add_post("/v1/oauth2/token", _token)
    app.router.add_get("/v1/notifications/certs/{name}", _certificate)
    for method, path, door in doors:
        app.router.add_route(method, path, _guarded(door))


def origin_of(request: web.Request) -> str:
    """The address under which this sandbox was called."""
    return str(request.url.origin())


def _guarded(door: Door) -> Door:
    """Faults, token, media type, refusals and the courier's wake-up around one door."""

    async def answer(request: web.Request) -> web.Response:
        state = request.app[STATE]
        fault = vendor_fault(state, "paypal")
        if fault and fault != "cut_after":
            return await faulty(request, "paypal", fault)
        try:
            _check_token(request, state)
            if request.method == "POST" and request.content_type != "application/json":
                raise PaypalRefused("UNSUPPORTED_MEDIA_TYPE", "UNSUPPORTED_MEDIA_TYPE")
            said = await _once(request, state, door)
        except PaypalRefused as refused:
            state.store.note("paypal", "odmowa", f"{refused.name} {refused.issue}")
            return refused.response()
        request.app[NOTICES_COURIER].wake()
        return await faulty(request, "paypal", "cut") if fault else said

    return answer


async def _once(request: web.Request, state: State, door: Door) -> web.Response:
    """The answer given before to the same PayPal-Request-Id at the same address, else what the door says."""
    key = request.headers.get("PayPal-Request-Id", "")
    if request.method != "POST" or not key:
        return await door(request)
    if len(key) > 108:
        raise invalid("INVALID_STRING_MAX_LENGTH", "PayPal-Request-Id")
    known = state.store.row("SELECT * FROM paypal_answer WHERE key = ? AND path = ?", key, request.path)
    if known is not None:
        return paypal_json(json.loads(known["body"]), status=known["status"])
    said = await door(request)
    state.store.insert(
        "INSERT INTO paypal_answer (key, path, status, body) VALUES (?, ?, ?, ?)",
        *(key, request.path, said.status, said.text),
    )
    return said


async def _token(request: web.Request) -> web.Response:
    state = request.app[STATE]
    if fault := vendor_fault(state, "paypal"):
        return await faulty(request, "paypal", fault)
    try:
        given = BasicAuth.decode(request.headers.get("Authorization", ""))
        fields = await read_form(request)
    except (ValueError, UnreadableForm):
        return _no_client()
    if (given.login, given.password) != (state.keys.paypal_client_id, state.keys.paypal_client_secret):
        return _no_client()
    if fields.get("grant_type") != "client_credentials":
        return paypal_json({"error": "unsupported_grant_type", "error_description": "Grant Type is NULL"}, status=400)
    token, seconds = f"A21AA{secrets.token_urlsafe(60)}", 32400
    state.store.run("INSERT INTO paypal_token VALUES (?, ?)", token, time.time() + seconds)
    said = {"scope": "https://uri.paypal.com/services/payments/payment", "access_token": token}
    return paypal_json({**said, "token_type": "Bearer", "app_id": "APP-80W284485P519543T", "expires_in": seconds})


def _no_client() -> web.Response:
    return paypal_json({"error": "invalid_client", "error_description": "Client Authentication failed"}, status=401)


def _check_token(request: web.Request, state: State) -> None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    row = state.store.row("SELECT * FROM paypal_token WHERE token = ?", token)
    if kind.lower() != "bearer" or row is None or row["expires_at"] <= time.time():
        raise PaypalRefused("AUTHENTICATION_FAILURE", "INVALID_TOKEN")


def _shown(request: web.Request, order: Any, status: int) -> web.Response:
    """The order whole, or only its id, state and links, as `Prefer` wants it."""
    whole = described(order, origin_of(request))
    if request.headers.get("Prefer") == "return=representation" or whole["purchase_units"][0].get("payments"):
        return paypal_json(whole, status=status)
    return paypal_json({name: whole[name] for name in ("id", "status", "links")}, status=status)


async def _create(request: web.Request) -> web.Response:
    told = checked_order(read_json(await request.read()))
    if told.get("payment_source") and not request.headers.get("PayPal-Request-Id"):
        raise invalid("PAYPAL_REQUEST_ID_REQUIRED", "PayPal-Request-Id")
    order = create(request.app[STATE], told, time.time())
    return _shown(request, order, 200 if told.get("payment_source") else 201)


async def _show(request: web.Request) -> web.Response:
    order = order_row(request.app[STATE], request.match_info["order_id"])
    return paypal_json(described(order, origin_of(request)))


async def _capture(request: web.Request) -> web.Response:
    read_json(await request.read())
    order = capture(request.app[STATE], request.match_info["order_id"], time.time(), origin=origin_of(request))
    return _shown(request, order, 201)


async def _show_capture(request: web.Request) -> web.Response:
    wanted = request.match_info["capture_id"]
    order = request.app[STATE].store.row("SELECT * FROM paypal_order WHERE capture_id = ?", wanted)
    if order is None:
        raise PaypalRefused("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
    return paypal_json(capture_of(order))


async def _refund(request: web.Request) -> web.Response:
    told, wanted = read_json(await request.read()), request.match_info["capture_id"]
    made = refund(request.app[STATE], wanted, told, time.time(), origin=origin_of(request))
    return paypal_json(made, status=201)


async def _show_refund(request: web.Request) -> web.Response:
    return paypal_json(refund_told(request.app[STATE], request.match_info["refund_id"]))


async def _certificate(request: web.Request) -> web.Response:
    if request.match_info["name"] != SIGNER.name:
        return web.Response(status=404)
    return web.Response(body=SIGNER.certificate, content_type="application/x-x509-ca-cert")


async def _verify(request: web.Request) -> web.Response:
    told = read_json(await request.read())
    for name in VERIFIED:
        if not isinstance(told.get(name), str):
            raise invalid("MISSING_REQUIRED_PARAMETER", f"/{name}")
    if not isinstance(told.get("webhook_event"), dict):
        raise invalid("MISSING_REQUIRED_PARAMETER", "/webhook_event")
    body = json.dumps(told["webhook_event"], ensure_ascii=False).encode()
    text = signed_text(told["transmission_id"], told["transmission_time"], told["webhook_id"], body)
    is_ours = SIGNER.verifies(text, told["transmission_sig"])
    return paypal_json({"verification_status": "SUCCESS" if is_ours else "FAILURE"})
