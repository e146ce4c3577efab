"""The office's pages of payments speak Polish: states, sums and providers as people know them."""

import pytest
from django.urls import reverse

from residents.models import Account
from tests.conftest import SignIn
from tests.payments.browsing import words
from tests.payments.paying import Paying

# Unfold's own templates rely on variables that are not always there.
pytestmark = pytest.mark.ignore_template_errors


def test_a_payment_shows_no_codes_of_the_program(treasurer: Account, signed_in: SignIn, paying: Paying) -> None:
    office, payment = signed_in(treasurer), paying.start()
    page = words(office.get(reverse("admin:payments_payment_change", args=[payment.pk])))  # type: ignore[arg-type]
    assert [code for code in ("redirected", "Reference", "Nazwa: payu") if code in page] == []
    for told in ("przygotowana", "u operatora", "PayU (BLIK", "100,00 zł", payment.reference):
        assert told in page
    assert "100,00 zł" in words(office.get(reverse("admin:payments_payment_changelist")))  # type: ignore[arg-type]
