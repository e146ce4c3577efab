"""The control API: what tests and benchmarks set, ask and trigger. Documented in docs/sandbox.md."""

import dataclasses
import json
import time
from typing import Any

from aiohttp import web

from sandbox.courier import CLIENT, NOTICES_COURIER, PAYU_COURIER, SMS_COURIER
from sandbox.mailbox import read_letter, recipients_of
from sandbox.payu_errors import PayuRefused
from sandbox.payu_orders import described, order_row
from sandbox.payu_outcomes import OTHERS, OUTCOMES, play
from sandbox.payu_refunds import refund_rows, told_refund
from sandbox.settings import WrongSetting
from sandbox.sms_answers import send_answer
from sandbox.sms_numbers import readable
from sandbox.state import STATE, State

MOST = 1000


def add_routes(app: web.Application) -> None:
    """Everything under `/control/`."""
    app.router.add_get("/control/settings", _settings)
    app.router.add_put("/control/settings", _change)
    app.router.add_get("/control/sms", _sms)
    app.router.add_get("/control/sms/counts", _sms_counts)
    app.router.add_get("/control/sms/idx", _sms_idx)
    app.router.add_post("/control/sms/answer", _sms_answer)
    app.router.add_get("/control/mail", _mail)
    app.router.add_get("/control/mail/counts", _mail_counts)
    app.router.add_get("/control/mail/ids", _mail_ids)
    app.router.add_get("/control/payu", _orders)
    app.router.add_post("/control/payu-tokens/expire", _expire_tokens)
    app.router.add_get("/control/payu/{order_id}", _order)
    app.router.add_post("/control/payu/{order_id}/{outcome}", _play)
    app.router.add_get("/control/pending", _pending)
    app.router.add_get("/control/journal", _journal)
    app.router.add_post("/control/flush", _flush)
    app.router.add_post("/control/reset", _reset)


