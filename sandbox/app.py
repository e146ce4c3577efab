"""The sandbox as one process: HTTP face, mail server, two couriers."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from sandbox import (
    control,
    mail_pages,
    mailjet,
    node_pages,
    openid_pages,
    p24_api,
    p24_pages,
    pages,
    paypal_api,
    paypal_pages,
    payu_api,
    payu_pages,
    phone_pages,
    push_service,
    serwersms,
    sms_senders,
    smsapi,
    vendor_control,
    warnings_api,
)
from sandbox.courier import CLIENT, NOTICES_COURIER, PAYU_COURIER, SMS_COURIER, Courier
from sandbox.notices import NoticesErrand
from sandbox.payu_errand import PayuErrand
from sandbox.sms_reports import SmsReports
from sandbox.smtp_server import MailServer
from sandbox.state import STATE, Keys, State
from sandbox.store import Store

COURIERS = (SMS_COURIER, PAYU_COURIER, NOTICES_COURIER)
LARGEST_REQUEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Options:
    """How the sandbox was started."""

    host: str
    port: int
    smtp_port: int
    state: Path
    portal_url: str
    keys: Keys
    answers_url: str = ""  # where an SMS typed on the sandbox phone goes
    webhook_url: str = ""  # where PayPal's webhooks go
    node: Path | None = None  # the folder of login.gov.pl's stand-in
    changes: Mapping[str, str] = field(default_factory=dict)  # settings that differ from the start


def build_app(state: State, node: node_pages.Node | None = None) -> web.Application:
    """Every door, page and courier around *state*."""
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app[STATE] = state
    if node is not None:
        app[node_pages.NODE] = node
    app[SMS_COURIER] = Courier(SmsReports())
    app[PAYU_COURIER] = Courier(PayuErrand())
    app[NOTICES_COURIER] = Courier(NoticesErrand())
    vendors = (
        *(smsapi, serwersms, sms_senders, phone_pages, mail_pages, node_pages, openid_pages),
        *(payu_api, payu_pages, p24_api, p24_pages, paypal_api, paypal_pages, vendor_control),
        *(warnings_api, mailjet, push_service),
    )
    for doors in (*vendors, pages, control):
        doors.add_routes(app)
    app.cleanup_ctx.append(_couriers)
    return app


async def _couriers(app: web.Application) -> AsyncIterator[None]:
    client = aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=32), trust_env=False
    )
    app[CLIENT] = client
    tasks = [asyncio.create_task(app[key].run(app[STATE], client)) for key in COURIERS]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.close()


async def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError when a port is taken."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    node = node_pages.read_folder(options.node) if options.node else None
    store = Store(options.state)
    with contextlib.closing(store):
        state = State(store, options.keys, options.portal_url)
        if options.answers_url:
            state.change_settings({"sms_answers_url": options.answers_url})
        if options.webhook_url:
            state.change_settings({"paypal_webhook_url": options.webhook_url})
        state.change_settings(options.changes)
        runner = web.AppRunner(build_app(state, node), access_log=None, shutdown_timeout=0.1)
        mail = MailServer(state)
        try:
            await runner.setup()
            listening = _listening(options.host, options.port)
            await web.SockSite(runner, listening, backlog=512).start()
            smtp_port = await mail.start(options.host, options.smtp_port)
            port = listening.getsockname()[1]
            print(f"sandbox ready: http://{options.host}:{port} smtp {options.host}:{smtp_port}", flush=True)
            await stop.wait()
        finally:
            mail.stop()
            await runner.cleanup()


def _listening(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), backlog=512)
