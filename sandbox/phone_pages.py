"""The phone that shows the SMS messages: a list of numbers, and one number with its bubbles, newest last."""

import sqlite3
import time

from aiohttp import web

from sandbox.courier import CLIENT
from sandbox.markup import Html, counted, joined, linked, moment, page, phone, rendered, table
from sandbox.sms_answers import send_answer
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
    """`/phone/` and `/phone/<number>/`, where one may also answer."""
    app.router.add_get("/phone/", _numbers)
    app.router.add_get("/phone/{number}/", _phone)
    app.router.add_post("/phone/{number}/", _answer)


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
    answers = request.app[STATE].store.rows(
        "SELECT * FROM sms_answer WHERE number = ? ORDER BY id DESC LIMIT ?", number, BUBBLES_SHOWN
    )
    thread = [(row["sent_at"], _bubble(row)) for row in rows] + [(row["at"], _own(row)) for row in answers]
    bubbles = joined(bubble for _, bubble in sorted(thread, key=lambda one: one[0])) or Html(
        '<li class="empty">Jeszcze nic nie przyszło.</li>'
    )
    body = rendered("phone", number=phone(number), bubbles=bubbles)
    return page(f"Telefon {phone(number)}", body, fresh=True)


async def _answer(request: web.Request) -> web.Response:
    number = readable(request.match_info["number"])
    text = str((await request.post()).get("text", "")).strip()
    if not number:
        return page("Nie ma takiego numeru", Html('<p><a href="/phone/">Wszystkie telefony</a></p>'), status=404)
    if text:
        await send_answer(request.app[STATE], request.app[CLIENT], number, text)
    raise web.HTTPSeeOther(f"/phone/{number}/")


def _own(row: sqlite3.Row) -> Html:
    return rendered("answer", number=row["id"], text=row["text"], at=moment(row["at"]), told=row["told"])


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
