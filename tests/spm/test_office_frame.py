"""The frame of the office's pages: landmarks, the icon, the foot of a list, and where the first page leads."""

import pytest
from django.test import Client
from django.urls import reverse

from residents.models import Account
from tests import make
from tests.conftest import SignIn

# Unfold's own templates rely on variables that are not always there.
pytestmark = pytest.mark.ignore_template_errors


@pytest.fixture
def office(treasurer: Account, signed_in: SignIn) -> Client:
    """The treasurer's browser."""
    return signed_in(treasurer)


@pytest.mark.parametrize("name", ["index", "liabilities_instalment_changelist", "liabilities_importrun_add"])
def test_a_screen_reader_finds_the_main_part(office: Client, name: str) -> None:
    page = office.get(reverse(f"admin:{name}")).content.decode()
    assert page.count("<main") == 1
    assert "img/mark" in page


def test_a_list_counts_without_a_wrong_plural(office: Client) -> None:
    make.dues(make.row(make.pesel(1), key="A-1"), make.row(make.pesel(1), key="A-2", instalment=2))
    page = office.get(reverse("admin:liabilities_instalment_changelist")).content.decode()
    assert "Razem: 2" in page


def test_the_first_page_leads_to_the_instalments_that_are_open(office: Client) -> None:
    make.dues(
        make.row(make.pesel(1), key="OPEN-1", title="Działka 7"),
        make.row(make.pesel(1), key="PAID-1", title="Działka 8", paid="100,00"),
    )
    address = f"{reverse('admin:liabilities_instalment_changelist')}?stan=otwarte"
    assert address in office.get(reverse("admin:index")).content.decode()
    shown = office.get(address).content.decode()
    assert ("Działka 7" in shown, "Działka 8" in shown) == (True, False)
