"""What the database holds of a PESEL, a phone, an address; and what the keys are for."""

import base64
import secrets
from collections.abc import Callable

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from core import encryption, inbound
from core.encryption import SealBroken, WrongKey, check_keys, fingerprint, fingerprints
from core.models import InboundEvent
from residents.actions import set_contact
from residents.models import Account, Contact
from residents.queries import contacts_of
from tests import make


def new_key() -> str:
    """A random key as the environment gives it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def sealed_alike(plain: str) -> str:
    """By the newest key."""
    return encryption.seal_alike(plain)[0]


def sealed_bytes(plain: str) -> str:
    """As text, for the table of ways below."""
    return encryption.seal_bytes(plain.encode()).decode("latin-1")


def opened_bytes(sealed: str) -> str:
    """The other way round."""
    return encryption.unseal_bytes(sealed.encode("latin-1")).decode()


WAYS = [
    (encryption.seal, encryption.unseal),
    (sealed_alike, encryption.unseal_alike),
    (sealed_bytes, opened_bytes),
]
ways = pytest.mark.parametrize(("seal", "unseal"), WAYS)
Way = Callable[[str], str]


@ways
@given(plain=st.text(max_size=300).filter(lambda text: "\x00" not in text and text.isprintable()))
def test_what_is_sealed_is_opened_again(seal: Way, unseal: Way, plain: str) -> None:
    assert unseal(seal(plain)) == plain
    assert len(plain) < 4 or plain not in seal(plain)


@ways
def test_after_a_rotation_the_old_key_still_opens_and_the_new_one_seals(
    seal: Way, unseal: Way, settings: Settings
) -> None:
    old, new = new_key(), new_key()
    settings.ENCRYPTION_KEYS = [old]
    before = seal("+48500100200")
    settings.ENCRYPTION_KEYS = [new, old]
    after = seal("+48500100200")
    assert unseal(before) == unseal(after) == "+48500100200"
    settings.ENCRYPTION_KEYS = [new]
    assert unseal(after) == "+48500100200"
    with pytest.raises(SealBroken):
        unseal(before)


@ways
def test_an_altered_value_is_not_opened(seal: Way, unseal: Way) -> None:
    sealed = seal("anna@example.com")
    for broken in (sealed[:-5] + ("AAAAA" if sealed[-5:] != "AAAAA" else "BBBBB"), "v9" + sealed[2:], "x", sealed[:20]):
        with pytest.raises(SealBroken):
            unseal(broken)


def test_a_pesel_is_sealed_differently_each_time_and_an_address_to_sign_in_alike() -> None:
    assert encryption.seal("x") != encryption.seal("x")
    assert sealed_alike("a@b.pl") == sealed_alike("a@b.pl") != sealed_alike("c@b.pl")


def test_a_fingerprint_names_its_key_and_is_looked_up_under_each(settings: Settings) -> None:
    old, new = new_key(), new_key()
    settings.INDEX_KEYS = [old]
    before = fingerprint("44051401359")
    settings.INDEX_KEYS = [new, old]
    assert before in fingerprints("44051401359")
    assert fingerprint("44051401359") != before
    assert fingerprint("44051401359")[:8] == encryption.fingerprint_prefix() != before[:8]
    assert len(before) == 64
    assert fingerprints("") == [""]


@pytest.mark.parametrize("keys", [[], ["short"], ["%%%"], [base64.urlsafe_b64encode(b"x" * 16).decode()]])
@pytest.mark.parametrize("ring", ["ENCRYPTION_KEYS", "INDEX_KEYS"])
def test_keys_that_are_none_are_found_before_they_do_harm(settings: Settings, ring: str, keys: list[str]) -> None:
    setattr(settings, ring, keys)
    with pytest.raises(WrongKey) as trouble:
        check_keys()
    assert not any(key in str(trouble.value) for key in keys)
    with pytest.raises(SystemCheckError, match=r"core\.E001"):
        call_command("check", "--deploy", "--tag", "security", "--fail-level", "ERROR")


@pytest.mark.django_db
def test_a_value_that_no_key_opens_is_shown_as_such_and_survives_a_save(settings: Settings) -> None:
    payer = make.payer(make.pesel(1))
    set_contact(payer.pk, kind="phone", address="+48500100200", source="w teście", by=make.BY, at=make.now())
    keys, index = settings.ENCRYPTION_KEYS, Contact.objects.get().address_fingerprint
    settings.ENCRYPTION_KEYS = [new_key()]
    assert contacts_of(payer.pk) == {"phone": "⟨nieczytelne⟩"}
    Contact.objects.get().save()
    settings.ENCRYPTION_KEYS = keys
    assert contacts_of(payer.pk) == {"phone": "+48500100200"}
    assert Contact.objects.get().address_fingerprint == index


@pytest.mark.django_db
def test_what_came_from_outside_lies_sealed_and_is_read_as_it_came() -> None:
    event, _ = inbound.receive("payu", key="1", headers={}, body=b'{"email": "anna@example.com"}', is_verified=True)
    assert InboundEvent.objects.get().body == event.body == b'{"email": "anna@example.com"}'
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM core_inboundevent")
        assert b"anna" not in bytes(cursor.fetchone()[0])


@pytest.mark.django_db
def test_an_address_to_sign_in_is_found_in_any_case_and_by_equality_alone(settings: Settings) -> None:
    anna = make.account("Anna@Example.com")
    settings.ENCRYPTION_KEYS = [new_key(), *settings.ENCRYPTION_KEYS]
    assert (
        Account.objects.get(email="ANNA@example.com") == Account.objects.get(email__iexact="anna@EXAMPLE.com") == anna
    )
    assert list(Account.objects.filter(email__in=["anna@example.com", "x@example.com"])) == [anna]
    assert not Account.objects.filter(email__in=["x@example.com"]).exists()
    assert list(Account.objects.exclude(email="x@example.com")) == [anna]
    with pytest.raises(FieldError):
        Account.objects.filter(email__contains="anna").exists()
    with connection.cursor() as cursor:
        for table in ("residents_account", "account_emailaddress"):
            cursor.execute(f"SELECT email FROM {table}")
            assert "anna" not in cursor.fetchone()[0]
