"""Several accounts prove to be one payer in the same moment, and several people decide one dispute."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from core.actor import Actor
from core.errors import Refused
from residents.actions import claim_payer, confirm_identity, grant_claim, issue_code, refuse_claim
from residents.models import Account, Claim, Mandate, Notice
from tests import make

NUMBER = make.pesel(1)
MANY = 6


def accounts() -> list[Account]:
    """As many as prove at once."""
    return [make.account(f"konto{place}@example.com") for place in range(MANY)]


def test_one_account_is_let_in_and_the_others_wait(committed: None) -> None:
    payer = make.payer(NUMBER)

    def prove(who: Account) -> bool:
        try:
            return isinstance(claim_payer(who, payer, how="login.gov.pl", by=make.BY, at=make.now()), Mandate)
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as people:
        let_in = list(people.map(prove, accounts()))
    assert let_in.count(True) == 1
    assert Mandate.objects.count() == 1
    assert Claim.objects.filter(state="waiting").count() == MANY - 1
    assert Notice.objects.filter(kind="claim_made").count() == MANY - 1


def test_a_code_that_many_type_at_once_is_used_by_one(committed: None) -> None:
    code = issue_code(make.payer(NUMBER), by=make.BY, at=make.now())

    def confirm(who: Account) -> str:
        try:
            confirm_identity(who, number=NUMBER, code=code, by=make.BY, at=make.now())
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "in"

    with ThreadPoolExecutor(MANY) as people:
        outcomes = sorted(people.map(confirm, accounts()))
    assert outcomes == ["code_spent"] * (MANY - 1) + ["in"]
    assert (Mandate.objects.count(), Claim.objects.count()) == (1, 0)


def test_a_dispute_that_two_clerks_decide_at_once_is_decided_once(committed: None) -> None:
    payer = make.payer(NUMBER)
    make.mandate(make.account("pierwsza@example.com"), payer)
    claim = claim_payer(make.account("druga@example.com"), payer, how="login.gov.pl", by=make.BY, at=make.now())
    assert isinstance(claim, Claim)

    def decide(place: int) -> str:
        decision = grant_claim if place % 2 else refuse_claim
        try:
            decision(claim, reason="sprawdzone", by=Actor(name=f"Referent {place}"), at=make.now())
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(MANY) as clerks:
        outcomes = sorted(clerks.map(decide, range(MANY)))
    assert outcomes == ["claim_decided"] * (MANY - 1) + ["done"]
    assert Mandate.objects.filter(basis="self", revoked_at__isnull=True).count() == 1
