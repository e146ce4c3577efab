"""The same person proved by a second account: nobody is let in, the first owner is told, a clerk decides."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from core.actor import Actor
from core.errors import Refused
from core.models import AuditEntry
from residents import tasks
from residents.actions import claim_payer, grant_claim, issue_code, refuse_claim, revoke_mandate
from residents.models import Account, Claim, Mandate, Notice, Payer
from tests import make
from tests.conftest import SignIn
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
CLERK = Actor(name="Maria Referent")


@pytest.fixture
def second(db: None) -> Account:
    """An account whose owner also proves to be Anna."""
    return make.account("druga@example.com", name="Anna Druga")


def claimed(second: Account, payer: Payer) -> Claim:
    """What login.gov.pl leads to."""
    claim = claim_payer(second, payer, how="login.gov.pl", by=make.BY, at=make.now())
    assert isinstance(claim, Claim)
    return claim


def told() -> list[tuple[str, str]]:
    """Who was told what."""
    return list(Notice.objects.order_by("pk").values_list("account__email", "kind"))


def owner_of(payer: Payer) -> Account:
    """Whose own payer it is."""
    return Mandate.objects.get(payer=payer, basis="self", revoked_at=None).account


def test_a_payer_without_an_account_goes_to_who_proved_to_be_them(second: Account) -> None:
    payer = make.payer(make.pesel(4), "Ewa Nowa")
    mandate = claim_payer(second, payer, how="login.gov.pl", by=make.BY, at=make.now())
    assert isinstance(mandate, Mandate)
    assert (mandate.basis, mandate.scope, mandate.confirmed_how) == ("self", "all", "login.gov.pl")
    assert claim_payer(second, payer, how="login.gov.pl", by=make.BY, at=make.now()) == mandate
    assert told() == []


def test_a_body_may_have_several_representatives(second: Account, ksiegowa: Account, firma: Payer) -> None:
    mandate = claim_payer(second, firma, how="kod z urzędu", by=make.BY, at=make.now())
    assert isinstance(mandate, Mandate)
    assert mandate.basis == "representative"


def test_an_attorney_who_proves_to_be_the_payer_acts_as_themselves_from_then_on(piotr: Account) -> None:
    payer = piotr.mandates.get().payer
    own = claim_payer(piotr, payer, how="login.gov.pl", by=make.BY, at=make.now())
    assert isinstance(own, Mandate)
    assert list(piotr.mandates.filter(revoked_at=None).values_list("basis", "scope")) == [("self", "all")]


def test_a_second_account_is_not_let_in_and_the_first_owner_is_told(
    anna: Account, anna_payer: Payer, second: Account
) -> None:
    claim = claimed(second, anna_payer)
    assert (claim.state, claim.first_owner, owner_of(anna_payer)) == ("waiting", anna, anna)
    assert not second.mandates.exists()
    assert told() == [("anna@example.com", "claim_made")]
    assert claimed(second, anna_payer) == claim
    assert len(told()) == 1
    assert AuditEntry.objects.filter(verb="claim_payer", subject=f"payer:{anna_payer.pk}").count() == 1


@pytest.mark.ignore_template_errors  # Unfold's own templates rely on variables that are not always there
def test_a_clerk_gives_the_payer_to_the_second_account(
    signed_in: SignIn, clerk: Account, anna: Account, anna_payer: Payer, second: Account
) -> None:
    claim = claimed(second, anna_payer)
    desk, page = signed_in(clerk), reverse("admin:residents_claim_change", args=[claim.pk])
    seen = desk.get(page)
    assert "Anna Druga" in seen.text
    assert "anna@example.com" in seen.text
    assert desk.post(page, {"grant": "1", "reason": ""}).status_code == 200
    assert owner_of(anna_payer) == anna
    assert desk.post(page, {"grant": "1", "reason": "okazany dowód osobisty"}).status_code == 302
    assert owner_of(anna_payer) == second
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by) == ("granted", "Maria Referent")
    assert told()[1:] == [("anna@example.com", "claim_lost"), ("druga@example.com", "claim_granted")]
    assert signed_in(anna).get(reverse("liabilities:my_dues")).status_code == 302
    assert signed_in(second).get(reverse("liabilities:my_dues")).status_code == 200


@pytest.mark.ignore_template_errors  # Unfold's own templates rely on variables that are not always there
def test_a_clerk_leaves_the_payer_with_the_first_account(
    signed_in: SignIn, clerk: Account, anna: Account, anna_payer: Payer, second: Account
) -> None:
    claim = claimed(second, anna_payer)
    page = reverse("admin:residents_claim_change", args=[claim.pk])
    signed_in(clerk).post(page, {"refuse": "1", "reason": "to nie ta osoba"})
    claim.refresh_from_db()
    assert (claim.state, owner_of(anna_payer)) == ("refused", anna)
    assert not second.mandates.exists()
    assert told()[1:] == [("druga@example.com", "claim_refused"), ("anna@example.com", "claim_dismissed")]
    own = signed_in(second).get(reverse("residents:claims")).text
    assert "odrzucone" in own
    assert "to nie ta osoba" in own


def test_a_decision_is_made_once(anna: Account, anna_payer: Payer, second: Account) -> None:
    claim = claimed(second, anna_payer)
    refuse_claim(claim, reason="nie", by=CLERK, at=make.now())
    with pytest.raises(Refused) as refusal:
        grant_claim(claim, reason="tak", by=CLERK, at=make.now())
    assert refusal.value.code == "claim_decided"
    assert owner_of(anna_payer) == anna


def test_a_refused_claim_does_not_come_back_by_signing_in_again_but_does_by_a_new_code(
    anna: Account, anna_payer: Payer, second: Account, signed_in: SignIn
) -> None:
    claim = claimed(second, anna_payer)
    refuse_claim(claim, reason="nie", by=CLERK, at=make.now())
    assert claimed(second, anna_payer) == claim
    code = issue_code(anna_payer, by=make.BY, at=make.now())
    said = {"number": make.pesel(1).value, "code": code}
    answer = signed_in(second).post(reverse("residents:confirm"), said, follow=True)
    assert "czeka na urząd" in answer.text
    assert Claim.objects.filter(state="waiting").count() == 1


def test_a_claim_whose_first_owner_left_meanwhile_is_granted_all_the_same(
    anna: Account, anna_payer: Payer, second: Account
) -> None:
    claim = claimed(second, anna_payer)
    revoke_mandate(anna.mandates.get(), by=make.BY, at=make.now())
    grant_claim(claim, reason="pierwsze konto zamknięte", by=CLERK, at=make.now())
    assert owner_of(anna_payer) == second


def test_who_waits_sees_nothing_of_the_payer(
    signed_in: SignIn, anna: Account, anna_payer: Payer, second: Account
) -> None:
    claimed(second, anna_payer)
    browser: Client = signed_in(second)
    for name in ("liabilities:my_dues", "residents:profile", "residents:looks", "payments:history", "consents:my"):
        assert browser.get(reverse(name)).headers["Location"] == reverse("residents:confirm")
    own = browser.get(reverse("residents:claims")).text
    assert "czeka na urząd" in own
    assert "anna@example.com" not in own


def test_notices_go_by_e_mail_once_and_wait_out_a_mail_server_that_is_away(
    sandbox: Sandbox, settings: Settings, anna: Account, anna_payer: Payer, second: Account
) -> None:
    claimed(second, anna_payer)
    settings.EMAIL_PORT, port = 1, settings.EMAIL_PORT
    assert tasks.send_notices() == 0
    settings.EMAIL_PORT = port
    assert [tasks.send_notices(), tasks.send_notices()] == [1, 0]


def test_a_notice_names_neither_the_number_nor_the_other_account(
    settings: Settings, anna: Account, anna_payer: Payer, second: Account
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    claimed(second, anna_payer)
    tasks.send_notices()
    letter = mail.outbox[0]
    assert letter.to == ["anna@example.com"]
    assert "Sprawę rozstrzygnie pracownik urzędu" in letter.body
    assert make.pesel(1).value not in letter.body
    assert "druga@example.com" not in letter.body
