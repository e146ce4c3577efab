"""PayPal to look at: the page where one approves, and the orders."""

import html
import time

from aiohttp import web
from yarl import URL

from sandbox.courier import NOTICES_COURIER
from sandbox.markup import Html, joined, moment, page, rendered, table, tied
from sandbox.paypal_api import origin_of
from sandbox.paypal_errors import PaypalRefused
from sandbox.paypal_fields import context_of
from sandbox.paypal_orders import OPEN, OUTCOMES, order_row, play, request_of
from sandbox.state import STATE

SHOWN = 200
STATUSES = {
    "CREATED": "nowe",
    "PAYER_ACTION_REQUIRED": "czeka na płacącego",
    "APPROVED": "zatwierdzone, czeka na sprzedawcę",
    "COMPLETED": "zapłacone",
}
FAILURES = {
    "reject": "Płacący zatwierdza, a bank odmawia, gdy portal sięga po pieniądze.",
    "pay-late": "Pieniądze są, ale wiadomości przyjdą dopiero po chwili.",
    "pay-silent": "Portal nie dowie się o niczym, dopóki sam nie zapyta.",
    "pay-twice": "Każda wiadomość przyjdzie dwa razy.",
    "pay-forged": "Wiadomości będą podpisane niewłaściwym kluczem.",
    "pay-pending": "PayPal sprawdza wpłatę; portal ma czekać.",
}


def add_routes(app: web.Application) -> None:
    """`/checkoutnow` for the payer, `/paypal/` for the curious."""
    app.router.add_get("/checkoutnow", _pay_page)
    app.router.add_post("/checkoutnow", _paid)
    app.router.add_get("/paypal/", _orders)


def amount_of(value: str) -> str:
    """«1234,56 zł» of PayPal's decimal text."""
    return f"{value.replace('.', ',')}\u00a0zł"


async def _pay_page(request: web.Request) -> web.Response:
    try:
        order = order_row(request.app[STATE], request.query.get("token", ""))
    except PaypalRefused:
        return page("Nie ma takiej płatności", Html("<p>Wróć do sklepu i&nbsp;zacznij jeszcze raz.</p>"), status=404)
    asked = request_of(order)
    description = str(asked["purchase_units"][0].get("description", ""))
    if order["status"] not in OPEN:
        address = context_of(asked).get("return_url", "")
        back = f'<p><a class="button" href="{html.escape(address)}">Wróć do sprzedawcy</a></p>' if address else ""
        body = rendered(
            "pay_done",
            said="Ta płatność została już zatwierdzona.",
            amount=amount_of(order["value"]),
            description=description,
            status=STATUSES[order["status"]],
            back=Html(back),
        )
        return page("Płatność zakończona", body)
    body = rendered(
        "pay_at",
        vendor="PayPal",
        amount=amount_of(order["value"]),
        description=description,
        shop="sprzedawca piaskownicy",
        number=order["order_id"],
        failures=joined(
            rendered("failure", value=name, label=tied(OUTCOMES[name].label), why=tied(why))
            for name, why in FAILURES.items()
        ),
    )
    return page("Płatność w PayPal", body)


async def _paid(request: web.Request) -> web.Response:
    state, token = request.app[STATE], request.query.get("token", "")
    outcome = str((await request.post()).get("outcome", ""))
    if outcome not in OUTCOMES:
        return page("Nie wiadomo, co zrobić", Html("<p>Wróć i&nbsp;wybierz jeden z&nbsp;przycisków.</p>"), status=400)
    try:
        play(state, token, outcome, time.time(), origin=origin_of(request))
        context = context_of(request_of(order_row(state, token)))
    except PaypalRefused:
        return await _pay_page(request)
    request.app[NOTICES_COURIER].wake()
    approves = OUTCOMES[outcome].approves
    address = context.get("return_url" if approves else "cancel_url", "")
    if not address:
        return await _pay_page(request)
    told = {"token": token, "PayerID": "QYR5Z8XDVJNXQ"} if approves else {"token": token}
    return web.Response(status=303, headers={"Location": str(URL(address).update_query(told))})


async def _orders(request: web.Request) -> web.Response:
    rows = request.app[STATE].store.rows("SELECT * FROM paypal_order ORDER BY created_at DESC LIMIT ?", SHOWN)
    lines = [
        (row["order_id"], amount_of(row["value"]), STATUSES[row["status"]], moment(row["created_at"])) for row in rows
    ]
    found = table(
        f"Ostatnie {SHOWN} zamówień, najnowsze na górze",
        ("Zamówienie", "Kwota", "Stan", "Kiedy"),
        lines,
        empty="Jeszcze nikt nie zaczął płacić.",
    )
    return page("PayPal", Html(f'<div id="fresh">{found}</div>'), fresh=True)
