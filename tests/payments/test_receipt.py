"""The confirmation of a posted payment as PDF, read as a payer's reader reads it."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pypdf import PdfReader

from liabilities.actions import charge_costs
from payments.actions import complete_payment
from payments.models import Payment
from payments.states import State
from tests import make
from tests.conftest import SignIn
from tests.payments.browsing import page_of
from tests.payments.paying import Paying, notice

NBSP = "\u00a0"
NUMBER = make.pesel(1)


@pytest.fixture
def browser(paying: Paying, signed_in: SignIn) -> Client:
    """Anna's browser."""
    return signed_in(paying.account)


def paid(payment: Payment, *, at: datetime | None = None) -> Payment:
    """The payment, posted."""
    complete_payment(payment.pk, notice=notice(payment), at=at or make.now())
    payment.refresh_from_db()
    return payment


def receipt(browser: Client, payment: Payment) -> PdfReader:
    """The receipt as its reader gets it."""
    return PdfReader(io.BytesIO(browser.get(page_of(payment, "receipt")).content))


def text_of(document: PdfReader) -> str:
    """What the document says, lines joined."""
    return " ".join(" ".join(page.extract_text() for page in document.pages).split("\n"))


def test_the_receipt_says_who_paid_how_much_for_what_and_when(browser: Client, paying: Paying) -> None:
    make.dues(make.row(NUMBER, key="BIG", title="Podatek rolny: grunty orne", amount="1234567,89"), source="big")
    payment = paid(
        paying.start("BIG", "ANNA-2", at=datetime(2026, 5, 14, 9, 30, tzinfo=UTC)),
        at=datetime(2026, 5, 14, 9, 35, tzinfo=UTC),
    )
    told = text_of(receipt(browser, payment))
    for words in (
        *(f"Potwierdzenie wpłaty {payment.reference}", "Gmina Dolina", "Anna Nowak", paying.payer.number),
        *("Podatek rolny: grunty orne", "Podatek od nieruchomości", "14 maja 2026", "14 maja 2026, 11:35"),
        *("PayU", payment.provider_order_id, "nie wymaga podpisu"),
    ):
        assert words in told.replace(NBSP, " ")
    for amount in (f"1{NBSP}234{NBSP}567,89{NBSP}zł", f"1{NBSP}234{NBSP}617,89{NBSP}zł", f"50,00{NBSP}zł"):
        assert amount in told


def test_every_amount_is_written_the_polish_way_and_never_broken(browser: Client, paying: Paying) -> None:
    make.dues(
        make.row(NUMBER, key="OLD", amount="1234,56", due_on=make.today() - timedelta(days=400)),
        make.row(NUMBER, key="OLD-2", amount="12345,60", instalment=2),
        source="old",
    )
    old = make.instalment("OLD")
    charge_costs(old, amount=make.pln("16.00"), reference="letter:1", on=make.today(), by=make.BY, at=make.now())
    told = text_of(receipt(browser, paid(paying.start("OLD", "OLD-2"))))
    amounts = re.findall(rf"\d{{1,3}}(?:{NBSP}\d{{3}})*,\d\d{NBSP}zł", told)
    assert len(amounts) == told.count("zł") == 7
    assert f"1{NBSP}234,56{NBSP}zł" in amounts
    assert f"12{NBSP}345,60{NBSP}zł" in amounts
    assert f"16,00{NBSP}zł" in amounts


def test_the_receipt_bears_no_pesel_and_no_address_of_the_payer(browser: Client, paying: Paying) -> None:
    payment = paid(paying.start())
    answer = browser.get(page_of(payment, "receipt"))
    told = text_of(receipt(browser, payment))
    assert NUMBER.value not in told
    assert "anna@example.com" not in told
    assert answer.headers["Content-Disposition"] == f'attachment; filename="potwierdzenie-{payment.reference}.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"


def test_a_screen_reader_can_read_the_receipt(browser: Client, paying: Paying) -> None:
    payment = paid(paying.start())
    document = receipt(browser, payment)
    catalog = document.trailer["/Root"]
    assert catalog["/Lang"] == "pl"
    assert bool(catalog["/MarkInfo"]["/Marked"])
    assert document.metadata is not None
    assert document.metadata.title == f"Potwierdzenie wpłaty {payment.reference}"


def test_a_receipt_of_many_dues_goes_on_over_pages(browser: Client, paying: Paying) -> None:
    keys = [f"MANY-{place}" for place in range(60)]
    make.dues(*(make.row(NUMBER, key=key, instalment=place + 3) for place, key in enumerate(keys)), source="many")
    document = receipt(browser, paid(paying.start(*keys)))
    assert len(document.pages) > 1
    assert text_of(document).count("rata ") == 60
    assert f"6{NBSP}000,00{NBSP}zł" in text_of(document)


@pytest.mark.parametrize("state", [state for state in State if state is not State.PAID])
def test_only_a_posted_payment_has_a_receipt(browser: Client, paying: Paying, state: State) -> None:
    payment = paying.start()
    Payment.objects.filter(pk=payment.pk).update(state=state)
    assert browser.get(page_of(payment, "receipt")).status_code == 404
