"""Killed at any step of an import, a statement's money is posted by the next run, whole and once."""

from collections.abc import Callable
from pkgutil import resolve_name

import pytest

from liabilities.models import LedgerEntry
from payments.bank_entries import match_entries
from payments.statement_proof import unproven_statements
from payments.statements import finish_files
from payments.virtual_accounts import virtual_account
from residents.models import Payer
from tests import make
from tests.payments.statements.books import in_ledger, statement, states
from tests.payments.statements.samples import Transfer

pytestmark = pytest.mark.django_db


def dies_at_call(number: int, alive: Callable[..., object]) -> Callable[..., object]:
    """*alive*, until it is called for that time."""
    calls = 0

    def called(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == number:
            raise KeyboardInterrupt
        return alive(*arguments, **options)

    return called


@pytest.mark.parametrize(
    ("place", "call"),
    [
        ("payments.statements.take_in", 1),  # the file is kept, and nothing of it is read
        ("payments.statements._line", 2),  # amid the entries
        ("payments.statements.match_entries", 1),  # between reading and posting
        ("liabilities.incoming._Books.land", 2),  # amid the ledger's lines
        ("payments.bank_entries._mark", 1),  # in the ledger, not marked yet
        ("payments.bank_entries._match_some", 2),  # between two batches
    ],
)
def test_what_was_left_is_posted_once(
    anna_payer: Payer, monkeypatch: pytest.MonkeyPatch, place: str, call: int
) -> None:
    credited = virtual_account(anna_payer)
    transfers = [Transfer(amount, "podatek", credited=credited) for amount in ("30.00", "30.00", "20.00")]
    monkeypatch.setitem(match_entries.__kwdefaults__, "batch", 2)
    with monkeypatch.context() as patched:
        patched.setattr(place, dies_at_call(call, resolve_name(place)))
        with pytest.raises(KeyboardInterrupt):
            statement(*transfers, Transfer("5.00", "nie wiadomo co"))
    finish_files(by=make.BY, at=make.now())
    finish_files(by=make.BY, at=make.now())
    assert states() == ["posted", "posted", "posted", "waiting"]
    assert in_ledger() == 80
    assert LedgerEntry.objects.filter(reference__startswith="bank:", kind="payment").count() == 3
    assert unproven_statements() == {}
