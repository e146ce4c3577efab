"""Sign-in by login.gov.pl against a real SAML identity provider: who gets in, and every answer that is refused."""

import base64
import re
from collections.abc import Callable

from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from residents.models import AccessRecord, Account, Claim, Mandate, Payer
from residents.notices import send_notices
from tests import make
from tests.residents.federated.browsing import (
    METADATA,
    START,
    answered,
    ask,
    bring,
    give_address,
    go_through,
    is_signed_in,
    refused_codes,
    who_is_signed_in,
)
from tests.saml_idp import SamlIdp

PESEL = make.pesel(300).value
BORN = "1980-05-17"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"


def test_a_resident_whom_the_node_proves_gets_an_account_and_their_dues_at_once(idp: SamlIdp, client: Client) -> None:
    payer = make.payer(make.pesel(300), "Anna Nowak")
    make.dues(make.row(make.pesel(300), key="NODE-1", title="Podatek rolny"))
    asked_for_address = go_through(client, idp)
    assert asked_for_address["Location"] == reverse("socialaccount_signup")
    give_address(client, "nowa@example.com")
    page = client.get(reverse("liabilities:my_dues"))
    assert "Podatek rolny" in page.content.decode()
    mandate = Mandate.objects.get(payer=payer)
    assert (mandate.basis, mandate.confirmed_how) == ("self", "login.gov.pl")
    assert who_is_signed_in(client).full_name == "Anna Nowak"


def test_who_owes_nothing_yet_is_registered_by_the_pesel(idp: SamlIdp, client: Client) -> None:
    go_through(client, idp)
    give_address(client, "nowa@example.com")
    payer = Payer.objects.with_number(make.pesel(300)).get()
    assert (payer.name, payer.kind, payer.pesel) == ("Anna Nowak", "person", PESEL)


def test_nothing_is_granted_before_the_address_is_confirmed(idp: SamlIdp, client: Client) -> None:
    go_through(client, idp)
    client.post(reverse("socialaccount_signup"), {"email": "cudza@example.com"})
    assert not is_signed_in(client)
    assert not Mandate.objects.exists()


def test_the_second_time_one_is_let_in_with_no_question(idp: SamlIdp, client: Client) -> None:
    go_through(client, idp)
    give_address(client, "nowa@example.com")
    first = who_is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)
    again = Client()
    assert go_through(again, idp)["Location"] == reverse("home")
    assert who_is_signed_in(again) == first
    assert Mandate.objects.count() == 1


def test_who_is_signed_in_by_email_confirms_their_identity_by_the_node(
    idp: SamlIdp, signed_in: Callable[[Account], Client]
) -> None:
    account = make.account("zwykla@example.com")
    browser = signed_in(account)
    assert "Potwierdź przez login.gov.pl" in browser.get(reverse("residents:confirm")).content.decode()
    go_through(browser, idp, "connect")
    mandate = Mandate.objects.get(account=account)
    assert (mandate.basis, mandate.confirmed_how, mandate.payer.pesel) == ("self", "login.gov.pl", PESEL)


def test_the_request_is_signed_asks_anew_and_names_what_it_wants(idp: SamlIdp, client: Client) -> None:
    answered(idp, ask(client))  # pysaml2 has checked the signature against our metadata
    asked = idp.asked[0]
    assert asked.force_authn == "true"
    assert asked.requested_authn_context.authn_context_class_ref[0].text == "http://eidas.europa.eu/LoA/substantial"
    assert "naturalperson/PersonIdentifier" in str(asked)


def test_the_button_is_there_only_when_the_node_is_set_up(idp: SamlIdp, client: Client, settings: Settings) -> None:
    assert "Zaloguj się przez login.gov.pl" in client.get(reverse("account_login")).content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {"saml": {**settings.SOCIALACCOUNT_PROVIDERS["saml"], "APPS": []}}
    assert "login.gov.pl" not in client.get(reverse("account_login")).content.decode()
    assert client.get(START).status_code == 404
    assert client.get(METADATA).status_code == 404


def test_nothing_that_the_node_said_lies_in_the_database_in_the_clear(idp: SamlIdp, client: Client) -> None:
    """Looked at in the middle, when the sign-in waits for an address, and at the end."""
    client.post("/konto/saml/login-gov-pl/acs/", {"SAMLResponse": answered(idp, ask(client))})
    assert not _said_in_database(PESEL)
    client.get("/konto/saml/login-gov-pl/acs/finish/")
    assert not _said_in_database(PESEL)
    give_address(client, "nowa@example.com")
    assert not _said_in_database(PESEL)


def _said_in_database(number: str) -> bool:
    """Whether any row says *number*, sessions opened and base64 undone as far as it goes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            if any(number in row for (row,) in cursor.fetchall()):
                return True
    opened = [str(session.get_decoded()) for session in Session.objects.all()]
    parts = [part for text in opened for part in re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", text)]
    plain = [base64.b64decode(part + "==", validate=False).decode("latin-1") for part in parts if len(part) % 4 != 1]
    return any(number in text for text in opened + plain)


def test_a_second_account_of_the_same_person_waits_for_a_clerk_and_the_first_owner_is_told(
    idp: SamlIdp, client: Client
) -> None:
    first = make.account("pierwsza@example.com", name="Anna Nowak")
    payer = make.payer(make.pesel(300), "Anna Nowak")
    make.mandate(first, payer)
    go_through(client, idp)
    give_address(client, "druga@example.com")
    claim = Claim.objects.get()
    assert (claim.account.email, claim.first_owner, claim.how) == ("druga@example.com", first, "login.gov.pl")
    assert client.get(reverse("liabilities:my_dues")).status_code == 302
    assert not AccessRecord.objects.filter(payer=payer).exists()
    mail.outbox.clear()
    send_notices(at=make.now())
    assert [letter.to for letter in mail.outbox] == [["pierwsza@example.com"]]


def test_an_account_confirmed_as_one_person_cannot_become_another(
    idp: SamlIdp, signed_in: Callable[[Account], Client], anna: Account
) -> None:
    browser = signed_in(anna)
    page = go_through(browser, idp, "connect")
    assert page.status_code == 403
    assert "To konto należy już do innej osoby" in page.content.decode()
    assert refused_codes() == ["other_person"]
    assert Mandate.objects.filter(account=anna).count() == 1


def test_confirming_with_a_person_who_signs_in_to_another_account_is_a_claim(
    idp: SamlIdp, client: Client, signed_in: Callable[[Account], Client]
) -> None:
    go_through(client, idp)
    give_address(client, "pierwsza@example.com")
    second = make.account("druga@example.com")
    go_through(signed_in(second), idp, "connect")
    assert Claim.objects.get().account == second
    assert Mandate.objects.get().account.email == "pierwsza@example.com"


def test_confirming_after_the_session_ended_is_refused(
    idp: SamlIdp, signed_in: Callable[[Account], Client], anna: Account
) -> None:
    browser = signed_in(anna)
    answer = answered(idp, ask(browser, "connect"))
    states = browser.session["socialaccount_states"]
    browser.logout()
    session = browser.session
    session["socialaccount_states"] = states
    session.save()
    browser.cookies["spm-session"] = session.session_key
    page = bring(browser, answer)
    assert page.status_code == 403
    assert refused_codes() == ["session_ended"]
