"""The code of a receipt: anybody asks whether it is genuine and learns the sum, the day, what went back; no name."""

import io
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from core.actor import Actor
from liabilities.models import LedgerEntry
from liabilities.storno import reverse_event
from payments.actions import complete_payment
from payments.models import Payment, Receipt
from payments.receipt_code import ALPHABET, code_from, spaced, typed_code
from payments.receipts import issue_receipt
from payments.refund_sending import work_refunds
from payments.refund_states import ReversalKind
from payments.refunds import ask_refund
from payments.reversals import TakenBack, record_reversal
from tests import make
from tests.conftest import SignIn
from tests.payments.browsing import page_of, words
from tests.payments.paying import Paying, notice

CODE = re.compile(rf"[{ALPHABET}]{{4}}(?:-[{ALPHABET}]{{4}}){{3}}")


def paid(paying: Paying, *keys: str) -> Payment:
    """A posted payment of these dues."""
    payment = paying.start(*keys)
    complete_payment(payment.pk, notice=notice(payment), at=make.now())
    payment.refresh_from_db()
    return payment


def told(code: str) -> str:
    """What the public page tells a stranger who types the code."""
    answer = Client().get("/potwierdzenie/", {"kod": code})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    return words(answer).replace("\u00a0", " ")  # type: ignore[arg-type]


def test_a_code_is_read_however_it_is_typed() -> None:
    code = code_from(bytes(range(10)))
    assert len(code) == 16
    assert typed_code(spaced(code)) == typed_code(f" {code.lower()} ") == code
    assert typed_code(code.replace("0", "O").replace("1", "l")) == code
    assert [typed_code(wrong) for wrong in ("", code[:-1], f"{code}0", "U" * 16, "ą" * 16, "²" * 16)] == [""] * 6
    assert code_from(b"\xff" * 10) == "Z" * 16


def test_anybody_may_ask_of_a_receipt_and_learns_nothing_of_who_paid(paying: Paying, signed_in: SignIn) -> None:
    payment, browser = paid(paying, "ANNA-1", "ANNA-2"), signed_in(paying.account)
    files = [browser.get(page_of(payment, "receipt")).content for _ in range(2)]
    pages = [page.extract_text() for file in files for page in PdfReader(io.BytesIO(file)).pages]
    codes = {code for text in pages for code in CODE.findall(text)}
    assert len(codes) == 1  # the same receipt, however often it is taken
    page = told(codes.pop())
    for said in ("To potwierdzenie jest prawdziwe", payment.reference, "150,00 zł", "Gmina Dolina"):
        assert said in page
    assert not [hidden for hidden in ("Anna", "Nowak", make.pesel(1).value, paying.payer.number) if hidden in page]
    part = issue_receipt(payment, list(payment.lines.order_by("pk"))[1:])
    assert "50,00 zł (część wspólnej wpłaty)" in told(part.code)
    assert "Nie wydaliśmy potwierdzenia" in told("7K3M-09QD-X2VF-8RTA")
    assert "Nie wydaliśmy potwierdzenia" in told("' OR 1=1 --")
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM payments_receipt WHERE id = %s", [part.pk])
        assert part.code not in cursor.fetchone()[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.filter(pk=part.pk).update(amount=1)


def test_what_went_back_since_is_told_to_who_asks_and_to_the_payer(
    paying_for_all: Paying, signed_in: SignIn, sandbox: object
) -> None:
    paying = paying_for_all
    payment = paid(paying, "ANNA-1")
    code = issue_receipt(payment, list(payment.lines.all())).code
    staff = make.account("skarbnik@example.com", name="Tomasz", is_staff=True)
    ask_refund(
        payment,
        payer_id=paying.payer.pk,
        amount=make.pln("30.00"),
        reason="zapłacono omyłkowo",
        by=Actor("Tomasz", account_id=staff.pk),
        at=make.now(),
    )
    assert "zlecono zwrot 30,00 zł dnia" in told(code)
    taken = TakenBack(ReversalKind.CHARGEBACK, "CB-1", make.pln("20.00"), make.today())
    record_reversal(payment.pk, taken, by=make.BY, at=make.now())
    page = told(code)
    assert "pieniądze potem wracały" in page
    assert "cofnięto 20,00 zł dnia" in page
    own = words(signed_in(paying.account).get(page_of(payment))).replace("\u00a0", " ")  # type: ignore[arg-type]
    assert "zlecono zwrot 30,00 zł dnia" in own
    assert "cofnięto 20,00 zł dnia" in own
    assert "były zwroty" in words(signed_in(paying.account).get("/platnosci/"))  # type: ignore[arg-type]
    assert work_refunds(at=make.now() + timedelta(hours=1))


def test_a_receipt_of_a_payment_that_the_office_took_back_says_so(paying: Paying) -> None:
    payment = paid(paying, "ANNA-1")
    code = issue_receipt(payment, list(payment.lines.all())).code
    entry = LedgerEntry.objects.get(reference=f"payment:{payment.pk}")
    reverse_event(entry, reason="pomyłka", on=make.today(), by=make.BY, at=make.now())
    page = told(code)
    assert "urząd wycofał tę wpłatę z księgi" in page
    assert "nie liczy się już" in page


def test_codes_cannot_be_tried_without_end(paying: Paying, settings: Settings) -> None:
    settings.SIGN_IN_THROTTLES = {"receipt_by_address": (2, 60)}
    client = Client()
    answers = [client.get("/potwierdzenie/", {"kod": "7K3M-09QD-X2VF-8RTA"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert client.get("/potwierdzenie/").status_code == 200
