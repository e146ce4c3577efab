"""PayU to look at: the page where one pays, and the orders with their notices and refunds."""

import html
import json
import sqlite3

from aiohttp import web
from yarl import URL

from sandbox.courier import PAYU_COURIER
from sandbox.markup import Html, joined, moment, page, rendered, table, tied, zloty
from sandbox.payu_errors import PayuRefused
from sandbox.payu_orders import OPEN, order_row, request_of
from sandbox.payu_outcomes import OUTCOMES, play_now
from sandbox.payu_refunds import refund_rows
from sandbox.state import STATE

SHOWN = 200
STATUSES = {
    "NEW": "nowe",
    "PENDING": "w trakcie",
    "WAITING_FOR_CONFIRMATION": "czeka na odbiór przez sprzedawcę",
    "COMPLETED": "zapłacone",
    "CANCELED": "anulowane",
    "REJECTED": "pieniądze przyszły po anulowaniu",
}
NOTICE_STATES = {"waiting": "czeka", "taken": "przyjęte", "given_up": "porzucone"}
REFUND_STATES = {"PENDING": "w trakcie", "FINALIZED": "wykonany", "CANCELED": "odrzucony"}
FAILURES = {
    "reject": "Bank nie pozwala na płatność. Portal dostaje anulowanie, a płacący wraca z błędem.",
    "pay-late": "Pieniądze są, ale wiadomość o nich przyjdzie dopiero po chwili.",
    "pay-silent": "Pieniądze są, ale portal nie dowie się o nich, dopóki sam nie zapyta.",
    "pay-twice": "Każde powiadomienie przyjdzie dwa razy.",
    "pay-reversed": "Najpierw przyjdzie COMPLETED, a potem spóźnione PENDING.",
    "pay-forged": "Powiadomienia będą podpisane niewłaściwym kluczem.",
}


def add_routes(app: web.Application) -> None:
    """`/payu/pay/` for the payer, the rest of `/payu/` for the curious."""
    app.router.add_get("/payu/pay/", _pay_page)
    app.router.add_post("/payu/pay/", _paid)
    app.router.add_get("/payu/", _orders)
    app.router.add_get("/payu/{order_id}/", _order)


def _asked_order(request: web.Request) -> sqlite3.Row | None:
    return request.app[STATE].store.row(
        "SELECT * FROM payu_order WHERE order_id = ? AND pay_token = ?",
        request.query.get("orderId", ""),
        request.query.get("token", ""),
    )


def _no_order() -> web.Response:
    return page("Nie ma takiej płatności", Html("<p>Wróć do sklepu i&nbsp;zacznij jeszcze raz.</p>"), status=404)


async def _pay_page(request: web.Request) -> web.Response:
    order = _asked_order(request)
    if order is None:
        return _no_order()
    if order["status"] not in OPEN:
        return _done(order)
    asked = request_of(order)
    body = rendered(
        "pay",
        amount=zloty(order["amount"]),
        description=asked["description"],
        pos_id=order["pos_id"],
        order_id=order["order_id"],
        products=_products(asked["products"]),
        failures=joined(
            rendered("failure", value=name, label=tied(OUTCOMES[name].label), why=tied(why))
            for name, why in FAILURES.items()
        ),
    )
    return page("Płatność w PayU", body)


def _products(products: list[dict[str, str]]) -> Html:
    if len(products) < 2:
        return Html("")
    lines = [(one["name"], zloty(int(one["unitPrice"]) * int(one["quantity"]))) for one in products]
    return table("Z czego składa się kwota", ("Pozycja", "Kwota"), lines, empty="")


async def _paid(request: web.Request) -> web.Response:
    order = _asked_order(request)
    if order is None:
        return _no_order()
    outcome = str((await request.post()).get("outcome", ""))
    if outcome not in OUTCOMES:
        return page("Nie wiadomo, co zrobić", Html("<p>Wróć i&nbsp;wybierz jeden z&nbsp;przycisków.</p>"), status=400)
    state = request.app[STATE]
    play_now(state, order["order_id"], outcome)
    request.app[PAYU_COURIER].wake()
    order = order_row(state, order["order_id"])
    address = _way_back(order)
    if not address:
        return _done(order)
    return web.Response(status=303, headers={"Location": address})


