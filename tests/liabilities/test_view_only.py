"""Whoever may look at somebody's dues and not pay them."""

from django.urls import reverse

from residents.models import Payer
from tests import make
from tests.conftest import SignIn


def test_the_list_offers_no_paying_and_no_script_that_adds_up(anna_payer: Payer, signed_in: SignIn) -> None:
    viewer = make.account("ogląda@example.com", name="Ola Ogląda")
    make.mandate(viewer, anna_payer, basis="attorney", scope="view")
    page = signed_in(viewer).get(reverse("liabilities:my_dues")).content.decode()
    assert "tylko podgląd" in page
    assert ("data-dues" in page, "Zapłać zaznaczone" in page) == (False, False)
