"""PayU's REST API 2.1: OAuth, orders, captures, refunds."""

import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.courier import PAYU_COURIER
from sandbox.faults import cut, hang, payu_fault
from sandbox.form import UnreadableForm, read_form
from sandbox.payu_errors import PayuRefused, invalid, other_pos, payu_json, unauthorized
from sandbox.payu_fields import checked_order, pay_method, read_json
from sandbox.payu_orders import (
    SUCCESS,
    cancel_order,
    capture_order,
    create_order,
    expire_orders,
    order_row,
    request_of,
    retrieved,
    transactions,
)
from sandbox.payu_outcomes import play
from sandbox.payu_refunds import create_refund, refund_answer, refund_row, refund_rows, told_refund
from sandbox.state import STATE, State

Door = Callable[[web.Request], Awaitable[web.Response]]
GRANTS = {"client_credentials": (), "trusted_merchant": ("email", "ext_customer_id"), "partner": ("firm_id",)}


def add_routes(app: web.Application) -> None:
    """Each path with and without a trailing slash, as PayU's own SDKs differ."""
    orders = "/api/v2_1/orders"
    doors: list[tuple[str, str, Door]] = [
        ("POST", orders, _create),
        ("GET", f"{orders}/{{order_id}}", _retrieve),
        ("DELETE", f"{orders}/{{order_id}}", _cancel),
        ("PUT", f"{orders}/{{order_id}}/status", _capture_by_status),
        ("POST", f"{orders}/{{order_id}}/captures", _capture),
        ("GET", f"{orders}/{{order_id}}/transactions", _transactions),
        ("GET", f"{orders}/{{order_id}}/refunds", _refunds),
        ("POST", f"{orders}/{{order_id}}/refunds", _refund),
        ("POST", f"{orders}/{{order_id}}/refund", _refund),
        ("GET", f"{orders}/{{order_id}}/refunds/{{refund_id}}", _one_refund),
    ]
    app.router.add_post("/pl/standard/user/oauth/authorize", _authorize)
    for method, path, door in doors:
        app.router.add_route(method, path, _guarded(door))
        app.router.add_route(method, f"{path}/", _guarded(door))


def _guarded(door: Door) -> Door:
    """Faults, token, refusals and the courier's wake-up around one door."""

    async def answer(request: web.Request) -> web.Response:
        state = request.app[STATE]
        fault = payu_fault(state)
        if fault and fault != "cut_after":
            return await _faulty(request, fault)
        try:
            _check_token(request, state)
            expire_orders(state, time.time())
            said = await door(request)
        except PayuRefused as refused:
            state.store.note("payu", "odmowa", f"{refused.http} {refused.status['codeLiteral']}")
            return refused.response()
        request.app[PAYU_COURIER].wake()
        return cut(request) if fault else said

    return answer


async def _faulty(request: web.Request, fault: str) -> web.Response:
    request.app[STATE].store.note("payu", "usterka na żądanie", fault)
    if fault == "cut":
        return cut(request)
    if fault == "hang":
        return await hang(request, request.app[STATE].settings.payu_hang_s)
    if fault == "html":
        return web.Response(status=502, text="<html><body>Bad Gateway</body></html>", content_type="text/html")
    if fault == "status_number":
        return payu_json({"status": 500, "error": "Internal Server Error"}, status=500)
    if fault == "http503":
        return PayuRefused(503, "SERVICE_NOT_AVAILABLE", "503", "SERVICE_NOT_AVAILABLE", "Try later").response()
    return PayuRefused(500, "GENERAL_ERROR", "500", "GENERAL_ERROR", "Try later").response()


