"""The control API's part for Przelewy24 and PayPal: what there is, and what is to happen to it."""

import json
import sqlite3
import time
from typing import Any

from aiohttp import web

from sandbox import p24_transactions, paypal_orders
from sandbox.courier import NOTICES_COURIER
from sandbox.notices import notices_of
from sandbox.p24_fields import P24Refused
from sandbox.paypal_api import origin_of
from sandbox.paypal_errors import PaypalRefused
from sandbox.state import STATE, State

MOST = 1000


def add_routes(app: web.Application) -> None:
    """`/control/p24`, `/control/paypal` and what is below them."""
    app.router.add_get("/control/p24", _transactions)
    app.router.add_get("/control/p24/{subject}", _transaction)
    app.router.add_post("/control/p24/{subject}/{outcome}", _play_p24)
    app.router.add_get("/control/paypal", _orders)
    app.router.add_post("/control/paypal-tokens/expire", _expire_tokens)
    app.router.add_get("/control/paypal/{subject}", _order)
    app.router.add_post("/control/paypal/{subject}/{outcome}", _play_paypal)


def _told(state: State, vendor: str, row: sqlite3.Row, subject: str) -> dict[str, Any]:
    notices = [
        {
            **{name: one[name] for name in ("what", "url", "state", "tries", "answer")},
            "body": one["body"].decode(),
            "headers": json.loads(one["headers"]),
        }
        for one in notices_of(state, vendor, subject)
    ]
    return {**dict(row), "request": json.loads(row["request"]), "notices": notices}


async def _transactions(request: web.Request) -> web.Response:
    state = request.app[STATE]
    rows = state.store.rows("SELECT * FROM p24_transaction ORDER BY created_at LIMIT ?", MOST)
    return web.json_response([_told(state, "p24", row, row["session_id"]) for row in rows])


async def _transaction(request: web.Request) -> web.Response:
    state, session = request.app[STATE], request.match_info["subject"]
    row = p24_transactions.transaction_of(state, session)
    if row is None:
        return web.json_response({"error": "There is no such transaction."}, status=404)
    return web.json_response(_told(state, "p24", row, session))


async def _play_p24(request: web.Request) -> web.Response:
    try:
        p24_transactions.play(
            request.app[STATE], request.match_info["subject"], request.match_info["outcome"], time.time()
        )
    except KeyError:
        names = ", ".join((*p24_transactions.OUTCOMES, "again"))
        return web.json_response({"error": f"Outcomes are {names}."}, status=404)
    except P24Refused as refused:
        return web.json_response({"error": str(refused.error)}, status=409)
    request.app[NOTICES_COURIER].wake()
    return await _transaction(request)


async def _orders(request: web.Request) -> web.Response:
    state = request.app[STATE]
    rows = state.store.rows("SELECT * FROM paypal_order ORDER BY created_at LIMIT ?", MOST)
    return web.json_response([_told(state, "paypal", row, row["order_id"]) for row in rows])


async def _order(request: web.Request) -> web.Response:
    state, order_id = request.app[STATE], request.match_info["subject"]
    try:
        return web.json_response(_told(state, "paypal", paypal_orders.order_row(state, order_id), order_id))
    except PaypalRefused:
        return web.json_response({"error": "There is no such order."}, status=404)


async def _play_paypal(request: web.Request) -> web.Response:
    order_id, outcome = request.match_info["subject"], request.match_info["outcome"]
    try:
        paypal_orders.play(request.app[STATE], order_id, outcome, time.time(), origin=origin_of(request))
    except KeyError:
        names = ", ".join((*paypal_orders.OUTCOMES, *paypal_orders.LATER, paypal_orders.REVERSE, "again"))
        return web.json_response({"error": f"Outcomes are {names}."}, status=404)
    except PaypalRefused as refused:
        return web.json_response({"error": refused.issue}, status=404 if refused.name == "RESOURCE_NOT_FOUND" else 409)
    request.app[NOTICES_COURIER].wake()
    return await _order(request)


async def _expire_tokens(request: web.Request) -> web.Response:
    return web.json_response({"expired": request.app[STATE].store.run("UPDATE paypal_token SET expires_at = 0")})
