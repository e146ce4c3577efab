"""PayU's notifications: raw JSON bytes, signed by hash(body + second key), repeated until 200 as PayU repeats them."""

import asyncio
import hashlib
import json
import secrets
import sqlite3
import time
from collections import defaultdict
from typing import Any

import aiohttp

from sandbox.state import State

MINUTE, HOUR = 60, 3600
# Seconds after the first try at which PayU tries again: 20 attempts up to 72 hours.
SCHEDULE = (
    *(0, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE),
    *(hours * HOUR for hours in (1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 36, 48, 60, 72)),
)
HASHES = {
    "MD5": hashlib.md5,
    "SHA": hashlib.sha1,
    "SHA-1": hashlib.sha1,
    "SHA-256": hashlib.sha256,
    "SHA-384": hashlib.sha384,
    "SHA-512": hashlib.sha512,
}


def queue_notice(
    state: State, order_id: str, what: str, body: dict[str, Any], due_at: float, *, forged: bool = False
) -> None:
    """Keep *body* to be POSTed to the order's notifyUrl from *due_at* on; without a notifyUrl there is no notice."""
    asked = json.loads(state.store.value("SELECT request FROM payu_order WHERE order_id = ?", order_id))
    if not asked.get("notifyUrl"):
        return
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    state.store.insert(
        "INSERT INTO payu_notice (order_id, what, url, body, forged, created_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        order_id,
        what,
        asked["notifyUrl"],
        raw,
        int(forged),
        time.time(),
        due_at,
    )


def signature_headers(body: bytes, algorithm: str, second_key: str, *, forged: bool = False) -> dict[str, str]:
    """`OpenPayu-Signature` and its twin. A forged one is signed with another key."""
    key = secrets.token_hex(16) if forged else second_key
    digest = HASHES[algorithm](body + key.encode()).hexdigest()
    value = f"sender=checkout;signature={digest};algorithm={algorithm};content=DOCUMENT"
    return {"OpenPayu-Signature": value, "X-OpenPayU-Signature": value}


def next_notice_due(state: State) -> float | None:
    """When the next notice is due, or None."""
    due: float | None = state.store.value("SELECT min(due_at) FROM payu_notice WHERE state = 'waiting'")
    return due


async def deliver_notices(state: State, client: aiohttp.ClientSession, until: float) -> int:
    """One try for each notice due by *until*; those of one order go one after another. Returns how many were taken."""
    by_order: dict[str, list[sqlite3.Row]] = defaultdict(list)
    rows = state.store.rows(
        "SELECT * FROM payu_notice WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT 1000", until
    )
    for row in rows:
        by_order[row["order_id"]].append(row)
    gate = asyncio.Semaphore(8)
    taken = await asyncio.gather(*(_in_order(state, client, gate, notices) for notices in by_order.values()))
    return sum(taken)


async def _in_order(
    state: State, client: aiohttp.ClientSession, gate: asyncio.Semaphore, notices: list[sqlite3.Row]
) -> int:
    taken = 0
    async with gate:
        for notice in notices:
            taken += await _sent(state, client, notice)
    return taken


async def _sent(state: State, client: aiohttp.ClientSession, notice: sqlite3.Row) -> bool:
    settings = state.settings
    signed = signature_headers(
        notice["body"], settings.payu_algorithm, state.keys.second_key, forged=bool(notice["forged"])
    )
    answer = await _asked(client, notice, signed, settings.payu_notice_timeout_s)
    taken, tries = answer == "200", notice["tries"] + 1
    over = tries >= len(SCHEDULE)
    pause = SCHEDULE[min(tries, len(SCHEDULE) - 1)] - SCHEDULE[tries - 1]
    with state.store.transaction():
        state.store.run(
            "UPDATE payu_notice SET tries = ?, answer = ?, state = ?, due_at = ? WHERE id = ?",
            tries,
            answer,
            "taken" if taken else "given_up" if over else "waiting",
            time.time() + pause * settings.payu_notice_scale + 0.001,
            notice["id"],
        )
        state.store.note("payu", f"powiadomienie {notice['what']}", f"{notice['order_id']} → {answer}")
    return taken


async def _asked(client: aiohttp.ClientSession, notice: sqlite3.Row, signed: dict[str, str], seconds: float) -> str:
    headers = {"Content-Type": "application/json;charset=UTF-8", "User-Agent": "PayU", **signed}
    try:
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with client.post(
            notice["url"], data=notice["body"], headers=headers, timeout=timeout, allow_redirects=False
        ) as answer:
            await answer.read()
            return str(answer.status)
    except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
        return f"brak odpowiedzi ({type(trouble).__name__})"
