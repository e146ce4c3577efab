"""A form that was open too long, or in a tab whose session ended elsewhere."""

import pytest
from django.test import Client
from django.urls import reverse

from residents.models import Account


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
