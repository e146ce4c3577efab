"""A form that was open too long, or in a tab whose session ended elsewhere."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from consents.queries import consents_in_force
from residents.actions import revoke_mandate
from residents.models import Account, Mandate, Payer
from residents.queries import find_payer
from tests import make


@pytest.mark.parametrize("name", ["account_login", "payments:start", "report_fault"])
def test_it_is_refused_in_polish_with_what_to_do(db: None, name: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(reverse(name), {"x": "1"})
    told = answer.content.decode()
    assert answer.status_code == 403
    assert "Wyślij formularz jeszcze raz" in told
    assert "CSRF" not in told


def test_whoever_is_signed_in_keeps_their_menu(anna: Account) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    told = browser.post(reverse("payments:start"), {"instalment": "1"}).content.decode()
    assert "Wyślij formularz jeszcze raz" in told
    assert reverse("payments:history") in told


@pytest.fixture
def two_tabs(anna: Account, anna_payer: Payer) -> Client:
    """Anna's browser; she decides for herself and for Jan, and both have consents."""
    make.consent(make.pesel(2), name="Jan Nowak", phone="500 100 201", email="jan@example.com")
    make.mandate(anna, _jan(), basis="parent")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    browser.get(reverse("consents:my"))
    return browser


def _jan() -> Payer:
    jan = find_payer(make.pesel(2))
    assert jan
    return jan


def _token(browser: Client) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(reverse("consents:my")).text)
    assert found
    return found[1]


def _take_all_back(browser: Client, token: str) -> int:
    sent = {"choice": "wszystkie", "csrfmiddlewaretoken": token}
    return browser.post(reverse("consents:withdraw"), sent).status_code


def _held(payer: Payer) -> int:
    return consents_in_force(payer.pk, at=make.now()).count()


def test_a_form_meant_for_one_payer_does_nothing_once_another_was_chosen(two_tabs: Client, anna_payer: Payer) -> None:
    jan, hers = _jan(), _token(two_tabs)
    two_tabs.post(reverse("residents:switch"), {"payer": jan.pk, "csrfmiddlewaretoken": hers})
    before = _held(jan)
    assert _take_all_back(two_tabs, hers) == 403
    assert (_held(jan), _held(anna_payer) > 0) == (before, True)
    assert _take_all_back(two_tabs, _token(two_tabs)) == 302
    assert (_held(jan), _held(anna_payer) > 0) == (0, True)


def test_every_open_tab_of_a_mandate_that_ended_does_nothing_for_the_next_payer(
    two_tabs: Client, anna: Account, anna_payer: Payer
) -> None:
    jan = _jan()
    two_tabs.post(reverse("residents:switch"), {"payer": jan.pk, "csrfmiddlewaretoken": _token(two_tabs)})
    his = _token(two_tabs)
    revoke_mandate(Mandate.objects.get(account=anna, payer=jan), by=make.BY, at=make.now())
    before = _held(anna_payer)
    assert _take_all_back(two_tabs, his) == 302  # the first tab is told that the mandate is over
    assert _take_all_back(two_tabs, his) == 403  # so is the second
    assert _held(anna_payer) == before > 0
