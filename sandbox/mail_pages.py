"""The mailbox to look at: all letters, one address's letters, one letter."""

import html
import sqlite3
from email.utils import parseaddr
from urllib.parse import quote

from aiohttp import web

from sandbox.mailbox import read_letter, recipients_of
from sandbox.markup import POLICY, Html, linked, moment, page, rendered, table
from sandbox.state import STATE
from sandbox.store import Store

SHOWN = 100
# The letter's own styles live in a frame that inherits the page's policy.
LETTER_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "img-src 'self'", "img-src 'self' data:"
)


def add_routes(app: web.Application) -> None:
    """`/mailbox/`, `/mailbox/<address>/`, `/mailbox/message/<id>/` and its raw source."""
    app.router.add_get("/mailbox/", _all)
    app.router.add_get(r"/mailbox/message/{mail_id:\d+}/", _letter)
    app.router.add_get(r"/mailbox/message/{mail_id:\d+}/raw", _raw)
    app.router.add_get("/mailbox/{address}/", _of_address)


async def _all(request: web.Request) -> web.Response:
    store = request.app[STATE].store
    rows = store.rows("SELECT * FROM mail ORDER BY id DESC LIMIT ?", SHOWN)
    found = _table(store, rows, f"Ostatnie {SHOWN} listów, najnowsze na górze")
    return page("Skrzynki e-mail", Html(f'<div id="fresh">{found}</div>'), fresh=True)


async def _of_address(request: web.Request) -> web.Response:
    store, address = request.app[STATE].store, request.match_info["address"].lower()
    rows = store.rows(
        "SELECT m.* FROM mail_recipient r JOIN mail m ON m.id = r.mail_id WHERE r.address = ?"
        " ORDER BY m.id DESC LIMIT ?",
        address,
        SHOWN,
    )
    found = _table(store, rows, f"Listy do {address}, najnowsze na górze")
    back = '<p><a href="/mailbox/">Wszystkie skrzynki</a></p>'
    return page(f"Skrzynka {address}", Html(f'<div id="fresh">{found}</div>{back}'), fresh=True)


def _table(store: Store, rows: list[sqlite3.Row], caption: str) -> Html:
    lines = []
    for row in rows:
        letter = read_letter(row["raw"])
        subject = html.escape(letter.subject or "(bez tematu)")
        lines.append(
            (
                Html(f'<a href="/mailbox/message/{row["id"]}/">{subject}</a>'),
                _addresses(recipients_of(store, row["id"])),
                parseaddr(row["sender"])[1],
                moment(row["received_at"]),
            )
        )
    return table(caption, ("Temat", "Do", "Od", "Kiedy"), lines, empty="Jeszcze żaden list nie przyszedł.")


def _addresses(recipients: list[str]) -> Html:
    links = (f'<a href="/mailbox/{quote(one, safe="@")}/">{html.escape(one)}</a>' for one in recipients)
    return Html(", ".join(links))


def _found(request: web.Request) -> sqlite3.Row:
    row = request.app[STATE].store.row("SELECT * FROM mail WHERE id = ?", int(request.match_info["mail_id"]))
    if row is None:
        raise web.HTTPNotFound(text="Nie ma takiego listu.")
    return row


async def _letter(request: web.Request) -> web.Response:
    row = _found(request)
    letter = read_letter(row["raw"])
    headers = Html("<br>".join(f"{html.escape(name)}: {html.escape(value)}" for name, value in letter.headers))
    body = rendered(
        "letter",
        mail_id=row["id"],
        sender={name.lower(): value for name, value in letter.headers}.get("from", row["sender"]),
        recipients=_addresses(recipients_of(request.app[STATE].store, row["id"])),
        at=moment(row["received_at"]),
        text=Html(f'<h2>Treść tekstowa</h2><div class="letter">{linked(letter.text)}</div>') if letter.text else "",
        html=_frame(letter.html) if letter.html else "",
        attachments=_attachments(letter.attachments),
        headers=Html(f"<p>{headers}</p>"),
    )
    return page(letter.subject or "(bez tematu)", body, policy=LETTER_POLICY)


def _frame(source: str) -> Html:
    """The HTML part where none of its scripts run; its links open beside."""
    inner = html.escape(f'<base target="_blank">{source}')
    allowed = "allow-popups allow-popups-to-escape-sandbox"
    return Html(f'<h2>Treść HTML</h2><iframe title="Treść HTML listu" sandbox="{allowed}" srcdoc="{inner}"></iframe>')


def _attachments(names: list[str]) -> Html:
    if not names:
        return Html("")
    return Html("<h2>Załączniki</h2><ul>" + "".join(f"<li>{html.escape(name)}</li>" for name in names) + "</ul>")


async def _raw(request: web.Request) -> web.Response:
    headers = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=_found(request)["raw"], content_type="text/plain", charset="utf-8", headers=headers)
