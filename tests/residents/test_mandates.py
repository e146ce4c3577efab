"""Who may act for whom, and until when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import Refused
from core.models import AuditEntry
from residents.actions import grant_mandate, revoke_mandate
from residents.models import Account, Mandate, Payer
from residents.queries import mandates_of
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def payer() -> Payer:
    """For whom somebody acts."""
    return make.payer(make.pesel(1))


@pytest.fixture
def account() -> Account:
    """Who acts."""
    return make.account("anna@example.com")


def grant(account: Account, payer: Payer, **said: object) -> Mandate:
    """A mandate of an attorney from now on."""
    terms = {"basis": "attorney", "scope": "pay", "confirmed_how": "pełnomocnictwo", "at": make.now(), **said}
    return grant_mandate(account=account, payer=payer, by=make.BY, **terms)  # type: ignore[arg-type]


@pytest.mark.parametrize(("scope", "may_pay"), [("view", False), ("pay", True), ("all", True)])
def test_a_scope_says_whether_one_may_pay(account: Account, payer: Payer, scope: str, may_pay: bool) -> None:
    assert grant(account, payer, scope=scope).may_pay is may_pay


def test_a_mandate_holds_from_its_beginning_to_its_end(account: Account, payer: Payer) -> None:
    now = make.now()
    grant(account, payer, at=now, valid_until=now + timedelta(days=2))
    days = [day for day in range(-1, 4) if mandates_of(account, at=now + timedelta(days=day)).exists()]
    assert days == [0, 1]


def test_one_that_ran_out_may_be_given_again(account: Account, payer: Payer) -> None:
    now = make.now()
    first = grant(account, payer, at=now - timedelta(days=9), valid_until=now - timedelta(days=1))
    second = grant(account, payer, at=now)
    first.refresh_from_db()
    assert first.revoked_at == first.valid_until
    assert list(mandates_of(account, at=now)) == [second]


def test_one_that_would_be_over_before_it_begins_is_refused(account: Account, payer: Payer) -> None:
    with pytest.raises(Refused) as refusal:
        grant(account, payer, valid_until=make.now() - timedelta(days=1))
    assert (refusal.value.code, refusal.value.where) == ("ends_before_it_begins", "valid_until")
    assert Mandate.objects.count() == 0


def test_the_same_mandate_twice_is_refused(account: Account, payer: Payer) -> None:
    grant(account, payer)
    with pytest.raises(Refused) as refusal:
        grant(account, payer)
    assert refusal.value.code == "already_confirmed"
    assert Mandate.objects.count() == 1


def test_a_payer_has_one_own_account_and_any_number_of_attorneys(account: Account, payer: Payer) -> None:
    grant(account, payer, basis="self")
    other = make.account("druga@example.com")
    with pytest.raises(Refused) as refusal:
        grant(other, payer, basis="self")
    assert refusal.value.code == "payer_taken"
    grant(other, payer)
    assert Mandate.objects.count() == 2


def test_a_revoked_mandate_ends_at_once_and_only_once(account: Account, payer: Payer) -> None:
    mandate = grant(account, payer)
    for _ in range(2):
        revoke_mandate(mandate, by=make.BY, at=make.now())
    assert not mandates_of(account, at=make.now()).exists()
    assert AuditEntry.objects.filter(verb="revoke_mandate").count() == 1
    grant(account, payer)


def test_ones_own_mandate_comes_first(account: Account, payer: Payer) -> None:
    grant(account, make.payer(make.nip(1), "A-firma"), basis="representative")
    grant(account, make.payer(make.pesel(3), "Babcia"))
    own = grant(account, payer, basis="self")
    assert [mandate.basis for mandate in mandates_of(account, at=make.now())] == [
        own.basis,
        "representative",
        "attorney",
    ]


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        (
            "mandate_one_in_force",
            "UPDATE residents_mandate SET account_id = (SELECT min(account_id) FROM residents_mandate)",
        ),
        ("mandate_one_own_account", "UPDATE residents_mandate SET basis = 'self'"),
        ("mandate_begins_before_it_ends", "UPDATE residents_mandate SET valid_until = valid_from"),
    ],
)
def test_the_database_itself_refuses(account: Account, payer: Payer, constraint: str, change: str) -> None:
    grant(account, payer)
    grant(make.account("druga@example.com"), payer)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
