"""Sender names: the REST face `/sms/sendernames` and the classic `sender.do`."""

import re
from typing import Any

from aiohttp import web

from sandbox.form import UnreadableForm, read_form
from sandbox.sms_errors import SmsRefused
from sandbox.smsapi import check_token
from sandbox.state import STATE, State

SHAPE = re.compile(r"[A-Za-z0-9.&@\-+_!%# ]{1,11}")
FIRST = "Test"


def add_routes(app: web.Application) -> None:
    """Names are read here; they are approved by the control API, as the vendor's people would."""
    app.router.add_get("/sms/sendernames", _list)
    app.router.add_post("/sms/sendernames", _ask_for)
    app.router.add_get("/sms/sendernames/{name}", _one)
    app.router.add_delete("/sms/sendernames/{name}", _remove)
    app.router.add_route("*", "/sender.do", _classic)


def is_well_shaped(name: str) -> bool:
    """At most 11 signs, a letter among them, no three digits in a row."""
    return bool(SHAPE.fullmatch(name) and re.search("[A-Za-z]", name) and not re.search(r"\d{3}", name))


def _described(name: str, state: State) -> dict[str, Any]:
    active = name in state.settings.sms_senders
    return {
        "sender": name,
        "is_default": name == FIRST,
        "status": "ACTIVE" if active else "INACTIVE",
        "created_at": "2026-01-02T08:00:00+01:00",
    }


def _refused(status: int, message: str, error: str) -> web.Response:
    return web.json_response({"message": message, "error": error, "code": status}, status=status)


def _unauthorized(request: web.Request) -> web.Response | None:
    try:
        check_token(request)
    except SmsRefused as refused:
        return _refused(401, refused.message, "authorization_failed")
    return None


async def _list(request: web.Request) -> web.Response:
    state = request.app[STATE]
    names = [_described(name, state) for name in state.settings.sms_senders]
    return _unauthorized(request) or web.json_response({"size": len(names), "collection": names})


async def _one(request: web.Request) -> web.Response:
    state, name = request.app[STATE], request.match_info["name"]
    if refusal := _unauthorized(request):
        return refusal
    if name not in state.settings.sms_senders:
        return _refused(404, "Not Found", "not_found")
    return web.json_response(_described(name, state))


async def _ask_for(request: web.Request) -> web.Response:
    if refusal := _unauthorized(request):
        return refusal
    try:
        name = (await read_form(request)).get("sender", "")
    except UnreadableForm as wrong:
        return _refused(400, str(wrong), "invalid_request")
    state = request.app[STATE]
    if not is_well_shaped(name):
        return _refused(400, "Invalid sender name", "invalid_sender")
    if name in state.settings.sms_senders:
        return _refused(409, "Sender name already exists", "conflict")
    state.store.note("sms", "prośba o nazwę nadawcy", name)
    return web.json_response(_described(name, state), status=201)


async def _remove(request: web.Request) -> web.Response:
    state, name = request.app[STATE], request.match_info["name"]
    if refusal := _unauthorized(request):
        return refusal
    if name not in state.settings.sms_senders:
        return _refused(404, "Not Found", "not_found")
    state.change_settings({"sms_senders": [one for one in state.settings.sms_senders if one != name]})
    return web.Response(status=204)


async def _classic(request: web.Request) -> web.Response:
    state = request.app[STATE]
    try:
        check_token(request)
        fields = await read_form(request)
    except (SmsRefused, UnreadableForm) as wrong:
        return web.json_response((wrong if isinstance(wrong, SmsRefused) else SmsRefused(8)).body())
    if fields.get("status"):
        return web.json_response(_classic_row(fields["status"], state))
    return web.json_response([_classic_row(name, state) for name in state.settings.sms_senders])


def _classic_row(name: str, state: State) -> dict[str, Any]:
    described = _described(name, state)
    return {"sender": name, "status": described["status"], "default": described["is_default"]}