async def _authorize(request: web.Request) -> web.Response:
    state = request.app[STATE]
    if fault := payu_fault(state):
        return await _faulty(request, fault)
    if request.content_type != "application/x-www-form-urlencoded":
        return _not_authorized("invalid_client", "Form-encoded body expected")
    try:
        fields = await read_form(request)
    except UnreadableForm as wrong:
        return _not_authorized("invalid_request", str(wrong))
    grant = fields.get("grant_type", "")
    if grant not in GRANTS or any(not fields.get(name) for name in GRANTS[grant]):
        known = grant in GRANTS
        error = "invalid_request" if known else "unsupported_grant_type"
        return payu_json({"error": error, "error_description": f"grant_type: {grant}"}, status=400)
    if (fields.get("client_id"), fields.get("client_secret")) != (state.keys.client_id, state.keys.client_secret):
        state.store.note("payu", "odmowa", "401 invalid_client")
        return _not_authorized("invalid_client", "Bad client credentials")
    token, seconds = secrets.token_hex(16), state.settings.payu_token_s
    token = f"{token[:8]}-{token[8:12]}-{token[12:16]}-{token[16:20]}-{token[20:]}"
    state.store.run("INSERT INTO payu_token VALUES (?, ?, ?)", token, state.keys.pos_id, time.time() + seconds)
    said = {"access_token": token, "token_type": "bearer", "expires_in": int(seconds), "grant_type": grant}
    return payu_json(said)


def _not_authorized(error: str, description: str) -> web.Response:
    return payu_json({"error": error, "error_description": description}, status=401)


def _check_token(request: web.Request, state: State) -> None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    row = state.store.row("SELECT * FROM payu_token WHERE token = ?", token)
    if kind.lower() != "bearer" or row is None or row["expires_at"] <= time.time():
        raise unauthorized()


async def _create(request: web.Request) -> web.Response:
    state, at = request.app[STATE], time.time()
    asked = read_json(await request.read())
    if "merchantPosId" in asked and str(asked["merchantPosId"]) != state.keys.pos_id:
        raise other_pos()
    order = create_order(state, checked_order(asked), at)
    body = {"status": {"statusCode": "SUCCESS"}, "orderId": order["order_id"], "extOrderId": order["ext_order_id"]}
    body = {name: value for name, value in body.items() if value is not None}
    if pay_method(request_of(order)).get("authorizationCode"):
        state.store.run("UPDATE payu_order SET pay_method = 'BLIK' WHERE order_id = ?", order["order_id"])
        play(state, order["order_id"], "pay", at)
        return payu_json(body, status=201)
    address = str(
        request.url.origin() / "payu" / "pay" / "" % {"orderId": order["order_id"], "token": order["pay_token"]}
    )
    return payu_json({**body, "redirectUri": address}, status=302, headers={"Location": address})


async def _retrieve(request: web.Request) -> web.Response:
    order = order_row(request.app[STATE], request.match_info["order_id"])
    return payu_json(retrieved(order))


async def _transactions(request: web.Request) -> web.Response:
    order = order_row(request.app[STATE], request.match_info["order_id"])
    return payu_json(transactions(order))


async def _cancel(request: web.Request) -> web.Response:
    state = request.app[STATE]
    order = order_row(state, request.match_info["order_id"])
    cancel_order(state, order, time.time())
    said = {"orderId": order["order_id"], "extOrderId": order["ext_order_id"], "status": SUCCESS}
    return payu_json({name: value for name, value in said.items() if value is not None})


async def _capture_by_status(request: web.Request) -> web.Response:
    asked = read_json(await request.read())
    if asked.get("orderId") not in (None, request.match_info["order_id"]):
        raise invalid("INVALID_ORDER_ID")
    if asked.get("orderStatus") != "COMPLETED":
        raise invalid("INVALID_ORDER_STATUS")
    return await _capture(request)


async def _capture(request: web.Request) -> web.Response:
    state = request.app[STATE]
    capture_order(state, order_row(state, request.match_info["order_id"]), time.time())
    return payu_json({"status": {"statusCode": "SUCCESS", "statusDesc": "Status was updated"}})


async def _refunds(request: web.Request) -> web.Response:
    state = request.app[STATE]
    order = order_row(state, request.match_info["order_id"])
    return payu_json({"refunds": [told_refund(row) for row in refund_rows(state, order)]})


async def _one_refund(request: web.Request) -> web.Response:
    state = request.app[STATE]
    order = order_row(state, request.match_info["order_id"])
    return payu_json(told_refund(refund_row(state, order, request.match_info["refund_id"])))


async def _refund(request: web.Request) -> web.Response:
    state = request.app[STATE]
    order = order_row(state, request.match_info["order_id"])
    refund = create_refund(state, order, read_json(await request.read()), time.time())
    return payu_json(refund_answer(order, refund))