def _wrong(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


def _limit(request: web.Request) -> int:
    return _whole(request, "limit", MOST)


def _whole(request: web.Request, name: str, otherwise: int) -> int:
    asked = request.query.get(name, "")
    return int(asked) if asked.isdecimal() and len(asked) < 16 else otherwise


async def _settings(request: web.Request) -> web.Response:
    return web.json_response(dataclasses.asdict(request.app[STATE].settings))


async def _change(request: web.Request) -> web.Response:
    try:
        changes = json.loads(await request.read())
        if not isinstance(changes, dict):
            raise WrongSetting("A JSON object of settings is expected.")
        request.app[STATE].change_settings(changes)
    except (WrongSetting, ValueError) as wrong:
        return _wrong(400, str(wrong))
    request.app[SMS_COURIER].wake()
    request.app[PAYU_COURIER].wake()
    request.app[NOTICES_COURIER].wake()
    return await _settings(request)


async def _sms(request: web.Request) -> web.Response:
    state = request.app[STATE]
    where, values = ["seq > ?"], [_whole(request, "after", 0)]
    for column, value in (("number", readable(request.query.get("number", ""))), ("idx", request.query.get("idx"))):
        if column in request.query:
            where.append(f"{column} = ?")
            values.append(value)  # type: ignore[arg-type]
    sql = f"SELECT * FROM sms WHERE {' AND '.join(where)} ORDER BY seq LIMIT ?"
    rows = state.store.rows(sql, *values, _limit(request))
    return web.json_response([_message(state, dict(row)) for row in rows])


def _message(state: State, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": state.ledger.message_id(row["seq"]),
        **{name: row[name] for name in ("seq", "kind", "number", "submitted_number", "text", "idx", "parts", "status")},
        "from": row["sender"],
        "points": row["points"] / 1000,
        "accepted_at": row["accepted_at"],
        "sent_at": row["sent_at"],
    }


async def _sms_counts(request: web.Request) -> web.Response:
    row = request.app[STATE].store.row(
        "SELECT count(*) AS total, count(idx) AS with_idx, count(DISTINCT idx) AS distinct_idx,"
        " count(DISTINCT number) AS numbers, coalesce(sum(parts), 0) AS parts FROM sms"
    )
    counts = dict(row) if row else {}
    counts["duplicates"] = counts["with_idx"] - counts["distinct_idx"]
    counts["reports_waiting"] = request.app[STATE].store.value("SELECT count(*) FROM sms_report")
    return web.json_response(counts)


async def _sms_idx(request: web.Request) -> web.Response:
    rows = request.app[STATE].store.rows("SELECT idx FROM sms WHERE idx IS NOT NULL ORDER BY seq")
    return web.json_response([row["idx"] for row in rows])


async def _sms_answer(request: web.Request) -> web.Response:
    try:
        said = await request.json()
        number, text = readable(str(said["number"])), str(said["text"])
    except (ValueError, KeyError, TypeError):
        return _wrong(400, "An answer is a JSON object with a number and a text.")
    if not number:
        return _wrong(400, "This is no phone number.")
    return web.json_response({"told": await send_answer(request.app[STATE], request.app[CLIENT], number, text)})


async def _mail(request: web.Request) -> web.Response:
    store = request.app[STATE].store
    address = request.query.get("to", "").strip().lower()
    if address:
        sql = (
            "SELECT m.* FROM mail_recipient r JOIN mail m ON m.id = r.mail_id WHERE r.address = ? ORDER BY m.id LIMIT ?"
        )
        rows = store.rows(sql, address, _limit(request))
    else:
        rows = store.rows("SELECT * FROM mail ORDER BY id LIMIT ?", _limit(request))
    return web.json_response([_mail_told(request.app[STATE], dict(row)) for row in rows])


def _mail_told(state: State, row: dict[str, Any]) -> dict[str, Any]:
    letter = read_letter(row["raw"])
    return {
        "id": row["id"],
        "from": row["sender"],
        "to": recipients_of(state.store, row["id"]),
        "received_at": row["received_at"],
        "message_id": row["message_id"],
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "headers": dict(letter.headers),
        "attachments": letter.attachments,
        "raw": row["raw"].decode("utf-8", "replace"),
    }


async def _mail_counts(request: web.Request) -> web.Response:
    row = request.app[STATE].store.row(
        "SELECT count(*) AS total, count(DISTINCT message_id) AS distinct_message_id,"
        " count(*) - count(DISTINCT message_id) AS duplicates FROM mail"
    )
    return web.json_response(dict(row) if row else {})


async def _mail_ids(request: web.Request) -> web.Response:
    rows = request.app[STATE].store.rows("SELECT message_id FROM mail ORDER BY id")
    return web.json_response([row["message_id"] for row in rows])


async def _orders(request: web.Request) -> web.Response:
    state = request.app[STATE]
    rows = state.store.rows("SELECT * FROM payu_order ORDER BY created_at LIMIT ?", _limit(request))
    return web.json_response([described(row) for row in rows])


async def _order(request: web.Request) -> web.Response:
    state = request.app[STATE]
    try:
        order = order_row(state, request.match_info["order_id"])
    except PayuRefused as refused:
        return _wrong(404, str(refused.status["statusDesc"]))
    notices = state.store.rows("SELECT * FROM payu_notice WHERE order_id = ? ORDER BY id", order["order_id"])
    told = [
        {
            **{name: row[name] for name in ("what", "url", "state", "tries", "answer", "due_at")},
            "forged": bool(row["forged"]),
            "body": row["body"].decode(),
        }
        for row in notices
    ]
    refunds = [told_refund(row) for row in refund_rows(state, order)]
    return web.json_response({**described(order), "notices": told, "refunds": refunds})


async def _play(request: web.Request) -> web.Response:
    order_id, outcome = request.match_info["order_id"], request.match_info["outcome"]
    try:
        play(request.app[STATE], order_id, outcome, time.time())
    except KeyError:
        return _wrong(404, f"Outcomes are {', '.join((*OUTCOMES, *OTHERS))}.")
    except PayuRefused as refused:
        return _wrong(404 if refused.http == 404 else 409, str(refused.status["statusDesc"]))
    request.app[PAYU_COURIER].wake()
    return await _order(request)


async def _expire_tokens(request: web.Request) -> web.Response:
    return web.json_response({"expired": request.app[STATE].store.run("UPDATE payu_token SET expires_at = 0")})


def _waiting(state: State) -> dict[str, int]:
    return {
        "notices": state.store.value(
            "SELECT (SELECT count(*) FROM payu_notice WHERE state = 'waiting')"
            " + (SELECT count(*) FROM vendor_notice WHERE state = 'waiting')"
        ),
        "reports": state.store.value("SELECT count(*) FROM sms_report"),
        "refunds": state.store.value("SELECT count(*) FROM payu_refund WHERE due_at IS NOT NULL"),
    }


async def _pending(request: web.Request) -> web.Response:
    return web.json_response(_waiting(request.app[STATE]))


async def _journal(request: web.Request) -> web.Response:
    rows = request.app[STATE].store.rows("SELECT * FROM journal ORDER BY id DESC LIMIT ?", _limit(request))
    return web.json_response([dict(row) for row in rows])


async def _flush(request: web.Request) -> web.Response:
    state, client = request.app[STATE], request.app[CLIENT]
    notices = await request.app[PAYU_COURIER].flush(state, client)
    notices += await request.app[NOTICES_COURIER].flush(state, client)
    reports = await request.app[SMS_COURIER].flush(state, client)
    return web.json_response({"notices": notices, "reports": reports, "waiting": _waiting(state)})


async def _reset(request: web.Request) -> web.Response:
    request.app[STATE].reset()
    return web.json_response({"status": "empty"})
