"""Our tables of rates against NBP's archive, and the warning to staff."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from core.errors import Refused
from liabilities.bank_rates import BankRates, read_archive, statutory
from liabilities.models import BankRate, InterestRate
from liabilities.rate_watch import keep_bank_rates, rate_warnings
from liabilities.regimes import Regime
from liabilities.tasks import read_bank_rates
from residents.models import Account
from tests import make
from tests.conftest import SignIn
from tests.liabilities.test_commands import run

AGREEING = {"2025-12-04": ("4,00", "4,50"), "2026-03-05": ("3,75", "4,25")}
CUT = AGREEING | {"2026-11-05": ("3,50", "4,00")}
DAY = date(2026, 11, 21)


def archive(rates: dict[str, tuple[str, str]]) -> bytes:
    """NBP's archive of these rates: day → reference, lombard."""
    groups = "".join(
        f'<pozycje obowiazuje_od="{day}"><pozycja id="ref" oprocentowanie="{reference}"/>'
        f'<pozycja id="lom" oprocentowanie="{lombard}"/><pozycja id="dep" oprocentowanie="3,25"/></pozycje>'
        for day, (reference, lombard) in rates.items()
    )
    head = '<?xml version="1.0" encoding="utf-8"?>'
    return (
        f'{head}<stopy_procentowe_archiwum data_publikacji="2015-03-04">{groups}</stopy_procentowe_archiwum>'.encode()
    )


def warned(on: date = DAY, at: datetime | None = None) -> list[tuple[Regime | None, str]]:
    """What staff are warned of."""
    return [(one.regime, one.words) for one in rate_warnings(on=on, at=at or make.now())]


def test_the_archive_is_read_in_order_of_its_days_with_decimal_commas() -> None:
    assert read_archive(archive(dict(reversed(AGREEING.items())))) == [
        BankRates(date(2025, 12, 4), Decimal("4.00"), Decimal("4.50")),
        BankRates(date(2026, 3, 5), Decimal("3.75"), Decimal("4.25")),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>Przerwa techniczna</body></html>",
        archive({"wczoraj": ("1,00", "2,00")}),
        b"<pozycje obowiazuje_od='2026-01-01'><pozycja id='ref' oprocentowanie='?'/></pozycje>",
        archive(AGREEING)[:-40],
        b"<a>" + b" " * 2_000_000 + b"</a>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><pozycje obowiazuje_od="2026-01-01">&b;</pozycje>',
    ],
)
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        read_archive(content)
    assert refusal.value.code == "bank_rates_unreadable"


@pytest.mark.parametrize(
    ("regime", "on", "since", "percent"),
    [
        (Regime.TAX, "2026-03-04", "2025-12-04", "11.00"),
        (Regime.TAX, "2026-03-05", "2026-03-05", "10.50"),
        (Regime.CIVIL, "2026-11-21", "2026-03-05", "9.25"),
        (Regime.COMMERCIAL, "2026-06-30", "2026-01-01", "14.00"),  # the half-year keeps January's rate
        (Regime.COMMERCIAL, "2026-07-01", "2026-07-01", "13.75"),
    ],
)
def test_statutory_rates_follow_from_the_banks(regime: Regime, on: str, since: str, percent: str) -> None:
    rate = statutory(regime, read_archive(archive(AGREEING)), date.fromisoformat(on))
    assert rate is not None
    assert (rate.valid_from.isoformat(), str(rate.percent)) == (since, percent)


def test_op_56_the_tax_rate_does_not_fall_below_eight() -> None:
    low = [BankRates(date(2020, 5, 29), Decimal("0.10"), Decimal("0.50"))]
    rate = statutory(Regime.TAX, low, date(2020, 6, 1))
    assert rate is not None
    assert rate.percent == 8
    assert statutory(Regime.TAX, low, date(2020, 5, 28)) is None


@pytest.mark.django_db
class TestWarning:
    """What staff are told."""

    def test_tables_that_agree_with_the_bank_warn_of_nothing(self) -> None:
        assert keep_bank_rates(archive(AGREEING), by=make.BY, at=make.now()) == 2
        assert warned() == []
        assert keep_bank_rates(archive(AGREEING), by=make.BY, at=make.now()) == 0

    def test_a_change_that_our_tables_miss_is_named_until_it_is_entered(self) -> None:
        keep_bank_rates(archive(CUT), by=make.BY, at=make.now())
        (tax, words), (civil, _) = warned()
        assert (tax, civil) == (Regime.TAX, Regime.CIVIL)
        assert "od 05.11.2026 powinna wynosić 10%, w tabeli jest 10,5%" in words
        for regime, percent in (("tax", 10), ("civil", 9)):
            InterestRate.objects.create(regime=regime, valid_from=date(2026, 11, 5), percent=percent)
        assert warned() == []
        assert [regime for regime, _ in warned(date(2027, 1, 2))] == [Regime.COMMERCIAL]

    def test_a_change_that_is_announced_and_not_yet_in_force_warns_of_nothing(self) -> None:
        keep_bank_rates(archive(CUT), by=make.BY, at=make.now())
        assert warned(date(2026, 11, 4)) == []

    def test_a_bank_unasked_for_too_long_is_told(self, settings: Settings) -> None:
        assert [regime for regime, _ in warned()] == [None]
        now = make.now()
        keep_bank_rates(archive(AGREEING), by=make.BY, at=now)
        assert warned(at=now + timedelta(days=settings.NBP_STALE_DAYS)) == []
        assert [regime for regime, _ in warned(at=now + timedelta(days=settings.NBP_STALE_DAYS + 1))] == [None]

    @pytest.mark.ignore_template_errors
    def test_the_treasurers_first_page_shows_it(self, treasurer: Account, signed_in: SignIn) -> None:
        keep_bank_rates(archive(CUT), by=make.BY, at=make.now())
        office: Client = signed_in(treasurer)
        assert "powinna wynosić" in office.get(reverse("admin:index")).text

    def test_a_town_that_names_no_address_asks_nobody(self) -> None:
        assert read_bank_rates.run() == 0
        assert not BankRate.objects.exists()

    def test_a_silent_bank_breaks_no_job(self, settings: Settings) -> None:
        settings.NBP_RATES_URL = "http://127.0.0.1:9/"
        assert read_bank_rates.run() == 0

    def test_a_server_that_may_not_go_out_reads_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "stopy.xml"
        path.write_bytes(archive(CUT))
        code, out, _ = run("check_rates", "--file", str(path), "--on", "2026-11-21")
        assert (code, out.count("powinna wynosić")) == (0, 2)
        assert run("check_rates", "--file", str(tmp_path / "nie-ma.xml"))[0] == 2
