"""A code from the office ties an account to a payer: one use, thirty days, five tries."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import Refused
from core.models import AuditEntry
from residents.actions import CODE_LETTERS, confirm_identity, issue_code, revoke_mandate
from residents.identity import IdentityNumber
from residents.models import Account, Claim, ConfirmationCode, Mandate, Payer
from tests import make

pytestmark = pytest.mark.django_db
NUMBER = make.pesel(1)


@pytest.fixture
def payer() -> Payer:
    """Whose identity is to be confirmed."""
    return make.payer(NUMBER)


@pytest.fixture
def account() -> Account:
    """Who types the code."""
    return make.account("anna@example.com")


@pytest.fixture
def code(payer: Payer) -> str:
    """The code in Anna's hand."""
    return issue_code(payer, by=make.BY, at=make.now())


def confirm(who: Account, code: str, number: IdentityNumber = NUMBER, *, days: int = 0) -> Mandate:
    """What the page does."""
    mandate = confirm_identity(who, number=number, code=code, by=make.BY, at=make.now() + timedelta(days=days))
    assert isinstance(mandate, Mandate)
    return mandate


def refusal_of(who: Account, code: str, number: IdentityNumber = NUMBER, *, days: int = 0) -> str:
    """The code of the refusal that meets the try."""
    with pytest.raises(Refused) as refusal:
        confirm(who, code, number, days=days)
    return refusal.value.code


def wrong(code: str) -> str:
    """A code that differs by one letter."""
    return code[:-1] + ("A" if code[-1] != "A" else "B")


def test_the_right_number_and_code_make_a_mandate_for_everything(account: Account, payer: Payer, code: str) -> None:
    mandate = confirm(account, code)
    assert (mandate.payer, mandate.basis, mandate.scope, mandate.confirmed_how) == (
        payer,
        "self",
        "all",
        "kod z urzędu",
    )
    used = ConfirmationCode.objects.get()
    assert (used.used_by, used.tries_left) == (account, 5)


def test_a_companys_code_makes_its_typist_a_representative(account: Account) -> None:
    code = issue_code(make.payer(make.nip(1), "Stolarnia"), by=make.BY, at=make.now())
    assert confirm(account, code, make.nip(1)).basis == "representative"


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("-", "")])
def test_a_code_may_be_typed_carelessly(account: Account, code: str, typed: object) -> None:
    assert confirm(account, typed(code)).account == account  # type: ignore[operator]


def test_a_code_is_easy_to_read_aloud_and_kept_only_as_a_digest(code: str) -> None:
    plain = code.replace("-", "")
    assert (len(code), len(plain), code[4]) == (9, 8, "-")
    assert set(plain) <= set(CODE_LETTERS)
    assert not set(CODE_LETTERS) & set("IO01")
    assert plain not in str(list(ConfirmationCode.objects.values()) + list(AuditEntry.objects.values()))


def test_a_wrong_code_takes_one_try_and_makes_no_mandate(account: Account, code: str) -> None:
    assert refusal_of(account, wrong(code)) == "code_wrong"
    assert ConfirmationCode.objects.get().tries_left == 4
    assert Mandate.objects.count() == 0
    assert AuditEntry.objects.filter(verb="code_wrong").count() == 1
    confirm(account, code)


def test_after_five_wrong_tries_the_right_code_is_spent(account: Account, code: str) -> None:
    assert [refusal_of(account, wrong(code)) for _ in range(7)] == ["code_wrong"] * 7
    assert ConfirmationCode.objects.get().tries_left == 0
    assert refusal_of(account, code) == "code_spent"
    assert Mandate.objects.count() == 0


def test_an_unknown_number_and_a_number_without_code_are_refused_in_the_same_words(account: Account) -> None:
    make.payer(make.pesel(2), "Bez Kodu")
    words = set()
    for number in (make.pesel(2), make.pesel(3)):
        with pytest.raises(Refused) as refusal:
            confirm(account, "ABCD-EFGH", number)
        words.add((refusal.value.code, str(refusal.value), refusal.value.where))
    issue_code(make.payer(NUMBER), by=make.BY, at=make.now())
    with pytest.raises(Refused) as refusal:
        confirm(account, "ABCD-EFGH")
    assert words == {(refusal.value.code, str(refusal.value), refusal.value.where)}


def test_anothers_code_does_not_open_my_number(account: Account, code: str) -> None:
    make.payer(make.pesel(2), "Jan")
    issue_code(Payer.objects.get(name="Jan"), by=make.BY, at=make.now())
    assert refusal_of(account, code, make.pesel(2)) == "code_wrong"


def test_a_code_ends_after_thirty_days(account: Account, code: str) -> None:
    assert refusal_of(account, code, days=30) == "code_expired"
    assert Mandate.objects.count() == 0
    confirm(account, code, days=29)


def test_a_new_code_ends_the_earlier_one(account: Account, payer: Payer, code: str) -> None:
    newer = issue_code(payer, by=make.BY, at=make.now())
    assert refusal_of(account, code) == "code_wrong"
    confirm(account, newer)


def test_a_code_is_used_once(account: Account, payer: Payer, code: str) -> None:
    revoke_mandate(confirm(account, code), by=make.BY, at=make.now())
    assert refusal_of(account, code) == "code_spent"
    assert refusal_of(make.account("jan@example.com"), code) == "code_spent"


def test_a_payer_who_has_an_account_is_a_matter_for_a_clerk_and_the_code_is_used_up(
    account: Account, payer: Payer
) -> None:
    make.mandate(make.account("wczesniej@example.com"), payer)
    claim = confirm_identity(
        account, number=NUMBER, code=issue_code(payer, by=make.BY, at=make.now()), by=make.BY, at=make.now()
    )
    assert isinstance(claim, Claim)
    assert (claim.state, claim.how) == ("waiting", "kod z urzędu")
    assert ConfirmationCode.objects.get().used_by == account
    assert not account.mandates.exists()


def test_who_is_confirmed_already_is_told_so(account: Account, payer: Payer) -> None:
    make.mandate(account, payer)
    assert refusal_of(account, issue_code(payer, by=make.BY, at=make.now())) == "already_confirmed"


def test_the_database_refuses_a_used_code_without_its_user(code: str) -> None:
    with (
        pytest.raises(IntegrityError, match="confirmation_code_used_by_iff_used"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE residents_confirmationcode SET used_at = now()")
