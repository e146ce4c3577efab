"""Delivery reports of SMSAPI and SerwerSMS: GET with comma-separated lists, repeated until the body is exactly `OK`."""

import asyncio
import random
import sqlite3
import time
from collections import defaultdict
from urllib.parse import quote

import aiohttp
from yarl import URL

from sandbox.state import State

CODES = {
    "NOT_FOUND": 401,
    "EXPIRED": 402,
    "SENT": 403,
    "DELIVERED": 404,
    "UNDELIVERED": 405,
    "FAILED": 406,
    "REJECTED": 407,
    "UNKNOWN": 408,
    "QUEUE": 409,
    "ACCEPTED": 410,
}
# gunicorn and nginx refuse longer request lines by default.
LONGEST_ADDRESS = 4000
AT_ONCE = 2000
PARALLEL = 8
DUE = """
    SELECT r.id, r.url, r.status AS reported, r.tries, s.*
    FROM sms_report r JOIN sms s ON s.seq = r.seq
    WHERE r.due_at <= ? ORDER BY r.due_at, r.id LIMIT ?
"""


class SmsReports:
    """The rows of `sms_report`: deleted when taken or given up."""

    def next_due(self, state: State) -> float | None:
        """When the next report is due, or None."""
        due: float | None = state.store.value("SELECT min(due_at) FROM sms_report")
        return due

    def hurry(self, state: State) -> None:
        """All due at once."""
        state.store.run("UPDATE sms_report SET due_at = 0")

    async def deliver(self, state: State, client: aiohttp.ClientSession, until: float) -> int:
        """One try for each report due; several go in one call."""
        taken = 0
        while rows := state.store.rows(DUE, until, AT_ONCE):
            calls = _calls(rows, state)
            gate = asyncio.Semaphore(PARALLEL)
            taken += sum(await asyncio.gather(*(_call(state, client, gate, *call) for call in calls)))
        return taken


def _calls(rows: list[sqlite3.Row], state: State) -> list[tuple[str, list[sqlite3.Row]]]:
    settings = state.settings
    if settings.sms_report_shuffle:
        random.shuffle(rows)
    by_url: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        by_url[row["url"]].append(row)
    calls = []
    for url, waiting in by_url.items():
        while waiting:
            count = max(settings.sms_reports_per_call, 1)
            address = _address(url, waiting[:count], state)
            while len(address) > LONGEST_ADDRESS and count > 1:
                count //= 2
                address = _address(url, waiting[:count], state)
            calls.append((address, waiting[:count]))
            waiting = waiting[count:]
    return calls


def _address(url: str, rows: list[sqlite3.Row], state: State) -> str:
    if url == state.settings.serwersms_report_url:  # what it sends is set in its panel; these names are ours
        pushed = {
            "id": [state.ledger.message_id(row["seq"]) for row in rows],
            "unique_id": [row["idx"] or "" for row in rows],
        }
        return _with(url, pushed | {"status": [row["reported"].lower() for row in rows]})
    columns = {
        "MsgId": [state.ledger.message_id(row["seq"]) for row in rows],
        "status": [str(CODES[row["reported"]]) for row in rows],
        "status_name": [row["reported"] for row in rows],
        "idx": [row["idx"] or "" for row in rows],
        "from": [row["sender"] for row in rows],
        "to": [row["number"] for row in rows],
        "donedate": [str(int(row["sent_at"])) for row in rows],
        "sent_at": [str(int(row["sent_at"])) for row in rows],
        "points": [str(row["points"] / 1000) for row in rows],
        "username": ["sandbox" for _ in rows],
        "mcc": ["260" for _ in rows],
        "mnc": ["01" for _ in rows],
    }
    return _with(url, columns)


def _with(url: str, columns: dict[str, list[str]]) -> str:
    query = "&".join(
        f"{name}={','.join(quote(value, safe='') for value in column)}" for name, column in columns.items()
    )
    return f"{url}{'&' if '?' in url else '?'}{query}"


async def _call(
    state: State, client: aiohttp.ClientSession, gate: asyncio.Semaphore, address: str, rows: list[sqlite3.Row]
) -> int:
    async with gate:
        answer = await _asked(client, address, state.settings.sms_report_timeout_s)
    accepted = answer == "200 OK"
    with state.store.transaction():
        if accepted:
            state.store.run_many("DELETE FROM sms_report WHERE id = ?", [(row["id"],) for row in rows])
        else:
            again = time.time() + state.settings.sms_report_retry_s + 0.001
            later = [(again, row["id"]) for row in rows]
            state.store.run_many("UPDATE sms_report SET due_at = ?, tries = tries + 1 WHERE id = ?", later)
            state.store.run("DELETE FROM sms_report WHERE tries >= ?", state.settings.sms_report_tries)
        state.store.note("sms", "raport doręczenia", f"{len(rows)} → {answer}")
    return len(rows) if accepted else 0


async def _asked(client: aiohttp.ClientSession, address: str, seconds: float) -> str:
    try:
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with client.get(URL(address, encoded=True), timeout=timeout, allow_redirects=False) as answer:
            said = await answer.read()
            return f"{answer.status} {said[:60].decode('utf-8', 'replace')}"
    except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
        return f"brak odpowiedzi ({type(trouble).__name__})"
