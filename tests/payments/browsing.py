"""Anna pays through the pages, as a browser without JavaScript does: by reading forms and sending them back."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from payments.models import Payment
from tests import make

START = reverse("payments:start")
HISTORY = reverse("payments:history")


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes, what it carries, and the buttons that send it."""

    action: str
    fields: dict[str, list[str]]
    buttons: dict[str, str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(told.get("action", ""), {}, {}))
            self._open = True
        elif self._open and tag == "input":
            if told.get("type") not in {"radio", "checkbox"} or "checked" in told:
                self.forms[-1].fields.setdefault(told["name"], []).append(told.get("value", ""))
        elif self._open and tag == "button" and told.get("name"):
            self.forms[-1].buttons[told["name"]] = told.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def form_to_pay(page: HttpResponse) -> Form:
    """The form of *page* that leads to paying; it needs no script to be sent."""
    reader = _Reader()
    reader.feed(page.content.decode())
    (found,) = [form for form in reader.forms if form.action == START]
    return found


def words(page: HttpResponse) -> str:
    """What a reader of *page* sees, every space a plain one."""
    text = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("&nbsp;", " ").split()).replace(" ,", ",").replace(" .", ".")


def choose(browser: Client, *keys: str) -> HttpResponse:
    """«Zapłać zaznaczone»: the page on which the payer checks what to pay."""
    chosen = [make.instalment(key).pk for key in keys or ("ANNA-1",)]
    answer = browser.post(START, {"instalment": chosen})
    page = answer.headers.get("Location", "")
    return browser.get(page) if page.startswith(START) else answer  # type: ignore[return-value]


def confirm(browser: Client, page: HttpResponse, **changes: object) -> HttpResponse:
    """«Zapłać …» on that page, with *changes* of the form's fields."""
    form = form_to_pay(page)
    return browser.post(START, {**form.fields, **form.buttons, **changes})  # type: ignore[return-value]


def page_of(payment: Payment, name: str = "detail") -> str:
    """The address of a payment's page."""
    return reverse(f"payments:{name}", args=[payment.number])
