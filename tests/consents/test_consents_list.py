"""The office's list of consents: from when, until when, and which are in force."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from consents.models import ConsentApplication
from core.dates import format_date
from residents.models import Account
from tests import make
from tests.conftest import SignIn
from tests.payments.browsing import words

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
LIST = reverse("admin:consents_consent_changelist")


@pytest.fixture
def office(clerk: Account, signed_in: SignIn) -> Client:
    """The clerk's browser, after a paper by SMS that a later one by e-mail replaced."""
    number = make.pesel(1)
    make.payer(number, "Anna Nowak")
    make.consent(number, channels=("sms",), signed_on=make.today() - timedelta(days=9))
    make.consent(number, channels=("email",), signed_on=make.today() - timedelta(days=2))
    return signed_in(clerk)


def test_days_are_written_as_people_write_them(office: Client) -> None:
    page = words(office.get(LIST))  # type: ignore[arg-type]
    assert format_date(make.today()).replace("\u00a0", " ") in page
    assert "None" not in page


def test_the_clerk_can_ask_for_those_in_force(office: Client) -> None:
    def shown(state: str) -> set[str]:
        return set(re.findall(r"wniosek nr \d+", words(office.get(LIST, {"stan": state}))))  # type: ignore[arg-type]

    first, second = (
        f"wniosek nr {key}" for key in ConsentApplication.objects.order_by("pk").values_list("pk", flat=True)
    )
    assert (shown("obowiazuja"), shown("wygasly")) == ({second}, {first})
    assert shown("") == {first, second}