def _way_back(order: sqlite3.Row) -> str:
    """The merchant's continueUrl, with `error=501` unless the payment was made."""
    address = str(request_of(order).get("continueUrl") or "")
    if address and order["status"] in {"CANCELED", "REJECTED"}:
        return str(URL(address).update_query({"error": "501"}))
    return address


def _done(order: sqlite3.Row) -> web.Response:
    address = _way_back(order)
    back = f'<p><a class="button" href="{html.escape(address)}">Wróć do sprzedawcy</a></p>' if address else ""
    paid = order["status"] in {"COMPLETED", "WAITING_FOR_CONFIRMATION"}
    body = rendered(
        "pay_done",
        said="Ta płatność została już wykonana." if paid else "Ta płatność nie doszła do skutku.",
        amount=zloty(order["amount"]),
        description=request_of(order)["description"],
        status=STATUSES[order["status"]],
        back=Html(back),
    )
    return page("Płatność zakończona", body)


async def _orders(request: web.Request) -> web.Response:
    rows = request.app[STATE].store.rows("SELECT * FROM payu_order ORDER BY created_at DESC LIMIT ?", SHOWN)
    lines = [
        (
            Html(f'<a href="/payu/{row["order_id"]}/">{row["order_id"]}</a>'),
            zloty(row["amount"]),
            STATUSES[row["status"]],
            json.loads(row["request"])["description"][:80],
            moment(row["created_at"]),
        )
        for row in rows
    ]
    found = table(
        f"Ostatnie {SHOWN} zamówień, najnowsze na górze",
        ("Zamówienie", "Kwota", "Stan", "Za co", "Kiedy"),
        lines,
        empty="Jeszcze nikt nie zaczął płacić.",
    )
    return page("PayU", Html(f'<div id="fresh">{found}</div>'), fresh=True)


async def _order(request: web.Request) -> web.Response:
    state = request.app[STATE]
    try:
        order = order_row(state, request.match_info["order_id"])
    except PayuRefused:
        return _no_order()
    pay = f"/payu/pay/?orderId={order['order_id']}&amp;token={order['pay_token']}"
    body = rendered(
        "order",
        amount=zloty(order["amount"]),
        description=request_of(order)["description"],
        status=STATUSES[order["status"]],
        ext_order_id=order["ext_order_id"] or "–",
        created=moment(order["created_at"]),
        valid=moment(order["valid_until"]),
        pay=Html(f'<p><a class="button" href="{pay}">Strona płatności</a></p>') if order["status"] in OPEN else "",
        notices=_notices(request, order),
        refunds=_refunds(request, order),
    )
    return page(f"Zamówienie {order['order_id']}", body)


def _notices(request: web.Request, order: sqlite3.Row) -> Html:
    rows = request.app[STATE].store.rows("SELECT * FROM payu_notice WHERE order_id = ? ORDER BY id", order["order_id"])
    lines = [
        (
            row["what"] + (" (fałszywy podpis)" if row["forged"] else ""),
            NOTICE_STATES[row["state"]],
            row["tries"],
            row["answer"] or "–",
            moment(row["due_at"]) if row["state"] == "waiting" else "–",
        )
        for row in rows
    ]
    heads = ("Treść", "Stan", "Prób", "Ostatnia odpowiedź", "Następna próba")
    return table("Powiadomienia wysłane do portalu", heads, lines, empty="Nie było powiadomień.")


def _refunds(request: web.Request, order: sqlite3.Row) -> Html:
    lines = [
        (row["refund_id"], zloty(row["amount"]), REFUND_STATES[row["status"]], row["description"])
        for row in refund_rows(request.app[STATE], order)
    ]
    return table("Zwroty", ("Numer", "Kwota", "Stan", "Opis"), lines, empty="Nie było zwrotów.")
