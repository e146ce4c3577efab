"""The letter with a confirmation code: a PDF that the clerk prints or sends."""

import io
import re

import pytest
from django.urls import reverse
from pypdf import PdfReader

from residents.models import Account
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def test_the_clerk_gets_a_letter_whose_code_lets_the_payer_in(signed_in: SignIn, clerk: Account) -> None:
    payer = make.payer(make.pesel(9), "Ewa Nowa")
    page = reverse("admin:residents_payer_code", args=[payer.pk])
    letter = signed_in(clerk).post(page, {"letter": "1"})
    assert letter.headers["Content-Type"] == "application/pdf"
    assert payer.number in letter.headers["Content-Disposition"]
    text = " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(letter.content)).pages)
    assert "Ewa Nowa" in text
    assert make.pesel(9).value not in text
    code = re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b", text)
    assert code
    newcomer = make.account("nowy@example.com", name="Ewa Nowa")
    typed = {"number": make.pesel(9).value, "code": code[0]}
    signed_in(newcomer).post(reverse("residents:confirm"), typed)
    assert newcomer.mandates.get().confirmed_how == "kod z urzędu"
