"""Much is posted by two threads, in the order of the statement; what one of them cannot post stops both."""

from datetime import timedelta

import pytest
from django.db import connection

from liabilities.models import LedgerEntry
from payments import bank_entries, statements, turns
from payments.bank_entries import match_entries
from payments.statement_proof import unproven_statements
from payments.turns import Stage, TurnLost, Turns
from payments.virtual_accounts import virtual_account
from tests import make
from tests.payments.statements.books import entries, in_ledger, statement, states
from tests.payments.statements.samples import Transfer


@pytest.fixture
def brought(committed: None, monkeypatch: pytest.MonkeyPatch) -> int:
    """A statement of twelve credits, read and not posted: every third one says nothing that helps."""
    number = make.pesel(1)
    payer = make.payer(number, "Anna Nowak")
    make.dues(make.row(number, key="ANNA-1"))
    credited = virtual_account(payer)
    transfers = [Transfer(f"{10 + place}.00", "podatek", credited=credited if place % 3 else "") for place in range(12)]
    with monkeypatch.context() as patched:
        patched.setattr(statements, "match_entries", lambda **options: 0)
        statement(*transfers)
    return len(transfers)


def test_they_post_in_the_order_of_the_statement(brought: int) -> None:
    assert match_entries(by=make.BY, at=make.now(), batch=2) == brought
    assert states() == ["waiting", "posted", "posted"] * 4
    posted = [entry.ledger_reference for entry in entries() if entry.state == "posted"]
    references = LedgerEntry.objects.filter(reference__startswith="bank:").order_by("pk")
    assert list(dict.fromkeys(references.values_list("reference", flat=True))) == posted
    assert unproven_statements() == {}


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_when_one_batch_fails_none_after_it_is_posted(
    brought: int, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = bank_entries._mark
    first = entries()[2 * (failing - 1)].pk

    def fails(verdicts: dict[int, object], **options: object) -> None:
        if first in verdicts:
            raise RuntimeError("lost")
        mark(verdicts, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(bank_entries, "_mark", fails)
        with pytest.raises(RuntimeError):
            match_entries(by=make.BY, at=make.now(), batch=2)
    done = 2 * (failing - 1)
    assert states()[done:] == ["new"] * (brought - done)
    assert "new" not in states()[:done]
    assert match_entries(by=make.BY, at=make.now() + timedelta(hours=1), batch=2) == brought - done
    assert in_ledger() == sum(entry.amount for entry in entries() if entry.state == "posted")
    assert unproven_statements() == {}
    assert not connection.in_atomic_block


def test_a_batch_that_waits_too_long_lets_go_of_what_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    shared = Turns()
    with shared.turn() as first, shared.turn() as second:
        first.leave(Stage.TAKE)
        second.enter(Stage.TAKE)
        with pytest.raises(TurnLost):
            second.enter(Stage.LOCK)
