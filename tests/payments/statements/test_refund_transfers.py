"""Refunds by transfer: back to the account the money came from, by a list, done when it is on a statement."""

import io
from datetime import timedelta

import pytest
from django.test import Client

from core.actor import Actor
from core.errors import Refused
from liabilities.queries import credit
from payments.clearing import reopen_entry
from payments.formats.elixir import read_elixir
from payments.formats.statement import Entry
from payments.models import BankEntry, Refund
from payments.refund_sources import left_to_refund
from payments.refund_transfers import find_debits, title_of, transfer_list
from payments.refunds import ask_refund, note_return
from payments.statement_proof import unproven_statements
from payments.tasks import work_refunds
from payments.virtual_accounts import virtual_account
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.payments.statements.books import entries, statement, states
from tests.payments.statements.samples import SENDER, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> BankEntry:
    """Anna owes 100 zł and paid 120 zł by transfer, so that 20 zł are credit."""
    number = make.pesel(1)
    make.dues(make.row(number, key="ANNA-1"))
    payer = Payer.objects.get(name="Anna Nowak")
    statement(Transfer("120.00", "podatek", credited=virtual_account(payer)), on=make.today() - timedelta(days=3))
    found = entries()[0]
    assert (found.state, found.payer) == ("posted", payer)
    return found


def _asked(entry: BankEntry, amount: str, who: Account) -> Refund:
    by = Actor(name="Tomasz", account_id=who.pk)
    return ask_refund(
        entry, payer_id=entry.payer_id or 0, amount=make.pln(amount), reason="nadpłata", by=by, at=make.now()
    )


def test_a_transfer_goes_back_to_its_account_and_is_done_when_the_bank_shows_it(
    entry: BankEntry, treasurer: Account, signed_in: SignIn
) -> None:
    refund = _asked(entry, "50.00", treasurer)
    assert (refund.account, refund.stage) == (SENDER, "ordered")
    assert (str(make.instalment("ANNA-1").outstanding), str(credit(refund.payer_id))) == ("30.00", "0.00")
    client: Client = signed_in(treasurer)
    client.post("/urzad/payments/refund/listy/")
    refund.refresh_from_db()
    assert (refund.stage, refund.list_number) == ("sent", 1)
    first = client.get("/urzad/payments/refund/listy/1/przelewy.txt").content
    assert first == transfer_list(1)
    (order,) = [one for one in read_elixir(io.BytesIO(first)) if isinstance(one, Entry)]
    assert (order.amount, order.credited, order.title) == (make.pln("50.00"), SENDER, title_of(refund))
    assert find_debits(at=make.now()) == 0
    debit = Transfer("50.00", title_of(refund), mark="D")
    other = Transfer("50.00", "czynsz", mark="D")
    statement(other, debit, number="2", opening="120.00", on=make.today())
    assert work_refunds.run()["found"] == 1
    refund.refresh_from_db()
    assert (refund.stage, refund.debit) == ("done", entries()[2])
    entry.refresh_from_db()
    assert left_to_refund(entry, refund.payer_id) == make.pln("70.00")
    assert unproven_statements() == {}


def test_a_transfer_that_the_bank_sends_back_is_credit_again(entry: BankEntry, treasurer: Account) -> None:
    refund = _asked(entry, "20.00", treasurer)
    assert (str(make.instalment("ANNA-1").outstanding), str(credit(refund.payer_id))) == ("0.00", "0.00")
    by = Actor(name="Tomasz", account_id=treasurer.pk)
    with pytest.raises(Refused, match="zlecono zwrot"):
        reopen_entry(entry.pk, reason="pomyłka", by=by, at=make.now())
    with pytest.raises(Refused):
        note_return(refund.pk, reason="rachunek zamknięty", by=by, at=make.now())
    Refund.objects.filter(pk=refund.pk).update(stage="sent")
    note_return(refund.pk, reason="rachunek zamknięty", by=by, at=make.now())
    assert str(credit(refund.payer_id)) == "20.00"
    reopen_entry(entry.pk, reason="to wpłata kogo innego", by=by, at=make.now())
    assert (states(), str(make.instalment("ANNA-1").outstanding)) == (["waiting"], "100.00")
    assert unproven_statements() == {}


def test_a_freed_transfer_is_reopened_whole(entry: BankEntry, treasurer: Account) -> None:
    refund = _asked(entry, "50.00", treasurer)
    by = Actor(name="Tomasz", account_id=treasurer.pk)
    Refund.objects.filter(pk=refund.pk).update(stage="sent")
    note_return(refund.pk, reason="rachunek zamknięty", by=by, at=make.now())
    reopen_entry(entry.pk, reason="to wpłata kogo innego", by=by, at=make.now())
    assert (str(make.instalment("ANNA-1").outstanding), str(credit(refund.payer_id))) == ("100.00", "0.00")
    assert unproven_statements() == {}


@pytest.mark.ignore_template_errors
def test_the_second_person_approves_by_one_key_and_the_payers_payments_are_listed(
    entry: BankEntry, treasurer: Account, administrator: Account, signed_in: SignIn, settings: object
) -> None:
    settings.REFUND_TWO_FROM = make.pln("0.00")  # type: ignore[attr-defined]
    client = signed_in(treasurer)
    shown = client.get(f"/urzad/payments/refund/platnik/{entry.payer_id}/").content.decode()
    assert f"/urzad/payments/bankentry/{entry.pk}/zwrot/" in shown
    asked = {"payer": entry.payer_id, "amount": "20,00", "reason": "nadpłata"}
    answer = client.post(f"/urzad/payments/bankentry/{entry.pk}/zwrot/", asked, follow=True)
    assert "czeka na zatwierdzenie przez drugą osobę" in answer.content.decode()
    refund = Refund.objects.get()
    assert "musi zatwierdzić ktoś inny: 1" in client.get("/urzad/payments/refund/kolejka/").content.decode()
    client.post(f"/urzad/payments/refund/{refund.pk}/decyzja/", {"approve": "1"})
    assert Refund.objects.get().stage == "asked"
    second = signed_in(administrator)
    page = second.get("/urzad/payments/refund/kolejka/", follow=True).content.decode()
    assert 'data-key="1"' in page
    second.post(f"/urzad/payments/refund/{refund.pk}/decyzja/", {"approve": "1"})
    refund.refresh_from_db()
    assert (refund.stage, refund.approved_by) == ("ordered", administrator)
    second.post(f"/urzad/payments/refund/{refund.pk}/decyzja/", {"stop": "1", "reason": "jednak nie"})
    refund.refresh_from_db()
    assert (refund.stage, str(credit(entry.payer_id or 0))) == ("withdrawn", "20.00")
    history = list(refund.changes.values_list("after", flat=True).order_by("pk"))
    assert history == ["asked", "ordered", "withdrawn"]
