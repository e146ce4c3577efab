"""CAMT.053 and reports of mass payments: what they say is read, what is hostile, cut or wrong is refused."""

import io
from datetime import date
from decimal import Decimal

import pytest

from core.errors import Refused
from core.nrb import make_nrb
from payments.formats import read_statements
from payments.formats.statement import Broken, Closed, Entry, Event, Mark, Opened
from payments.virtual_number import make_virtual
from tests.payments.statements.samples import SENDER, Transfer, camt, camt_entry, camt_statement, elixir

ACCOUNT = make_nrb("10201026", "0000120100000001")
VIRTUAL = make_virtual("102010260001", 321, "")
TRANSFERS = (
    Transfer("123.45", "Podatek rata 1", debited_on=date(2026, 3, 14)),
    Transfer("10.00", "ODPADY", credited=VIRTUAL),
    Transfer("7.00", "OPŁATA", mark="D"),
    Transfer("123.45", "Podatek rata 1", mark="RC"),
)
both_versions = pytest.mark.parametrize("version", ["02", "08"])
BATCH = "<NtryDtls><TxDtls>{0}</TxDtls><TxDtls>{1}</TxDtls></NtryDtls>"


def read(content: bytes, *, form: str = "auto") -> list[Event]:
    return list(read_statements(io.BytesIO(content), form=form))


def entries(content: bytes) -> list[Entry]:
    return [event for event in read(content) if isinstance(event, Entry)]


def problems(content: bytes) -> list[str]:
    return [event.problem.code for event in read(content) if isinstance(event, Broken)]


def statement(version: str = "02", **more: str) -> str:
    return camt_statement(TRANSFERS, account=ACCOUNT, version=version, **more)  # type: ignore[arg-type]


@both_versions
def test_camt_is_read_in_both_versions(version: str) -> None:
    events = read(camt(statement(version), version=version))
    assert isinstance(events[0], Opened)
    assert isinstance(events[-1], Closed)
    assert (events[0].account, events[0].number, events[0].opening) == (ACCOUNT, "55", Decimal("1000.00"))
    assert events[-1].closing == Decimal("1003.00")
    first, second, third, fourth = (event for event in events if isinstance(event, Entry))
    assert (first.mark, first.amount, first.title) == (Mark.CREDIT, Decimal("123.45"), "Podatek rata 1")
    assert (first.name, first.sender, first.debited_on) == ("ZAŻÓŁĆ JAŹŃ", SENDER, date(2026, 3, 14))
    assert second.credited == VIRTUAL
    assert (third.mark, fourth.mark) == (Mark.DEBIT, Mark.CREDIT_REVERSED)


@both_versions
def test_several_statements_of_a_file_are_several(version: str) -> None:
    second = camt_statement([], account=ACCOUNT, version=version, number="56", opening="1003.00")
    events = read(camt(statement(version), second, version=version))
    assert [event.number for event in events if isinstance(event, Opened)] == ["55", "56"]


def batch_of(first: str, second: str) -> bytes:
    one = camt_entry(Transfer("30.00", "zbiorcza"), version="02")
    head, _, _ = one.partition("<NtryDtls>")
    inside = f"{head}{BATCH.format(first, second)}</Ntry>"
    return camt(camt_statement([Transfer("30.00", "")], account=ACCOUNT, version="02", entries=inside))


def amount(text: str) -> str:
    return f'<AmtDtls><TxAmt><Amt Ccy="PLN">{text}</Amt></TxAmt></AmtDtls>'


def test_each_transaction_of_a_batch_is_an_entry() -> None:
    found = entries(batch_of(amount("10.00"), amount("20.00")))
    assert [(one.line, one.amount, one.is_lump) for one in found] == [
        (1, Decimal("10.00"), False),
        (2, Decimal("20.00"), False),
    ]


@pytest.mark.parametrize("told", [("", ""), (amount("10.00"), amount("19.00")), (amount("10.00"), "")])
def test_a_batch_whose_sums_are_not_told_stays_one_entry_for_a_clerk(told: tuple[str, str]) -> None:
    (one,) = entries(batch_of(*told))
    assert (one.amount, one.is_lump) == (Decimal("30.00"), True)


