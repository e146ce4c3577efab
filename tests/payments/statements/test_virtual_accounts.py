"""Virtual accounts: numbers that a bank takes, that name one payer, and that no slip of the pen turns into another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from core.errors import Refused
from core.nrb import parse_nrb
from liabilities.models import DueKind
from payments.models import VirtualAccount
from payments.virtual_accounts import Owner, keep_older_number, owners_of, virtual_account
from payments.virtual_number import KINDS, VirtualNumber, make_virtual, payer_digits, read_payer_digits, read_virtual
from residents.merging import merge_payers
from residents.models import Payer
from tests import make

PREFIX = "154011150007"


@given(st.integers(1, 10**9 - 1), st.sampled_from(["", *KINDS]))
def test_a_number_is_an_nrb_and_says_whose_it_is(payer_no: int, kind: str) -> None:
    number = make_virtual(PREFIX, payer_no, kind)
    assert parse_nrb(number) == number
    assert number[2:14] == PREFIX
    assert read_virtual(PREFIX, number) == VirtualNumber(payer_no, kind)


@given(st.integers(1, 10**9 - 1), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_names_nobody(payer_no: int, place: int, change: int) -> None:
    digits = payer_digits(payer_no, "ODPADY")
    wrong = digits[:place] + str((int(digits[place]) + change) % 10) + digits[place + 1 :]
    assert read_payer_digits(wrong) is None


@pytest.mark.parametrize("prefix", ["1540111500", "1540111500070000", "154011150007000099"])
def test_contracts_of_other_lengths_leave_other_room(prefix: str) -> None:
    number = make_virtual(prefix, 321 if len(prefix) < 18 else 7, "ODPADY")
    found = read_virtual(prefix, number)
    assert found is not None
    assert found.kind_code == "ODPADY"


def test_a_payer_number_without_room_is_refused() -> None:
    with pytest.raises(Refused, match="nie mieści się w 3 cyfrach"):
        make_virtual("154011150007000099", 12_345, "")


@pytest.mark.parametrize("prefix", ["", "15401115", "15401114000", "1540111500070000999"])
def test_a_prefix_that_no_bank_would_give_is_refused(prefix: str) -> None:
    with pytest.raises(Refused):
        make_virtual(prefix, 1, "")


@pytest.mark.parametrize("number", ["", "1", "61109010140000071219812874"])
def test_other_accounts_are_nobodys(number: str) -> None:
    assert read_virtual(PREFIX, number) is None
    assert read_virtual("", make_virtual(PREFIX, 1, "")) is None


@pytest.mark.django_db
def test_each_kind_of_due_has_digits_of_its_own() -> None:
    assert set(KINDS) == set(DueKind.objects.values_list("code", flat=True))
    assert len(set(KINDS.values())) == len(KINDS)


def test_a_payer_has_always_the_same_number(anna_payer: Payer) -> None:
    assert virtual_account(anna_payer) == virtual_account(anna_payer)
    assert virtual_account(anna_payer, "ODPADY") != virtual_account(anna_payer)
    assert VirtualAccount.objects.filter(payer=anna_payer).count() == 2


def test_without_a_prefix_the_town_has_none(anna_payer: Payer, settings: Settings) -> None:
    settings.BANK = {**settings.BANK, "virtual_prefix": ""}
    assert virtual_account(anna_payer) == ""
    assert not VirtualAccount.objects.exists()


def test_numbers_lead_to_their_payers_also_when_the_table_was_lost(anna_payer: Payer) -> None:
    number = virtual_account(anna_payer, "ODPADY")
    assert owners_of([number, make.ACCOUNT]) == {number: Owner(anna_payer.pk, "ODPADY")}
    VirtualAccount.objects.all().delete()
    assert owners_of([number]) == {number: Owner(anna_payer.pk, "ODPADY")}


def test_numbers_of_a_merged_record_lead_to_the_one_that_was_kept(anna_payer: Payer) -> None:
    double = make.payer(make.pesel(5), "Nowak Anna")
    number = virtual_account(double)
    merge_payers(kept=anna_payer, duplicate=double, reason="ta sama osoba", by=make.BY, at=make.now())
    double.refresh_from_db()
    assert owners_of([number]) == {number: Owner(anna_payer.pk, "")}
    assert virtual_account(double) == virtual_account(anna_payer)


def test_a_number_of_an_older_contract_is_known_too_and_nobody_elses(anna_payer: Payer) -> None:
    keep_older_number(anna_payer, make.ACCOUNT)
    assert owners_of([make.ACCOUNT]) == {make.ACCOUNT: Owner(anna_payer.pk, "")}
    with pytest.raises(Refused, match="innego płatnika"):
        keep_older_number(make.payer(make.pesel(5)), make.ACCOUNT)
