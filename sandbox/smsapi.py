"""SMSAPI's doors: `sms.do`, `vms.do`, `user.do`, `/profile`."""

import json
import time
from collections import Counter
from typing import Any

from aiohttp import web

from sandbox.courier import SMS_COURIER
from sandbox.faults import EARLY_SMS, bad_gateway, cut, hang, sms_fault, wait_like_the_vendor
from sandbox.form import UnreadableForm, read_form
from sandbox.sms_errors import SmsRefused
from sandbox.sms_ledger import PRICE
from sandbox.sms_request import Fields, read_batch
from sandbox.state import STATE, State

RATE = web.AppKey("rate", Counter)


def add_routes(app: web.Application) -> None:
    """The classic, form-encoded family; GET is taken as the vendor takes it."""
    app[RATE] = Counter()
    for method in ("GET", "POST"):
        app.router.add_route(method, "/sms.do", _send_sms)
        app.router.add_route(method, "/vms.do", _send_voice)
        app.router.add_route(method, "/user.do", _user)
    app.router.add_get("/profile", _profile)


def check_token(request: web.Request) -> None:
    """Raises SmsRefused: 101 without the right token, 102 for a wrong name and password."""
    given = request.headers.get("Authorization", "")
    if given.lower().startswith("basic ") or "username" in request.query:
        raise SmsRefused(102)
    if given != f"Bearer {request.app[STATE].keys.sms_token}":
        raise SmsRefused(101)


async def _send_sms(request: web.Request) -> web.StreamResponse:
    return await _send(request, "sms")


async def _send_voice(request: web.Request) -> web.StreamResponse:
    return await _send(request, "vms")


async def _send(request: web.Request, kind: str) -> web.StreamResponse:
    state = request.app[STATE]
    if state.settings.sms_down:
        return cut(request)
    fault = "http429" if _too_fast(request) else sms_fault(state)
    if fault:
        state.store.note(kind, "usterka na żądanie", fault)
    if fault in EARLY_SMS:
        return _early(request, fault)
    fields: Fields = {}
    try:
        check_token(request)
        fields = await _fields(request)
        body = _answer(fields, kind, state)
        request.app[SMS_COURIER].wake()
    except SmsRefused as refused:
        state.store.note(kind, "odmowa", f"{refused.code}: {refused.message}")
        body = refused.body()
    await wait_like_the_vendor(state.settings)
    return await _late(request, fault, body, fields)


async def _fields(request: web.Request) -> Fields:
    try:
        return await read_form(request)
    except UnreadableForm as wrong:
        raise SmsRefused(8, f"Error in request: {wrong}") from wrong


def _answer(fields: Fields, kind: str, state: State) -> dict[str, Any]:
    at = time.time()
    if fields.get("sch_del"):
        gone = state.ledger.withdraw(fields["sch_del"].split(","), at)
        return {"count": len(gone), "list": [{"id": one} for one in gone]}
    if fields.get("status"):
        found = [state.ledger.status(one) for one in fields["status"].split(",")]
        return {"count": len(found), "list": found}
    batch = read_batch(fields, kind, state.settings, at)
    return state.ledger.accept(batch, state.settings, at)


def _too_fast(request: web.Request) -> bool:
    most = request.app[STATE].settings.sms_requests_per_s
    if not most:
        return False
    counter, second = request.app[RATE], int(time.time())
    if second not in counter:
        counter.clear()
    counter[second] += 1
    return counter[second] > most


def _early(request: web.Request, fault: str) -> web.StreamResponse:
    if fault == "cut_before":
        return cut(request)
    if fault == "http429":
        return web.json_response(SmsRefused(203).body(), status=429, headers={"Retry-After": "1"})
    if fault == "error203":
        return web.json_response(SmsRefused(203).body())
    return bad_gateway()


async def _late(request: web.Request, fault: str, body: dict[str, Any], fields: Fields) -> web.StreamResponse:
    """The answer, or what became of it on its way: the messages have left already."""
    if fault == "cut":
        return cut(request)
    if fault == "hang":
        return await hang(request, request.app[STATE].settings.sms_hang_s)
    if fault == "http500":
        return web.Response(status=500, text="Internal Server Error")
    if fault == "error201":
        return web.json_response(SmsRefused(201).body())
    if fields and fields.get("format") != "json":
        return web.Response(text=_plain(body))
    text = json.dumps(body)
    text = text[: len(text) // 2] if fault == "truncated" else text
    return web.Response(text=text, content_type="application/json")


def _plain(body: dict[str, Any]) -> str:
    """The classic answer without `format=json`."""
    if "error" in body:
        return f"ERROR:{body['error']}"
    return ";".join(f"OK:{row['id']}:{row.get('points', '')}:{row.get('number', '')}" for row in body["list"])


async def _user(request: web.Request) -> web.Response:
    try:
        check_token(request)
    except SmsRefused as refused:
        return web.json_response(refused.body())
    state = request.app[STATE]
    points = state.ledger.balance(state.settings)
    sms, voice = int(points * 1000) // PRICE["sms"], int(points * 1000) // PRICE["vms"]
    counts = {"proCount": sms, "ecoCount": sms, "mmsCount": 0, "vmsGsmCount": voice, "vmsLandCount": voice}
    return web.json_response({"points": points, **counts})


async def _profile(request: web.Request) -> web.Response:
    """The REST face: refusals carry an HTTP status here."""
    try:
        check_token(request)
    except SmsRefused as refused:
        return web.json_response({"message": refused.message, "error": "authorization_failed"}, status=401)
    state = request.app[STATE]
    return web.json_response(
        {
            "name": "Gmina Dolina (piaskownica)",
            "username": "sandbox",
            "email": "sandbox@dolina.example",
            "phone_number": "",
            "payment_type": "prepaid",
            "user_type": "native",
            "points": state.ledger.balance(state.settings),
        }
    )
