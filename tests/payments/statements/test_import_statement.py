"""A bank's file into the ledger: once, whole, in its place, every grosz on somebody's account or on clearing."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from core.errors import Refused
from liabilities.models import LedgerEntry
from liabilities.queries import credit
from payments.entry_states import Chain
from payments.models import BankEntry, BankStatement, StatementBlock, StatementFile
from payments.statement_files import open_file
from payments.statements import finish_files, take_in
from payments.virtual_accounts import virtual_account
from residents.models import Payer
from tests import make
from tests.payments.statements.books import BANK, bring, entries, in_ledger, statement, states
from tests.payments.statements.samples import (
    DAY,
    Transfer,
    account_of,
    camt,
    camt_statement,
    days_later,
    elixir,
    mt940,
    profile_named,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def to_anna(anna_payer: Payer) -> str:
    return virtual_account(anna_payer)


def test_money_on_a_virtual_account_is_posted_to_its_payer(anna_payer: Payer, to_anna: str) -> None:
    report = statement(Transfer("100.00", "podatek", credited=to_anna), Transfer("5.00", "nie wiadomo co"))
    assert [(one.posted, one.unmatched) for one in report.statements] == [(1, 1)]
    assert report.errors == ()
    assert make.instalment("ANNA-1").outstanding == 0
    first, second = entries()
    assert (first.state, first.payer, first.rule) == ("posted", anna_payer, "virtual")
    assert (second.state, second.payer) == ("waiting", None)
    assert in_ledger() == Decimal("100.00")


def test_the_same_file_again_changes_nothing(to_anna: str) -> None:
    content = mt940(BANK, [Transfer("60.00", "a", credited=to_anna)], number="1", opening="0.00")
    first = bring(content)
    again = bring(content, name="kopia.sta")
    assert again == first
    assert StatementFile.objects.count() == BankStatement.objects.count() == BankEntry.objects.count() == 1
    assert in_ledger() == Decimal("60.00")


def test_the_same_statement_in_another_file_is_known(to_anna: str) -> None:
    content = mt940(BANK, [Transfer("60.00", "a", credited=to_anna)], number="1", opening="0.00")
    bring(content)
    report = bring(content + mt940(BANK, [Transfer("1.00", "b")], number="2", opening="60.00", on=days_later(1)))  # type: ignore[arg-type]
    assert [(one.number, one.posted) for one in report.statements] == [("1", 1), ("2", 0)]
    assert report.errors == ()
    assert in_ledger() == Decimal("60.00")


def test_two_equal_transfers_of_one_day_are_both_real(anna_payer: Payer, to_anna: str) -> None:
    twin = Transfer("100.00", "podatek", credited=to_anna)
    report = statement(twin, twin)
    assert report.statements[0].posted == 2
    assert make.instalment("ANNA-1").outstanding == 0
    assert credit(anna_payer.pk) == Decimal("100.00")


def test_a_known_number_with_other_content_is_refused_and_shown(to_anna: str) -> None:
    statement(Transfer("60.00", "a", credited=to_anna))
    report = statement(Transfer("61.00", "a", credited=to_anna))
    assert [error.code for error in report.errors] == ["statement_differs"]
    assert in_ledger() == Decimal("60.00")


def test_a_gap_waits_until_the_missing_statement_comes(to_anna: str) -> None:
    statement(Transfer("10.00", "a", credited=to_anna), number="1")
    third = statement(Transfer("30.00", "c", credited=to_anna), number="3", opening="30.00", on=days_later(2))
    assert [error.code for error in third.errors] == ["statement_gap"]
    assert third.statements[0].posted == 0
    assert states() == ["posted", "new"]
    statement(Transfer("20.00", "b", credited=to_anna), number="2", opening="10.00", on=days_later(1))
    assert states() == ["posted", "posted", "posted"]
    assert in_ledger() == Decimal("60.00")
    assert set(BankStatement.objects.values_list("chain", flat=True)) == {Chain.CHAINED}


def test_an_overlap_waits_for_the_treasurer(to_anna: str) -> None:
    statement(Transfer("10.00", "a", credited=to_anna), number="1")
    statement(Transfer("20.00", "b", credited=to_anna), number="2", opening="10.00", on=days_later(5))
    report = statement(Transfer("3.00", "c", credited=to_anna), number="9", opening="5.00", on=days_later(3))
    assert [error.code for error in report.errors] == ["statement_overlap"]
    assert report.statements[0].posted == 0
    assert in_ledger() == Decimal("30.00")


def test_older_statements_may_come_later_when_they_fit(to_anna: str) -> None:
    statement(Transfer("20.00", "b", credited=to_anna), number="2", opening="10.00", on=days_later(1))
    report = statement(Transfer("10.00", "a", credited=to_anna), number="1", opening="0.00")
    assert report.errors == ()
    assert in_ledger() == Decimal("30.00")


def test_a_statement_that_does_not_add_up_is_refused_and_the_others_go_in(to_anna: str) -> None:
    one = Transfer("10.00", "a", credited=to_anna)
    good = mt940(BANK, [one], number="1", opening="0.00")
    bad = mt940(BANK, [one], number="2", opening="10.00").replace(b"PLN20,00", b"PLN20,01")
    report = bring(good + bad)
    assert [error.code for error in report.errors] == ["balance_wrong"]
    assert [one.number for one in report.statements] == ["1"]
    assert BankEntry.objects.count() == 1


def test_the_raw_file_is_kept_sealed_and_comes_out_as_it_came() -> None:
    content = mt940(BANK, [Transfer("10.00", "PESEL 44051401359")], number="1")
    report = bring(content)
    file = StatementFile.objects.get(pk=report.file_id)
    with open_file(file) as stream:
        assert stream.read() == content
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM payments_statementblock")
        assert b"PESEL" not in bytes(cursor.fetchone()[0])
        cursor.execute("SELECT details FROM payments_bankentry")
        assert "44051401359" not in cursor.fetchone()[0]


def test_what_a_crash_left_is_taken_up(to_anna: str) -> None:
    report = statement(Transfer("10.00", "a", credited=to_anna))
    StatementFile.objects.update(handled_at=None)
    take_in(report.file_id, by=make.BY, at=make.now())
    assert finish_files(by=make.BY, at=make.now()) == 0
    assert in_ledger() == Decimal("10.00")


def test_the_payment_day_decides_the_interest_not_the_posting_day(db: None) -> None:
    number = make.pesel(5)
    late = make.payer(number, "Jan Późny")
    term = date(2026, 3, 2)
    make.dues(make.row(number, key="P-1000", amount="10000,00", due_on=term))
    transfer = Transfer("10000.00", "a", credited=virtual_account(late), debited_on=term)
    statement(transfer, on=term + timedelta(days=3), profile=profile_named("PKO BP"))
    assert (entries()[0].paid_on, entries()[0].paid_on_from) == (term, "debit")
    assert not LedgerEntry.objects.filter(kind="interest").exists()
    assert make.instalment("P-1000").outstanding == 0


@pytest.mark.parametrize("debited_on", [DAY + timedelta(days=1), DAY - timedelta(days=11)])
def test_an_impossible_debit_day_is_not_believed(debited_on: date) -> None:
    statement(Transfer("1.00", "a", debited_on=debited_on), profile=profile_named("PKO BP"))
    assert (entries()[0].paid_on, entries()[0].paid_on_from) == (DAY, "value")


def test_money_in_another_currency_waits_and_is_never_posted(to_anna: str) -> None:
    content = mt940(BANK, [Transfer("10.00", "a", credited=to_anna)], number="1").replace(b"PLN", b"EUR")
    report = bring(content)
    assert (report.statements[0].posted, report.statements[0].unmatched) == (0, 1)
    assert states() == ["waiting"]


def test_camt_and_reports_come_in_as_well(anna_payer: Payer, to_anna: str) -> None:
    paid = Transfer("40.00", "podatek", credited=to_anna)
    bring(camt(camt_statement([paid], account=account_of(BANK), version="08"), version="08"))
    report = bring(elixir([paid]))
    assert [(one.opening, one.closing, one.posted) for one in report.statements] == [(None, None, 1)]
    assert make.instalment("ANNA-1").outstanding == Decimal("20.00")


def test_another_report_of_the_same_day_waits(to_anna: str) -> None:
    bring(elixir([Transfer("40.00", "podatek", credited=to_anna)]))
    report = bring(elixir([Transfer("40.00", "podatek", credited=to_anna), Transfer("1.00", "b", credited=to_anna)]))
    assert [error.code for error in report.errors] == ["statement_differs"]
    assert in_ledger() == Decimal("40.00")


def test_the_command_prints_exactly_what_is_promised(to_anna: str, tmp_path: Path) -> None:
    path = tmp_path / "w.sta"
    path.write_bytes(mt940(BANK, [Transfer("10.00", "a", credited=to_anna), Transfer("2.00", "b", mark="D")]))
    out = StringIO()
    call_command("import_statement", str(path), "--json", stdout=out)
    assert json.loads(out.getvalue()) == {
        "statements": [
            {
                "account": account_of(BANK),
                "number": "00055/001",
                "opening": "1000.00",
                "closing": "1008.00",
                "entries": 2,
                "credits": "10.00",
                "debits": "2.00",
                "posted": 1,
                "unmatched": 0,
            }
        ],
        "errors": [],
    }


def test_a_file_that_is_none_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "w.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(SystemExit) as ended:
        call_command("import_statement", str(path), "--json", stdout=StringIO(), stderr=StringIO())
    assert ended.value.code == 2
    assert not StatementFile.objects.exists()


def _run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _refused(sql: str) -> str:
    with pytest.raises(DatabaseError) as refusal:
        _run(sql)
    return str(refusal.value)


def test_the_database_refuses_what_the_bank_did_not_say(to_anna: str) -> None:
    statement(Transfer("10.00", "a", credited=to_anna), Transfer("1.00", "b"))
    assert "never changes" in _refused("UPDATE payments_bankentry SET amount = amount + 1")
    assert "Cannot delete" in _refused("DELETE FROM payments_bankentry")
    assert "Cannot delete" in _refused("DELETE FROM payments_bankstatement")
    assert "bank_statement_balances" in _refused("UPDATE payments_bankstatement SET credits = credits + 1")
    assert "do not add up" in _refused("UPDATE payments_bankstatement SET entries = entries + 1")
    assert "another sum in the ledger" in _refused(
        "UPDATE payments_bankentry SET state = 'posted', posting = 1, settled_at = now(), rule = 'clerk',"
        " payer_id = (SELECT min(id) FROM residents_payer) WHERE state = 'waiting'"
    )
    assert "posted_iff_paid_for" in _refused("UPDATE payments_bankentry SET state = 'posted' WHERE state = 'waiting'")


def test_a_cut_xml_file_is_kept_and_its_fault_is_shown() -> None:
    content = camt(camt_statement([Transfer("1.00", "a")], account=account_of(BANK), version="02"))
    report = bring(content[:-200])
    assert [error.code for error in report.errors] == ["xml_broken"]
    assert report.statements == ()
    assert StatementBlock.objects.count() == 1


def test_a_refusal_in_the_middle_keeps_the_statements_before_it(to_anna: str) -> None:
    good = mt940(BANK, [Transfer("10.00", "a", credited=to_anna)], number="1", opening="0.00")
    report = bring(good + b":20:" + b"x" * 9_000)
    assert [error.code for error in report.errors] == ["line_too_long"]
    assert report.statements[0].posted == 1


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(Refused, match="Nie rozpoznano"):
        bring(b"kolumna;druga\n1;2")
