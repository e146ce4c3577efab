"""Response headers that keep somebody's data out of caches and off shared computers."""

import pytest
from django.test import Client
from django.urls import reverse

from residents.models import Account
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def test_pages_with_somebodys_data_are_never_cached(signed_in: SignIn, anna: Account) -> None:
    browser = signed_in(anna)
    for page in ("residents:profile", "liabilities:my_dues", "residents:rights"):
        assert browser.get(reverse(page)).headers["Cache-Control"] == "private, no-store"


def test_signing_out_tells_the_browser_to_forget_what_it_kept(signed_in: SignIn, anna: Account) -> None:
    browser = signed_in(anna)
    assert "Clear-Site-Data" not in browser.get(reverse("residents:profile")).headers
    assert browser.post(reverse("account_logout")).headers["Clear-Site-Data"] == '"cache", "storage"'


def test_who_was_never_signed_in_has_nothing_to_forget(client: Client) -> None:
    assert "Clear-Site-Data" not in client.get(reverse("home")).headers
