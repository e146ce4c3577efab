"""How a stand-in misbehaves when it was told to: faults as answers, cuts and silences."""

import asyncio
import random

from aiohttp import web

from sandbox.settings import Settings
from sandbox.state import STATE, State

PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
# Faults that strike before the request is looked at; the others come after it was accepted.
EARLY_SMS = {"http429", "error203", "cut_before", "http502", "html"}


def sms_fault(state: State) -> str:
    """The fault of this request: the next one listed, or by the shares."""
    settings = state.settings
    return state.next_fault("sms_next") or _rolled(
        ("http429", settings.sms_http429_share),
        ("error203", settings.sms_error203_share),
        ("http502", settings.sms_error_share / 2),
        ("http500", settings.sms_error_share / 2),
        ("cut", settings.sms_cut_share),
        ("hang", settings.sms_hang_share),
        ("truncated", settings.sms_truncated_share),
    )


def payu_fault(state: State) -> str:
    """The fault of this request: the next one listed, or by the share."""
    if state.settings.payu_down:
        return "http503"
    return state.next_fault("payu_next") or _rolled(("http500", state.settings.payu_error_share))


def vendor_fault(state: State, vendor: str) -> str:
    """The fault of this request to *vendor* («p24», «paypal»): the next one listed."""
    if getattr(state.settings, f"{vendor}_down"):
        return "http503"
    return state.next_fault(f"{vendor}_next")


async def faulty(request: web.Request, vendor: str, fault: str) -> web.Response:
    """Play *fault*: an error without a word of the vendor, a cut, or silence."""
    state = request.app[STATE]
    state.store.note(vendor, "usterka na żądanie", fault)
    if fault == "cut":
        return cut(request)
    if fault == "hang":
        return await hang(request, state.settings.payu_hang_s)
    if fault == "html":
        return bad_gateway()
    return web.json_response({}, status=503 if fault == "http503" else 500)


def _rolled(*faults: tuple[str, float]) -> str:
    for name, share in faults:
        if share and random.random() < share:
            return name
    return ""


async def wait_like_the_vendor(settings: Settings) -> None:
    """The SMS gateway's latency and jitter."""
    milliseconds = settings.sms_latency_ms + random.random() * settings.sms_jitter_ms
    if milliseconds:
        await asyncio.sleep(milliseconds / 1000)


def cut(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def hang(request: web.Request, seconds: float) -> web.Response:
    """Keep silent for *seconds*, then close."""
    await asyncio.sleep(seconds)
    return cut(request)


def bad_gateway() -> web.Response:
    """What a proxy before the vendor says."""
    return web.Response(status=502, text=PAGE, content_type="text/html")
