"""A clerk confirms an identity on seeing a document, and until somebody does, an account sees nothing of any payer."""

import pytest
from django.test import Client
from django.urls import reverse, reverse_lazy

from core.models import AuditEntry
from residents.models import AccessRecord, Account, Claim, Mandate, Payer
from tests import make
from tests.conftest import SignIn
from tests.house.doors import doors

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]  # Unfold's templates miss variables

CONFIRM = reverse_lazy("residents:confirm")


@pytest.fixture
def newcomer(db: None) -> Account:
    """Has an account and has confirmed nothing."""
    return make.account("nowy@example.com", name="Ewa Nowa")


@pytest.fixture
def payer(db: None) -> Payer:
    """Whom the newcomer proves to be."""
    return make.payer(make.pesel(9), "Ewa Nowa")


def shown(desk: Client, payer: Payer, **said: str) -> str:
    """What the clerk reads after saying what they saw."""
    typed = {"account": "nowy@example.com", "document": "identity_card", "checked": "on", **said}
    return desk.post(reverse("admin:residents_payer_document", args=[payer.pk]), typed, follow=True).text


def test_a_clerk_who_saw_an_identity_card_lets_the_person_in(
    signed_in: SignIn, clerk: Account, newcomer: Account, payer: Payer
) -> None:
    assert "Tożsamość potwierdzona" in shown(signed_in(clerk), payer)
    mandate = newcomer.mandates.get()
    assert (mandate.payer, mandate.basis, mandate.confirmed_how) == (payer, "self", "w urzędzie: dowód osobisty")
    told = AuditEntry.objects.get(verb="confirm_at_window")
    assert (told.account_id, told.subject) == (clerk.pk, f"payer:{payer.pk}")
    assert told.details == {"account": newcomer.pk, "document": "identity_card"}
    assert signed_in(newcomer).get(reverse("liabilities:my_dues")).status_code == 200


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"account": "nikt@example.com"}, "Nie ma konta z tym adresem."),
        ({"account": "referent@example.com"}, "Swojego konta nie potwierdza się samemu."),
        ({"document": "legitymacja"}, "Wybierz poprawną wartość"),
        ({"checked": ""}, "To pole jest wymagane."),
    ],
)
def test_what_a_clerk_may_not_confirm(
    signed_in: SignIn, clerk: Account, newcomer: Account, payer: Payer, said: dict[str, str], words: str
) -> None:
    assert words in shown(signed_in(clerk), payer, **said)
    assert not Mandate.objects.exists()


def test_a_document_for_a_payer_who_has_an_account_opens_the_dispute(
    signed_in: SignIn, clerk: Account, newcomer: Account, anna: Account, anna_payer: Payer
) -> None:
    page = shown(signed_in(clerk), anna_payer)
    assert "rozstrzygnij, czyje to dane" in page.replace("\xa0", " ")
    assert "Sporna tożsamość" in page
    assert Claim.objects.get().account == newcomer
    assert not newcomer.mandates.exists()


def test_until_confirmed_no_page_of_a_payer_opens(signed_in: SignIn, newcomer: Account, anna: Account) -> None:
    browser = signed_in(newcomer)
    own = [route for route, answers in doors().items() if answers["new"] == "who" and "<" not in route]
    assert len(own) >= 7
    for route in own:
        for method in (browser.get, browser.post):
            answer = method(f"/{route}")
            assert answer.status_code in {302, 405}
            led = answer.headers.get("Location", CONFIRM).partition("?")[0]
            assert led in {CONFIRM, reverse("account_reauthenticate")}
    assert not AccessRecord.objects.exists()
