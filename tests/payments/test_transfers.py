"""Paying by a transfer from one's own bank: the account, the title, the code and the slip say the same."""

import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from core.nrb import format_nrb
from payments.basket import fill_baskets
from payments.models import Payment
from payments.transfers import transfers_for
from payments.virtual_accounts import owners_of, virtual_account
from payments.wishes import Wish
from residents.models import Account
from tests import make
from tests.conftest import SignIn
from tests.payments.browsing import choose, confirm, words
from tests.payments.paying import Paying

TRANSFER = reverse("payments:transfer")
SLIP = reverse("payments:slip")
TAX = "PODATEK_NIERUCHOMOSCI_OF"


@pytest.fixture
def browser(paying: Paying, signed_in: SignIn) -> Client:
    """Anna's browser."""
    return signed_in(paying.account)


def _query(*keys: str) -> dict[str, list[int]]:
    return {"instalment": [make.instalment(key).pk for key in keys]}


def test_choosing_a_transfer_leads_to_what_to_type_and_starts_no_payment(browser: Client) -> None:
    answer = confirm(browser, choose(browser, "ANNA-1"), provider="transfer")
    assert answer.headers["Location"].startswith(TRANSFER)
    page = words(browser.get(answer.headers["Location"]))
    assert "100,00 zł" in page
    assert Payment.objects.count() == 0


def test_the_account_is_the_payers_own_and_leads_back_to_them(browser: Client, paying: Paying) -> None:
    number = virtual_account(paying.payer, TAX)
    page = words(browser.get(TRANSFER, _query("ANNA-1", "ANNA-2")))
    assert format_nrb(number).replace("\u00a0", " ") in page.replace("\u00a0", " ")
    assert "Rachunek tylko dla: Anna Nowak" in page
    assert "150,00 zł" in page
    owner = owners_of([number])[number]
    assert (owner.payer_id, owner.kind_code) == (paying.payer.pk, TAX)


def test_dues_of_several_kinds_go_to_the_account_of_all(paying: Paying) -> None:
    make.dues(make.row(make.pesel(1), key="WOZ", kind="ODPADY", title="Odpady", amount="20,00"), source="odpady")
    wishes = [Wish(make.instalment(key).pk) for key in ("ANNA-1", "WOZ")]
    (transfer,) = transfers_for(fill_baskets([paying.payer], wishes, on=make.today()))
    assert transfer.account == virtual_account(paying.payer)
    assert str(transfer.amount) == "120.00"


def test_a_town_without_virtual_accounts_shows_the_account_of_each_due(paying: Paying, settings: Settings) -> None:
    settings.BANK = {**settings.BANK, "virtual_prefix": ""}
    (transfer,) = transfers_for(fill_baskets([paying.payer], [Wish(make.instalment("ANNA-1").pk)], on=make.today()))
    assert (transfer.account, transfer.is_own) == (make.ACCOUNT, False)


def test_the_code_says_what_the_page_says_within_the_banks_limits(paying: Paying) -> None:
    (transfer,) = transfers_for(fill_baskets([paying.payer], [Wish(make.instalment("ANNA-1").pk)], on=make.today()))
    fields = transfer.code.split("|")
    assert (fields[2], fields[3]) == (transfer.account, "010000")
    assert transfer.title.startswith(f"{paying.payer.number} Podatek od nieruchomosci")
    assert fields[5].startswith(paying.payer.number)
    assert len(transfer.code) <= 160
    assert make.pesel(1).value not in transfer.code


def test_the_slip_bears_the_same_numbers(browser: Client, paying: Paying) -> None:
    answer = browser.get(SLIP, _query("ANNA-1"))
    assert answer["Content-Type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert virtual_account(paying.payer, TAX) in re.sub(r"\s", "", text)
    for said in ("100,00", "Anna Nowak", paying.payer.number):
        assert said in text.replace("\u00a0", " ")
    assert make.pesel(1).value not in text


@pytest.mark.parametrize("address", [TRANSFER, SLIP])
def test_dues_of_others_are_never_shown(browser: Client, obcy: Account, signed_in: SignIn, address: str) -> None:
    answer = signed_in(obcy).get(address, _query("ANNA-1"))
    assert answer.headers["Location"] == reverse("liabilities:my_dues")


@pytest.mark.parametrize("address", [TRANSFER, SLIP])
def test_without_a_choice_the_way_leads_back_to_the_dues(browser: Client, address: str) -> None:
    assert browser.get(address).headers["Location"] == reverse("liabilities:my_dues")
