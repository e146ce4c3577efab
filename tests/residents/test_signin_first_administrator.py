"""The first administrator of a new town, made by a command on the server, signs in by the portal's own pages."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
EMAIL = "pierwszy@urzad.example"


def test_who_was_made_by_createsuperuser_confirms_the_address_sets_up_a_factor_and_is_in(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[object]
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", make.PASSWORD)
    call_command("createsuperuser", "--noinput", "--email", EMAIL)
    desk = Client()
    office = reverse("admin:index")
    assert desk.get(office, follow=True).redirect_chain[-1][0].startswith(reverse("account_login"))
    answer = desk.post(reverse("account_login"), {"login": EMAIL, "password": make.PASSWORD, "next": office})
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    found = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mailoutbox[-1].body, re.MULTILINE)  # type: ignore[attr-defined]
    assert found
    answer = desk.post(reverse("account_email_verification_sent"), {"code": found[1]})
    assert answer.headers["Location"] == office
    assert EmailAddress.objects.filter(verified=True).count() == 1
    assert desk.get(office).headers["Location"] == reverse("mfa_index")
