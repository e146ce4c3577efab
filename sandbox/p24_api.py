"""Przelewy24's REST v1: test access, register, verify, ask by sessionId, refund."""

import time
from collections.abc import Awaitable, Callable

from aiohttp import BasicAuth, web

from sandbox.courier import NOTICES_COURIER
from sandbox.faults import faulty, vendor_fault
from sandbox.p24_fields import P24Refused, checked_registration, checked_verification, p24_json, read_json
from sandbox.p24_transactions import described, refund, refunds_of, register, transaction_of, verify
from sandbox.state import STATE, State

Door = Callable[[web.Request], Awaitable[web.Response]]


def add_routes(app: web.Application) -> None:
    """Everything under `/api/v1/`."""
    doors: list[tuple[str, str, Door]] = [
        ("GET", "/api/v1/testAccess", _test_access),
        ("POST", "/api/v1/transaction/register", _register),
        ("PUT", "/api/v1/transaction/verify", _verify),
        ("GET", "/api/v1/transaction/by/sessionId/{session}", _by_session),
        ("POST", "/api/v1/transaction/refund", _refund),
        ("GET", "/api/v1/refund/by/orderId/{order}", _refunds_of),
    ]
    for method, path, door in doors:
        app.router.add_route(method, path, _guarded(door))


def _guarded(door: Door) -> Door:
    """Faults, Basic auth, refusals and the courier's wake-up around one door."""

    async def answer(request: web.Request) -> web.Response:
        state = request.app[STATE]
        fault = vendor_fault(state, "p24")
        if fault and fault != "cut_after":
            return await faulty(request, "p24", fault)
        try:
            _check_access(request, state)
            said = await door(request)
        except P24Refused as refused:
            state.store.note("p24", "odmowa", f"{refused.code} {refused.error}")
            return refused.response()
        request.app[NOTICES_COURIER].wake()
        return await faulty(request, "p24", "cut") if fault else said

    return answer


def _check_access(request: web.Request, state: State) -> None:
    try:
        given = BasicAuth.decode(request.headers.get("Authorization", ""))
    except ValueError as wrong:
        raise P24Refused("Incorrect authentication", 401) from wrong
    if (given.login, given.password) != (state.keys.p24_pos_id, state.keys.p24_api_key):
        raise P24Refused("Incorrect authentication", 401)


def _own_shop(state: State, told: dict[str, object]) -> None:
    if (str(told.get("merchantId")), str(told.get("posId"))) != (state.keys.p24_merchant_id, state.keys.p24_pos_id):
        raise P24Refused("Incorrect merchantId or posId")


async def _test_access(_request: web.Request) -> web.Response:
    return p24_json({"data": True, "error": ""})


async def _register(request: web.Request) -> web.Response:
    state = request.app[STATE]
    told = checked_registration(read_json(await request.read()), state.keys.p24_crc)
    _own_shop(state, told)
    return p24_json({"data": {"token": register(state, told, time.time())}, "responseCode": 0})


async def _verify(request: web.Request) -> web.Response:
    state = request.app[STATE]
    told = checked_verification(read_json(await request.read()), state.keys.p24_crc)
    _own_shop(state, told)
    verify(state, told)
    return p24_json({"data": {"status": "success"}, "responseCode": 0})


async def _by_session(request: web.Request) -> web.Response:
    row = transaction_of(request.app[STATE], request.match_info["session"])
    if row is None:
        return p24_json({"error": "Transaction not found", "responseCode": 0}, status=404)
    return p24_json({"data": described(row), "responseCode": 0})


async def _refund(request: web.Request) -> web.Response:
    items = refund(request.app[STATE], read_json(await request.read()))
    return p24_json({"data": items, "responseCode": 0}, status=201)


async def _refunds_of(request: web.Request) -> web.Response:
    told = refunds_of(request.app[STATE], request.match_info["order"])
    if told is None:
        return p24_json({"error": "Transaction not found", "responseCode": 0}, status=404)
    return p24_json({"data": told, "responseCode": 0})
