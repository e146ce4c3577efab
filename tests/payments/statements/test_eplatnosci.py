"""Settlement files of mObywatel ePłatności, and a town's own profiles of files."""

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from core.errors import Refused
from payments.formats import format_of, read_statements
from payments.formats.profile_file import use_profiles
from payments.formats.profiles import COMMON, profile_of
from payments.formats.statement import Broken, Closed, Entry, Event, Mark, Opened
from payments.models import BankEntry
from tests import make
from tests.payments.paying import Paying
from tests.payments.statements.books import bring, in_ledger, states

HEADER = (
    "Identyfikator transakcji;Data płatności;Data rozliczenia;Kwota;Tytuł;Identyfikator należności;Płatnik;"
    "Rachunek odbiorcy;Status"
)
OWN = """
[[mt940]]
name = "Bank Spółdzielczy w Dolinie"
banks = ["8591"]
title = ["20", "21"]
title_width = 35
[[eplatnosci]]
name = "eksport BGK"
separator = ","
transaction = "TrxId"
amount = "Amount"
paid_on = "PaidAt"
booked_on = ""
title = ["DueId"]
payer = ""
account = ""
status = ""
"""


@pytest.fixture
def own_profiles() -> Iterator[None]:
    """The town's own, for one test."""
    use_profiles(OWN)
    yield
    use_profiles("")


def row(key: str, amount: str = "100,00", *, due: str = "ANNA-1", paid: str = "2026-11-18 21:04", **more: str) -> str:
    told = {"booked": "2026-11-19", "title": "Podatek", "status": "Rozliczona", **more}
    return f"{key};{paid};{told['booked']};{amount};{told['title']};{due};Anna Nowak;;{told['status']}"


def file_of(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join([HEADER, *lines, ""]).encode(encoding)


def read(content: bytes) -> list[Event]:
    return list(read_statements(io.BytesIO(content)))


def problem(content: bytes) -> str:
    return next(event.problem.code for event in read(content) if isinstance(event, Broken))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1250", "iso8859-2", "cp852"])
def test_payments_are_read_in_whatever_encoding(encoding: str) -> None:
    content = file_of(row("T1", "1 234,56", title="Zażółć"), row("T2", "-10.00", paid="17.11.2026"), encoding=encoding)
    assert format_of(io.BytesIO(content)) == "eplatnosci"
    opened, first, second, closed = read(content)
    assert isinstance(opened, Opened)
    assert isinstance(first, Entry)
    assert isinstance(second, Entry)
    assert isinstance(closed, Closed)
    assert (opened.opening, opened.number.partition("/")[0]) == (None, "20261119-20261119")
    assert (first.mark, first.amount, first.title) == (Mark.CREDIT, Decimal("1234.56"), "Zażółć ANNA-1")
    assert (first.debited_on, first.booked_on, first.reference) == (date(2026, 11, 18), date(2026, 11, 19), "T1")
    assert (second.mark, second.amount, second.debited_on) == (Mark.DEBIT, Decimal("10.00"), date(2026, 11, 17))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (row("T1"), "transaction_twice"),
        (row(""), "line_unreadable"),
        (row("T2", "dwa"), "amount_wrong"),
        (row("T2", "0"), "amount_wrong"),
        (row("T2", paid="32.11.2026"), "date_wrong"),
        (row("T2", status="W toku"), "status_unknown"),
    ],
)
def test_a_line_that_cannot_be_read_refuses_the_file(line: str, code: str) -> None:
    assert problem(file_of(row("T1"), line)) == code


def test_bytes_of_any_kind_are_no_statement_and_break_nothing() -> None:
    noise = bytes(range(1, 256)) * 4
    for content in (b"a\rb;c", noise, noise[::-1], b"\xff\xfe" + "Lp;Kwota".encode("utf-16-le")):
        with pytest.raises(Refused) as refused:
            read(content)
        assert refused.value.code == "format_unknown"
    assert problem(file_of(row("T1"), row("T2", "1\r0"))) == "amount_wrong"
    assert isinstance(read(b"110,2026\r1121,1\r")[0], Broken)


def test_another_table_and_a_file_without_money_are_refused() -> None:
    with pytest.raises(Refused) as other:
        read(b"Lp;Kwota\r\n1;10,00\r\n")
    with pytest.raises(Refused) as columns:
        list(read_statements(io.BytesIO(b"Lp;Kwota\r\n1;10,00\r\n"), form="eplatnosci"))
    with pytest.raises(Refused) as nothing:
        read(file_of(row("T1", status="Odrzucona")))
    assert [one.value.code for one in (other, columns, nothing)] == ["format_unknown", "column_missing", "file_empty"]


def test_a_payment_is_posted_on_its_own_day_and_once_in_however_many_files(paying: Paying) -> None:
    day = bring(file_of(row("T1"), row("T2", "7,00", due="", title="nie wiem")), name="dzien.csv")
    assert [(one.posted, one.unmatched) for one in day.statements] == [(1, 1)]
    week = bring(file_of(row("T1"), row("T2", "7,00", due="", title="nie wiem"), row("T3", "50,00", due="ANNA-2")))
    assert not week.errors
    assert states() == ["posted", "waiting", "explained", "explained", "posted"]
    assert BankEntry.objects.filter(reason__contains="dzien.csv").count() == 2
    assert (in_ledger(), paying.books()[:2]) == (Decimal("150.00"), ("0.00", "0.00"))
    assert {one.paid_on for one in BankEntry.objects.all()} == {date(2026, 11, 18)}
    assert make.instalment("ANNA-1").outstanding == 0


def test_a_town_reads_its_own_bank_and_its_own_columns(own_profiles: None) -> None:
    account = "00" + "8591" + "0" * 20
    assert profile_of(account).title_width == 35
    _, entry, _ = read(b"TrxId,Amount,PaidAt,DueId\n7,12.30,2026-11-18T10:00:00,FN.3120.1.2026\n")
    assert isinstance(entry, Entry)
    assert (entry.amount, entry.title, entry.booked_on) == (Decimal("12.30"), "FN.3120.1.2026", date(2026, 11, 18))
    use_profiles("")
    assert profile_of(account) is COMMON


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[mt940", "SPM_BANK_PROFILES"),
        ("[[mt941]]\nname = 'x'", "mt941"),
        ("[[mt940]]\nbanks = ['8591']", "name"),
        ("[[mt940]]\nname = 'x'\nbanks = ['85']", "four digits"),
        ("[[mt940]]\nname = 'x'\nbanks = ['8591']\ncolour = 'red'", "colour"),
        ("[[mt940]]\nname = 'x'\nbanks = ['8591']\ntitle_width = '27'", "title_width"),
        ("[[eplatnosci]]\nname = 'x'\ntitle = 'Tytuł'", "list of texts"),
    ],
)
def test_a_mistake_in_a_profile_says_where(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        use_profiles(text)
