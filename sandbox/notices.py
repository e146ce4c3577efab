"""Notices of Przelewy24, PayPal and Mailjet: kept as they will be sent, and sent again by each vendor's timetable."""

import asyncio
import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Mapping

import aiohttp

from sandbox.state import State

MINUTE = 60
# Seconds after the first try. Przelewy24 names 3, 5, 15, 30, 60, 150 and 450 minutes; PayPal says 25 times in 3 days,
# Mailjet, of which no timetable was read, for a day: every half hour here.
SCHEDULES: Mapping[str, tuple[float, ...]] = {
    "p24": tuple(MINUTE * minutes for minutes in (0, 3, 5, 15, 30, 60, 150, 450)),
    "paypal": tuple(3 * 24 * 60 * MINUTE / 24 * nth for nth in range(25)),
    "mailjet": tuple(MINUTE * 30 * nth for nth in range(48)),
}


def queue_notice(
    state: State, vendor: str, subject: str, what: str, url: str, body: bytes, due_at: float, headers: Mapping[str, str]
) -> None:
    """Keep *body* to be POSTed to *url* from *due_at* on; without an address there is no notice."""
    if url:
        state.store.insert(
            "INSERT INTO vendor_notice (vendor, subject, what, url, body, headers, created_at, due_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(vendor, subject, what, url, body, json.dumps(dict(headers)), time.time(), due_at),
        )


def notices_of(state: State, vendor: str, subject: str) -> list[sqlite3.Row]:
    """Every notice about *subject*, the first first."""
    return state.store.rows("SELECT * FROM vendor_notice WHERE vendor = ? AND subject = ? ORDER BY id", vendor, subject)


def close_notices(state: State, vendor: str, subject: str) -> None:
    """The vendor has what it wanted: what still waits about *subject* is not repeated."""
    state.store.run(
        "UPDATE vendor_notice SET state = 'taken' WHERE vendor = ? AND subject = ? AND state = 'waiting' AND tries > 0",
        vendor,
        subject,
    )


class NoticesErrand:
    """What both vendors send by themselves, for the courier."""

    def next_due(self, state: State) -> float | None:
        """When the next notice is due, or None."""
        due: float | None = state.store.value("SELECT min(due_at) FROM vendor_notice WHERE state = 'waiting'")
        return due

    def hurry(self, state: State) -> None:
        """Make every notice due at once, in their order."""
        state.store.run("UPDATE vendor_notice SET due_at = 0 WHERE state = 'waiting'")

    async def deliver(self, state: State, client: aiohttp.ClientSession, until: float) -> int:
        """One try for each notice due by *until*; those of one payment go one after another."""
        by_subject: dict[str, list[sqlite3.Row]] = defaultdict(list)
        rows = state.store.rows(
            "SELECT * FROM vendor_notice WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT 1000", until
        )
        for row in rows:
            by_subject[row["subject"]].append(row)
        gate = asyncio.Semaphore(8)
        taken = await asyncio.gather(*(_in_order(state, client, gate, notices) for notices in by_subject.values()))
        return sum(taken)


async def _in_order(
    state: State, client: aiohttp.ClientSession, gate: asyncio.Semaphore, notices: list[sqlite3.Row]
) -> int:
    async with gate:
        return sum([await _sent(state, client, notice) for notice in notices])


async def _sent(state: State, client: aiohttp.ClientSession, notice: sqlite3.Row) -> bool:
    answer = await _asked(client, notice, state.settings.payu_notice_timeout_s)
    taken, tries, schedule = answer.startswith("2"), notice["tries"] + 1, SCHEDULES[notice["vendor"]]
    over = tries >= len(schedule)
    pause = schedule[min(tries, len(schedule) - 1)] - schedule[tries - 1]
    with state.store.transaction():
        state.store.run(
            "UPDATE vendor_notice SET tries = ?, answer = ?, state = ?, due_at = ? WHERE id = ?",
            *(tries, answer, "taken" if taken else "given_up" if over else "waiting"),
            *(time.time() + pause * state.settings.notice_scale + 0.001, notice["id"]),
        )
        state.store.note(notice["vendor"], f"powiadomienie {notice['what']}", f"{notice['subject']} → {answer}")
    return taken


async def _asked(client: aiohttp.ClientSession, notice: sqlite3.Row, seconds: float) -> str:
    headers = {"Content-Type": "application/json", **json.loads(notice["headers"])}
    try:
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with client.post(
            notice["url"], data=notice["body"], headers=headers, timeout=timeout, allow_redirects=False
        ) as answer:
            await answer.read()
            return str(answer.status)
    except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
        return f"brak odpowiedzi ({type(trouble).__name__})"
