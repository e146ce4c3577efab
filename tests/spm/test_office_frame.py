"""The frame of the office's pages: landmarks, the icon, the foot of a list, and where the first page leads."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from broadcasts.composing import make_draft
from broadcasts.models import Hazard, SourceState
from core.actor import job
from notifications.models import GatewayRest, Route
from payments.models import StatementFile
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


def test_an_officers_first_page_tells_of_drafts_of_silent_sources_and_of_every_gateway(
    officer: Account, signed_in: SignIn
) -> None:
    hazard = Hazard.objects.filter(is_active=True).first()
    make_draft(said={"hazard": hazard, "until": make.now() + timedelta(hours=3)}, by=job("test"), at=make.now())
    SourceState.objects.create(code="proba", name="Próbne źródło", failing_since=make.now(), trouble="nie odpowiada")
    GatewayRest.objects.create(gateway="smsapi", until=make.now(), reason="brak środków")
    page = signed_in(officer).get(reverse("admin:index")).content.decode()
    assert reverse("admin:broadcasts_compose") in page
    assert "przydzielonej roli" not in page
    assert "<strong>1</strong> <span>szkice ostrzeżeń</span>" in page
    assert "Próbne źródło" in page
    assert "smsapi – SMS: nie przyjmuje wiadomości: brak środków" in page
    assert "smtp – e-mail: działa" in page


def test_an_administrator_finds_the_switch_of_each_gateway_on_the_first_page(
    administrator: Account, signed_in: SignIn
) -> None:
    route = Route.objects.create(gateway="smtp", is_on=False)
    page = signed_in(administrator).get(reverse("admin:index")).content.decode()
    assert (
        f'<a href="{reverse("admin:notifications_route_change", args=[route.pk])}">smtp</a> – e-mail: wyłączona' in page
    )
    assert f'{reverse("admin:notifications_route_add")}?gateway=smsapi"' in page


def test_a_name_is_a_link_for_those_alone_who_may_follow_it(
    treasurer: Account, administrator: Account, signed_in: SignIn
) -> None:
    file = StatementFile.objects.create(name="a.sta", form="mt940", sha256="0" * 64, size=1, received_by=treasurer)
    page = reverse("admin:payments_statementfile_change", args=[file.pk])
    account = reverse("admin:residents_account_change", args=[treasurer.pk])
    plain, linked = (signed_in(who).get(page).content.decode() for who in (treasurer, administrator))
    assert "Tomasz Skarbnik" in plain.partition("<main")[2]
    assert (f'href="{account}"' in plain, f'href="{account}"' in linked) == (False, True)
