"""The first page, the journal, the style sheet and the health check."""

from pathlib import Path

from aiohttp import web

from sandbox.markup import Html, counted, moment, page, rendered, table
from sandbox.state import STATE

STATIC = Path(__file__).with_name("static")
SHOWN = 200


def add_routes(app: web.Application) -> None:
    """Pages that belong to no vendor."""
    app.router.add_get("/", _index)
    app.router.add_get("/health", _health)
    app.router.add_get("/journal/", _journal)
    app.router.add_static("/static/", STATIC)


async def _health(request: web.Request) -> web.Response:
    request.app[STATE].store.value("SELECT 1")
    return web.json_response({"status": "ok", "payu": "ok", "smsapi": "ok", "smtp": "ok"})


async def _index(request: web.Request) -> web.Response:
    state = request.app[STATE]
    count = state.store.value
    link = f'<p><a class="button" href="{rendered_address(state.portal_url)}">Portal gminy</a></p>'
    body = rendered(
        "index",
        sms=counted(count("SELECT count(*) FROM sms"), "wiadomość", "wiadomości", "wiadomości"),
        mail=counted(count("SELECT count(*) FROM mail"), "list", "listy", "listów"),
        notices=counted(count("SELECT count(*) FROM push_notice"), "powiadomienie", "powiadomienia", "powiadomień"),
        orders=counted(count("SELECT count(*) FROM payu_order"), "zamówienie", "zamówienia", "zamówień"),
        transactions=counted(count("SELECT count(*) FROM p24_transaction"), "transakcja", "transakcje", "transakcji"),
        paypal=counted(count("SELECT count(*) FROM paypal_order"), "zamówienie", "zamówienia", "zamówień"),
        portal=Html(link) if state.portal_url else "",
    )
    return page("Co tu widać", body)


def rendered_address(address: str) -> str:
    """*address* fit for an attribute."""
    return address.replace("&", "&amp;").replace('"', "%22").replace("<", "%3C")


async def _journal(request: web.Request) -> web.Response:
    rows = request.app[STATE].store.rows("SELECT * FROM journal ORDER BY id DESC LIMIT ?", SHOWN)
    lines = [(moment(row["at"]), row["vendor"], row["what"], row["detail"]) for row in rows]
    found = table(
        f"Ostatnie {SHOWN} zdarzeń, najnowsze na górze",
        ("Kiedy", "Bramka", "Co", "Szczegóły"),
        lines,
        empty="Jeszcze nic się nie wydarzyło.",
    )
    return page("Dziennik", Html(f'<div id="fresh">{found}</div>'), fresh=True)
