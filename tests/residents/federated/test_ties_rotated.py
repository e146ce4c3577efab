"""Ties between accounts and people whom login.gov.pl proved outlive a rotation of the index key."""

import io

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from core.encryption import fingerprint
from residents.federated.tie_rotation import index_ties_anew
from residents.models import Account, Claim, Mandate
from tests import make
from tests.core.test_encryption import new_key
from tests.residents.federated.browsing import give_address, go_through, is_signed_in, who_is_signed_in
from tests.saml_idp import SamlIdp

PESEL = make.pesel(300).value


def comes_in(idp: SamlIdp) -> Client:
    """A fresh browser, signed in by the node."""
    client = Client()
    assert go_through(client, idp)["Location"] == reverse("home")
    assert is_signed_in(client)
    return client


def rotate() -> None:
    """What the operator runs."""
    call_command("rotate_keys", stdout=io.StringIO(), stderr=io.StringIO())


def test_no_tie_is_left_under_the_old_key_and_one_signs_in_before_and_after(
    idp: SamlIdp, client: Client, settings: Settings
) -> None:
    go_through(client, idp)
    give_address(client, "nowa@example.com")
    newest = new_key()
    settings.INDEX_KEYS = [newest, *settings.INDEX_KEYS]
    rotate()
    settings.INDEX_KEYS = [newest]
    assert SocialAccount.objects.get().uid == fingerprint(PESEL)
    assert who_is_signed_in(comes_in(idp)).email == "nowa@example.com"
    assert (Account.objects.count(), Mandate.objects.count()) == (1, 1)


def test_who_comes_between_the_new_key_and_the_rotation_finds_the_same_account(
    idp: SamlIdp, client: Client, settings: Settings
) -> None:
    """Also one who only waits for a clerk: no mandate leads to the account."""
    make.mandate(make.account("pierwsza@example.com"), make.payer(make.pesel(300)))
    go_through(client, idp)
    give_address(client, "druga@example.com")
    newest = new_key()
    settings.INDEX_KEYS = [newest, *settings.INDEX_KEYS]
    assert who_is_signed_in(comes_in(idp)).email == "druga@example.com"
    assert SocialAccount.objects.count() == 2
    rotate()
    settings.INDEX_KEYS = [newest]
    assert SocialAccount.objects.get().uid == fingerprint(PESEL)
    assert who_is_signed_in(comes_in(idp)).email == "druga@example.com"
    assert Claim.objects.count() == 1


def test_a_tie_that_leads_to_nobody_is_told_and_left(db: None, settings: Settings) -> None:
    account = make.account("x@example.com")
    SocialAccount.objects.create(user=account, provider="login-gov-pl", uid=fingerprint(PESEL))
    settings.INDEX_KEYS = [new_key(), *settings.INDEX_KEYS]
    assert len(index_ties_anew().unreadable) == 1
    with pytest.raises(SystemExit):
        call_command("rotate_keys", "--json", stdout=io.StringIO(), stderr=io.StringIO())
