"""The phone that shows the SMS messages: a list of numbers, and one number with its bubbles, newest last."""

import sqlite3
import time

from aiohttp import web

from sandbox.markup import Html, counted, joined, linked, moment, page, phone, rendered, table
from sandbox.sms_numbers import readable
from sandbox.state import STATE

NUMBERS_SHOWN, BUBBLES_SHOWN = 200, 200
STATUSES = {
    "DELIVERED": "doręczona",
    "UNDELIVERED": "niedoręczona",
    "EXPIRED": "wygasła",
    "FAILED": "nieudana",
    "REJECTED": "odrzucona",
    "UNKNOWN": "bez wieści od operatora",
    "SENT": "u operatora",
    "ACCEPTED": "przyjęta",
    "QUEUE": "w kolejce",
    "SILENT": "bez raportu",
}


def add_routes(app: web.Application) -> None:
    """`/phone/` and `/phone/<number>/`."""
    app.router.add_get("/phone/", _numbers)
    app.router.add_get("/phone/{number}/", _phone)


async def _numbers(request: web.Request) -> web.Response:
    rows = request.app[STATE].store.rows(
        "SELECT s.number, s.text, s.accepted_at, n.count FROM sms s JOIN (SELECT number, max(seq) AS seq, count(*) AS"
        " count FROM sms GROUP BY number) n ON n.seq = s.seq ORDER BY s.seq DESC LIMIT ?",
        NUMBERS_SHOWN,
    )
    lines = [
        (
            Html(f'<a href="/phone/{row["number"]}/">{phone(row["number"])}</a>'),
            counted(row["count"], "wiadomość", "wiadomości", "wiadomości"),
            moment(row["accepted_at"]),
            row["text"][:80],
        )
        for row in rows
    ]
    found = table(
        f"Numery, do których coś wysłano; najwyżej {NUMBERS_SHOWN}, ostatnio użyte na górze",
        ("Numer", "Ile", "Ostatnio", "Ostatnia treść"),
        lines,
        empty="Jeszcze nikt nie dostał wiadomości.",
    )
    return page("Telefony", Html(f'<div id="fresh">{found}</div>'), fresh=True)


async def _phone(request: web.Request) -> web.Response:
    number = readable(request.match_info["number"])
    rows = request.app[STATE].store.rows(
        "SELECT * FROM (SELECT * FROM sms WHERE number = ? ORDER BY seq DESC LIMIT ?) ORDER BY sent_at, seq",
        number,
        BUBBLES_SHOWN,
    )
    if not number:
        return page("Nie ma takiego numeru", Html('<p><a href="/phone/">Wszystkie telefony</a></p>'), status=404)
    bubbles = joined(_bubble(row) for row in rows) or Html('<li class="empty">Jeszcze nic nie przyszło.</li>')
    body = rendered("phone", number=phone(number), bubbles=bubbles)
    return page(f"Telefon {phone(number)}", body, fresh=True)


def _bubble(row: sqlite3.Row) -> Html:
    planned = row["sent_at"] > time.time()
    return rendered(
        "bubble",
        seq=row["seq"],
        sender=row["sender"] if row["kind"] == "sms" else f"{row['sender']} (połączenie głosowe)",
        text=linked(row["text"]),
        at=moment(row["sent_at"]),
        parts=counted(row["parts"], "część", "części", "części"),
        status="zaplanowana" if planned else STATUSES[row["status"]],
    )
