"""Przelewy24 to look at: the page where one pays, and the transactions."""

import html
import time

from aiohttp import web

from sandbox.courier import NOTICES_COURIER
from sandbox.markup import Html, joined, moment, page, rendered, table, tied, zloty
from sandbox.p24_fields import P24Refused
from sandbox.p24_transactions import OUTCOMES, is_over, play, request_of
from sandbox.state import STATE

SHOWN = 200
STATUSES = ("nie zapłacono", "przedpłata, czeka na weryfikację", "zapłacone", "zwrócone")
FAILURES = {
    "reject": "Bank nie pozwala na płatność. Przelewy24 nikomu o tym nie mówią.",
    "pay-late": "Pieniądze są, ale wiadomość o nich przyjdzie dopiero po chwili.",
    "pay-silent": "Pieniądze są, ale portal nie dowie się o nich, dopóki sam nie zapyta.",
    "pay-twice": "To samo powiadomienie przyjdzie dwa razy.",
    "pay-forged": "Powiadomienie będzie podpisane niewłaściwym kluczem.",
}


def add_routes(app: web.Application) -> None:
    """`/trnRequest/` for the payer, `/p24/` for the curious."""
    app.router.add_get("/trnRequest/{token}", _pay_page)
    app.router.add_post("/trnRequest/{token}", _paid)
    app.router.add_get("/p24/", _transactions)


async def _pay_page(request: web.Request) -> web.Response:
    row = request.app[STATE].store.row("SELECT * FROM p24_transaction WHERE token = ?", request.match_info["token"])
    if row is None:
        return page("Nie ma takiej płatności", Html("<p>Wróć do sklepu i&nbsp;zacznij jeszcze raz.</p>"), status=404)
    asked = request_of(row)
    if is_over(row, time.time()):
        back = Html(f'<p><a class="button" href="{html.escape(asked["urlReturn"])}">Wróć do sprzedawcy</a></p>')
        said = "Ta płatność została już wykonana." if row["status"] else "Minął czas na tę płatność."
        facts = {"amount": zloty(row["amount"]), "description": asked["description"]}
        return page(
            "Płatność zakończona", rendered("pay_done", said=said, status=STATUSES[row["status"]], back=back, **facts)
        )
    body = rendered(
        "pay_at",
        vendor="Przelewy24",
        amount=zloty(row["amount"]),
        description=asked["description"],
        shop=f"sklep {asked['posId']}",
        number=row["session_id"],
        failures=joined(
            rendered("failure", value=name, label=tied(OUTCOMES[name].label), why=tied(why))
            for name, why in FAILURES.items()
        ),
    )
    return page("Płatność w Przelewy24", body)


async def _paid(request: web.Request) -> web.Response:
    state = request.app[STATE]
    row = state.store.row("SELECT * FROM p24_transaction WHERE token = ?", request.match_info["token"])
    outcome = str((await request.post()).get("outcome", ""))
    if row is None or outcome not in OUTCOMES:
        return page("Nie wiadomo, co zrobić", Html("<p>Wróć i&nbsp;wybierz jeden z&nbsp;przycisków.</p>"), status=400)
    try:
        play(state, row["session_id"], outcome, time.time())
    except P24Refused:
        return await _pay_page(request)
    request.app[NOTICES_COURIER].wake()
    return web.Response(status=303, headers={"Location": request_of(row)["urlReturn"]})


async def _transactions(request: web.Request) -> web.Response:
    rows = request.app[STATE].store.rows("SELECT * FROM p24_transaction ORDER BY created_at DESC LIMIT ?", SHOWN)
    lines = [
        (
            row["session_id"],
            zloty(row["amount"]),
            STATUSES[row["status"]],
            request_of(row)["description"][:80],
            moment(row["created_at"]),
        )
        for row in rows
    ]
    found = table(
        f"Ostatnie {SHOWN} transakcji, najnowsze na górze",
        ("Numer", "Kwota", "Stan", "Za co", "Kiedy"),
        lines,
        empty="Jeszcze nikt nie zaczął płacić.",
    )
    return page("Przelewy24", Html(f'<div id="fresh">{found}</div>'), fresh=True)