def test_what_the_bank_has_not_booked_is_no_money() -> None:
    pending = camt_entry(Transfer("5.00", "x"), version="02").replace("<Sts>BOOK</Sts>", "<Sts>PDNG</Sts>")
    content = camt(camt_statement([], account=ACCOUNT, version="02", entries=pending))
    assert entries(content) == []
    assert problems(content) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("1003.00", "1003.01"), "balance_wrong"),
        (("CLBD", "CLAV"), "balance_missing"),
        (('<Amt Ccy="PLN">123.45', '<Amt Ccy="PLN">1e5'), "amount_wrong"),
        (('<Amt Ccy="PLN">123.45', '<Amt Ccy="PLN">123.455'), "amount_too_fine"),
        (("<ValDt><Dt>2026-03-16", "<ValDt><Dt>2026-02-30"), "date_wrong"),
        (("<CdtDbtInd>CRDT</CdtDbtInd><RvslInd>", "<CdtDbtInd>XXXX</CdtDbtInd><RvslInd>"), "direction_missing"),
    ],
)
def test_what_is_wrong_in_camt_is_said(change: tuple[str, str], code: str) -> None:
    content = camt(statement()).decode()
    assert change[0] in content
    assert problems(content.replace(*change).encode()) == [code]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_cut_camt_file_is_never_taken_for_a_whole_one(share: float) -> None:
    content = camt(statement())
    assert problems(content[: int(len(content) * share)]) == ["xml_broken"]


BOMB = "".join(f'<!ENTITY l{place} "{f"&l{place - 1};" * 10}">' for place in range(1, 10))
HOSTILE = {
    "bomb": f'<!DOCTYPE Document [<!ENTITY l0 "lol">{BOMB}]>',
    "file": '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "net": '<!DOCTYPE Document SYSTEM "http://127.0.0.1:1/x.dtd">',
    "parameter": '<!DOCTYPE Document [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x"> %x;]>',
}


@pytest.mark.parametrize("doctype", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_xml_is_refused_before_anything_of_it_is_read(doctype: str) -> None:
    content = camt(statement()).replace(b"<Document", f"{doctype}<Document".encode(), 1)
    content = content.replace(b"Podatek rata 1", b"&l9;" if b"l9" in content else b"&x;")
    with pytest.raises(Refused) as refusal:
        read(content)
    assert refusal.value.code in {"xml_doctype", "xml_broken"}


def test_deep_and_huge_xml_is_refused() -> None:
    deep = b'<?xml version="1.0"?>' + b"<a>" * 100_000
    with pytest.raises(Refused):
        read(deep)
    huge = camt(statement()).replace(b"Podatek rata 1", b"x" * 11_000_000)
    assert problems(huge) == ["xml_broken"]


@pytest.mark.parametrize(
    "content", [b"<html></html>", b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.052.001.02'/>"]
)
def test_other_xml_is_no_statement(content: bytes) -> None:
    with pytest.raises(Refused, match=r"To nie jest wyciąg CAMT\.053"):
        read(content)


REPORT = tuple(Transfer("12.50", f"ODPADY ŁÓDŹ {place}", credited=VIRTUAL) for place in range(3))


@pytest.mark.parametrize("encoding", ["cp852", "cp1250", "iso8859-2", "utf-8"])
def test_a_report_of_mass_payments_is_read_in_each_encoding(encoding: str) -> None:
    found = entries(elixir(REPORT, encoding=encoding))
    assert [(one.line, one.amount, one.credited) for one in found] == [
        (place, Decimal("12.50"), VIRTUAL) for place in (1, 2, 3)
    ]
    assert found[0].title == "ODPADY ŁÓDŹ 0"
    assert (found[0].name, found[0].sender) == ("ZAŻÓŁĆ JAŹŃ", SENDER)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b"999,3,3750", b"999,3,3751"), "trailer_wrong"),
        ((b"999,3,3750", b"999,2,3750"), "trailer_wrong"),
        ((b"110,20260316,1250", b"210,20260316,1250"), "kind_unknown"),
        ((b"110,20260316,1250", b"110,20260316,12.50"), "amount_wrong"),
        ((b"110,20260316", b"110,20260231"), "date_wrong"),
        ((b"110,20260316,1250", b"110,20260316"), "account_wrong"),
    ],
)
def test_what_is_wrong_in_a_report_is_said(change: tuple[bytes, bytes], code: str) -> None:
    content = elixir(REPORT).replace(*change)
    assert [event.problem.code for event in read(content, form="elixir") if isinstance(event, Broken)] == [code]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"  \r\n", "file_empty"),
        (b"%PDF-1.7", "file_other"),
        (b"PK\x03\x04", "file_other"),
        (b"id;nazwa\n1;2", "format_unknown"),
        (b":20:" + b"x" * 10_000, "line_too_long"),
    ],
)
def test_what_is_no_statement_is_refused_with_words(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(content)
    assert refusal.value.code == code
    assert refusal.value.mend
