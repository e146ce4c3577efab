"""The pages to look at: phone, pay page, orders, journal; all work without script."""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs

import pytest

from tests.sandbox.server import Receiver, SandboxServer

NBSP = "\u00a0"


class Outline(HTMLParser):
    """What a reader of the page meets: headings, buttons, language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep every tag in order."""
        self.tags.append(tag)
        self.attributes.append(dict(attrs))


@pytest.mark.parametrize(
    "path", ["/", "/phone/", "/phone/48500123456/", "/mailbox/", "/mailbox/anna@example.com/", "/payu/", "/journal/"]
)
def test_every_page_has_one_heading_a_language_and_no_inline_script(sandbox_server: SandboxServer, path: str) -> None:
    text = sandbox_server.page(path)
    outline = Outline(text)
    assert outline.tags.count("h1") == 1
    assert outline.attributes[outline.tags.index("html")]["lang"] == "pl"
    assert "piaskownica" in text.lower()
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert "$" not in text


def test_the_phone_shows_bubbles_newest_last_with_clickable_links(sandbox_server: SandboxServer) -> None:
    sandbox_server.sms(message="Pierwsza <b>")
    sandbox_server.sms(message="Druga: http://127.0.0.1:8800/naleznosci/?a=1&b=2.")
    text = sandbox_server.page("/phone/+48500123456/")
    assert text.index("Pierwsza &lt;b&gt;") < text.index("Druga")
    assert '<a href="http://127.0.0.1:8800/naleznosci/?a=1&amp;b=2">' in text
    assert f"+48{NBSP}500{NBSP}123{NBSP}456" in text
    listed = sandbox_server.page("/phone/")
    assert '<a href="/phone/48500123456/">' in listed
    assert f"2{NBSP}wiadomości" in listed
    sandbox_server.page("/phone/nie-numer/", expect=404)


def _pay_page(server: SandboxServer, receiver: Receiver | None = None, **changes: str) -> str:
    usual = {"continueUrl": "http://portal.example/powrot?p=1"}
    if receiver:
        usual["notifyUrl"] = receiver.url
    return str(server.order(**(usual | changes)).json()["redirectUri"])


def _press(server: SandboxServer, address: str, outcome: str) -> tuple[int, str]:
    answer = server.http.post(address, data={"outcome": outcome}, allow_redirects=False, timeout=30)
    return answer.status_code, answer.headers.get("Location", "")


def test_the_pay_page_says_what_is_paid_and_offers_every_ending(sandbox_server: SandboxServer) -> None:
    text = sandbox_server.http.get(_pay_page(sandbox_server), timeout=30).text
    for words in (
        f"1{NBSP}234,56{NBSP}zł",
        "Podatek od nieruchomości, rata I",
        ">Zapłać<",
        ">Anuluj<",
        ">Bank odrzucił<",
        ">Zapłać, ale powiadom później<",
        ">Zapłać, ale nigdy nie powiadom<",
        f">Zapłać i{NBSP}powiadom dwa razy<",
        f"w{NBSP}złej kolejności",
        f"z{NBSP}fałszywym podpisem",
        "piaskownica",
    ):
        assert words in text, words


@pytest.mark.parametrize(
    ("outcome", "way_back", "status"),
    [
        ("pay", "http://portal.example/powrot?p=1", "COMPLETED"),
        ("pay-silent", "http://portal.example/powrot?p=1", "COMPLETED"),
        ("cancel", "http://portal.example/powrot?p=1&error=501", "CANCELED"),
        ("reject", "http://portal.example/powrot?p=1&error=501", "CANCELED"),
    ],
)
def test_a_button_ends_the_payment_and_leads_back(
    sandbox_server: SandboxServer, outcome: str, way_back: str, status: str
) -> None:
    address = _pay_page(sandbox_server)
    assert _press(sandbox_server, address, outcome) == (303, way_back)
    assert [order["status"] for order in sandbox_server.control("GET", "payu")] == [status]


def test_pressing_again_changes_nothing_and_tells_nobody(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    address = _pay_page(sandbox_server, receiver)
    _press(sandbox_server, address, "pay")
    assert _press(sandbox_server, address, "cancel") == (303, "http://portal.example/powrot?p=1")
    sandbox_server.control("POST", "flush")
    assert len(receiver.heard) == 2
    assert "została już wykonana" in sandbox_server.http.get(address, timeout=30).text


def test_the_pay_page_needs_its_own_token_and_a_known_ending(sandbox_server: SandboxServer) -> None:
    address = _pay_page(sandbox_server)
    assert sandbox_server.http.get(address[:-1] + "x", timeout=30).status_code == 404
    assert _press(sandbox_server, address, "zapłać mniej")[0] == 400
    assert [order["status"] for order in sandbox_server.control("GET", "payu")] == ["NEW"]


def test_without_a_way_back_the_page_says_the_end(sandbox_server: SandboxServer) -> None:
    address = str(sandbox_server.order().json()["redirectUri"])
    answer = sandbox_server.http.post(address, data={"outcome": "cancel"}, timeout=30)
    assert "nie doszła do skutku" in answer.text


def test_the_order_page_shows_notices_and_refunds(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    _press(sandbox_server, _pay_page(sandbox_server, receiver), "pay-forged")
    sandbox_server.control("POST", "flush")
    (order,) = sandbox_server.control("GET", "payu")
    sandbox_server.payu("POST", f"orders/{order['orderId']}/refunds", refund={"description": "Nadpłata"})
    assert order["orderId"] in sandbox_server.page("/payu/")
    text = sandbox_server.page(f"/payu/{order['orderId']}/")
    assert "COMPLETED (fałszywy podpis)" in text
    assert "Nadpłata" in text


def test_the_journal_shows_refusals(sandbox_server: SandboxServer) -> None:
    sandbox_server.sms(from_="Obcy")
    assert "14: Wrong sender name" in sandbox_server.page("/journal/")


def test_style_and_script_are_small_and_served(sandbox_server: SandboxServer) -> None:
    assert len(sandbox_server.page("/static/sandbox.css")) < 10_000
    assert len(sandbox_server.page("/static/refresh.js")) < 2_000
    assert sandbox_server.http.get(f"{sandbox_server.url}/health", timeout=30).json()["status"] == "ok"


def test_an_answer_typed_on_the_phone_goes_to_the_portal_as_smsapi_passes_it_on(
    sandbox_server: SandboxServer, receiver: Receiver
) -> None:
    sandbox_server.set(sms_answers_url=f"{receiver.url}/odpowiedzi/")
    form = sandbox_server.page("/phone/48500123456/")
    assert '<form class="answer" method="post">' in form
    shown = sandbox_server.http.post(f"{sandbox_server.url}/phone/48500123456/", data={"text": "STOP <b>"}, timeout=30)
    assert "STOP &lt;b&gt;" in shown.text
    assert "200 OK" in shown.text
    (heard,) = receiver.wait_for(1)
    fields = parse_qs(heard.body.decode())
    assert heard.method == "POST"
    assert (fields["sms_from"], fields["sms_text"]) == (["48500123456"], ["STOP <b>"])
    assert {"sms_to", "sms_date", "username"} <= set(fields)


def test_an_answer_that_nobody_takes_is_told(sandbox_server: SandboxServer) -> None:
    told = sandbox_server.control("POST", "sms/answer", number="48500123456", text="STOP")
    assert told == {"told": "brak adresu dla odpowiedzi (sms_answers_url)"}
    sandbox_server.control("POST", "sms/answer", expect=400, number="x", text="STOP")
