"""The treasurer's reports: days add up to the ledger, the clearing account closes with what waits, fees to payouts."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db.models import Q, Sum
from pypdf import PdfReader

from core.actor import Actor
from core.models import AuditEntry
from liabilities.models import LedgerEntry
from liabilities.posting_export import make_export
from liabilities.storno import reverse_event
from payments.actions import complete_payment
from payments.cash_report import Taken, clearing_on, taken_on
from payments.clearing import choose_payer, explain_entry, pass_reversal, reopen_entry
from payments.clearing_queries import clearing_account
from payments.models import BankEntry
from payments.money_reports import fee_report, fees_of, open_items
from payments.payout_settling import settle_payout
from payments.refunds import ask_refund
from residents.models import Account
from tests import make
from tests.conftest import SignIn
from tests.payments.paying import Paying, notice
from tests.payments.statements.books import statement
from tests.payments.statements.samples import Transfer

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
PAGES = "/urzad/payments/payout/raporty/"


@pytest.fixture
def busy_days(paying: Paying, treasurer: Account) -> Actor:
    """Two days: paid online and by transfer, given back, taken back by storno, reversed by the bank, explained."""
    by, now = Actor("Tomasz", account_id=treasurer.pk), make.now()
    yesterday = now - timedelta(days=1)
    online = paying.start("ANNA-1", at=yesterday)
    complete_payment(online.pk, notice=notice(online), at=yesterday)
    wrong = paying.start("ANNA-2", at=yesterday)
    complete_payment(wrong.pk, notice=notice(wrong), at=yesterday)
    entry = LedgerEntry.objects.get(reference=f"payment:{wrong.pk}")
    reverse_event(entry, reason="pomyłka", on=make.today(), by=by, at=now)
    online.refresh_from_db()
    ask_refund(online, payer_id=paying.payer.pk, amount=make.pln("30.00"), reason="omyłka", by=by, at=now)
    statement(
        *(Transfer("12.00", "nie wiadomo za co"), Transfer("80.00", "gotowka"), Transfer("7.00", "dotacja")),
        *(Transfer("98.50", "wyplata", name="PayU S.A."), Transfer("9.00", "nie wiadomo, od kogo")),
        on=make.today(),
    )
    first, second, third, payout, _ = BankEntry.objects.order_by("pk")
    choose_payer(first.pk, payer_id=paying.payer.pk, by=by, at=now)
    choose_payer(second.pk, payer_id=paying.payer.pk, by=by, at=now)
    reopen_entry(second.pk, reason="nie jego", by=by, at=now)
    explain_entry(third.pk, reason="dotacja", by=by, at=now)
    settle_payout(payout.pk, keys=[f"p{online.pk}"], fee=make.pln("1.50"), note="", by=by, at=now)
    return by


def ledger_total() -> Decimal:
    """What the whole ledger took in: payments and refunds, and what was taken back of either."""
    taken = Q(kind__in=["payment", "refund"]) | Q(kind="correction", reverses__kind__in=["payment", "refund"])
    return -(LedgerEntry.objects.filter(taken).aggregate(sum=Sum("amount"))["sum"] or Decimal(0))


def test_the_days_add_up_to_the_ledgers_payments(busy_days: Actor) -> None:
    days = [make.today() - timedelta(days=back) for back in range(3)]
    rows = [row for day in days for row in taken_on(day)]
    assert sum((row.total for row in rows), Decimal(0)) == ledger_total() == make.pln("82.00")
    kind = "PODATEK_NIERUCHOMOSCI_OF"
    assert taken_on(days[1]) == [Taken(kind, "payu", make.pln("150.00"), Decimal(0), Decimal(0))]
    by_way = {row.way: (row.paid, row.undone, row.given_back) for row in taken_on(days[0]) if row.kind_code == kind}
    assert by_way["payu"] == (0, make.pln("-50.00"), make.pln("-30.00"))
    assert {row.way for row in taken_on(days[0])} == {"payu", "bank"}
    assert taken_on(days[2]) == []
    export = bytes(make_export(by=make.BY, at=make.now()).csv).decode()
    told = [(row["way"], Decimal(row["amount"])) for row in csv.DictReader(io.StringIO(export), delimiter=";")]
    assert -sum((amount for way, amount in told if way), Decimal(0)) == ledger_total()
    assert {way for way, _ in told if way} == {"payu", "bank"}


def test_the_clearing_account_closes_with_what_waits_and_opens_with_it_the_next_day(busy_days: Actor) -> None:
    today = clearing_on(make.today())
    (account,) = clearing_account(on=make.today())
    assert today.closing == account.clearing == make.pln("89.00")
    assert (today.opening, today.came, today.posted) == (0, make.pln("206.50"), make.pln("12.00"))
    assert today.explained == make.pln("105.50")
    assert clearing_on(make.today() + timedelta(days=1)).opening == today.closing
    posted = BankEntry.objects.get(state="posted")
    taken = Transfer("12.00", "zwrot", mark="RC")
    statement(taken, number="2", opening="206.50", on=make.today())
    pass_reversal(BankEntry.objects.latest("pk").pk, original_id=posted.pk, by=busy_days, at=make.now())
    after = clearing_on(make.today())
    assert (after.posted, after.reversed, after.closing) == (0, make.pln("12.00"), make.pln("89.00"))


def test_open_items_bear_their_age_and_fees_add_up_to_the_payouts(busy_days: Actor) -> None:
    report = open_items(make.today() + timedelta(days=8))
    assert [(row[1], row[2]) for row in report.tables[0].rows] == [(8, make.pln("80.00")), (8, make.pln("9.00"))]
    assert report.tables[1].rows[1] == ("do miesiąca", 2, make.pln("89.00"))
    (fees,) = fees_of(make.today().year)
    assert (fees.provider, fees.fee, fees.gross, fees.came) == ("payu", make.pln("1.5"), 100, make.pln("98.5"))
    assert fee_report(make.today().year).tables[0].total[-5:-2] == (make.pln("1.50"), "1,50", 0)


def test_each_report_is_a_page_a_workbook_and_a_pdf(busy_days: Actor, treasurer: Account, signed_in: SignIn) -> None:
    client = signed_in(treasurer)
    cash = f"{PAGES}kasowy/?dzien={make.today().isoformat()}"
    assert "Stan na koniec dnia" in client.get(cash).content.decode()
    assert client.get(f"{PAGES}kasowy/?dzien=0000-13-99").status_code == 200
    assert client.get(f"{PAGES}prowizje/?rok=²").status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{cash}&plik=xlsx").content))
    assert book.sheetnames[0] == "Według rodzaju i sposobu"
    assert book.worksheets[0]["F1"].value == "Razem"
    assert [row[-1] for row in book.worksheets[0].iter_rows(values_only=True)][-1] == -68
    for name in ("kasowy", "konto-rozliczeniowe", "prowizje"):
        assert client.get(f"{PAGES}{name}/").status_code == 200
        answer = client.get(f"{PAGES}{name}/?plik=pdf")
        document = PdfReader(io.BytesIO(answer.content))
        assert document.trailer["/Root"]["/Lang"] == "pl"
    assert AuditEntry.objects.filter(verb="take_report").count() == 4
