"""The portal against a finance system: what differs, what explains it, and what the treasurer must ask about."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from liabilities.actions import write_off
from liabilities.importing import HowToImport, ImportReport, import_dues
from liabilities.models import DueSource, Instalment
from liabilities.plan import equal_rates, spread
from liabilities.queries import credit
from liabilities.reconciliation import differences, reconcile
from residents.models import Account
from tests import make
from tests.conftest import SignIn
from tests.liabilities.ledger_town import pay, ruling

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
T0 = datetime(2026, 3, 1, 6, tzinfo=UTC)
NUMBER = make.pesel(5)


def told(*dues: tuple[str, int, int], day: int, full: bool = False) -> ImportReport:
    """What the source says on a day: of each key the assessment and what is paid."""
    rows = [
        make.row(NUMBER, key=key, title=f"=działka {key}", due_on=date(2026, 5, 15), amount=str(amount), paid=str(paid))
        for key, amount, paid in dues
    ]
    return import_dues(
        "\n".join([make.HEADER, *rows]).encode(),
        file_name="dues.csv",
        source="fk",
        as_of=T0 + timedelta(days=day),
        on=make.today(),
        by=make.BY,
        how=HowToImport(kind="full" if full else "delta"),
    )


def split() -> list[tuple[str, str, str, str]]:
    """Of each due that differs: the difference, what decisions and what is on its way explain, what nothing does."""
    parts = ("difference", "by_decision", "in_transit", "unexplained")
    return [tuple(str(getattr(one, part)) for part in parts) for one in differences("fk")]  # type: ignore[misc]


def test_what_both_tell_alike_is_no_difference() -> None:
    told(("A", 100, 0), ("B", 100, 40), day=0)
    pay(make.instalment("A"), "30", on=date(2026, 3, 3))
    told(("A", 100, 30), day=3)
    found = reconcile("fk")
    assert (found.dues, found.there, found.here, found.apart, found.is_empty) == (2, 130, 130, 0, True)
    assert split() == []


def test_what_was_entered_here_since_the_source_told_is_on_its_way_and_later_is_asked_about() -> None:
    told(("A", 100, 0), ("B", 100, 0), day=0)
    pay(make.instalment("A"), "30", on=date(2026, 3, 3))
    assert split() == [("-30.00", "0.00", "-30.00", "0.00")]
    told(("A", 100, 0), ("B", 100, 0), day=3)  # a day later: it may post what it heard of yesterday
    assert (split(), reconcile("fk").is_empty) == ([("-30.00", "0.00", "-30.00", "0.00")], True)
    told(("A", 100, 0), ("B", 100, 0), day=9)
    assert split() == [("-30.00", "0.00", "0.00", "-30.00")]
    DueSource.objects.create(name="fk", posts_within=14)
    assert split() == [("-30.00", "0.00", "-30.00", "0.00")]


def test_a_write_off_that_the_source_never_took_over_is_asked_about_in_words() -> None:
    told(("A", 100, 0), day=0)
    write_off(make.instalment("A"), amount=Decimal(40), reason="x", on=date(2026, 3, 2), by=make.BY, at=T0)
    told(("A", 100, 10), day=9)
    (one,) = differences("fk")
    assert (one.there, one.here, one.unexplained) == (90, 50, -40)
    assert "nie ma wpłaty, odpisu albo umorzenia" in one.words
    assert not reconcile("fk").is_empty


def test_a_plan_made_here_explains_the_due_it_took_from_and_its_rates_are_paid_once() -> None:
    told(("A", 100, 0), day=0)
    due = make.instalment("A")
    spread(
        payer_id=due.liability.payer_id,
        instalment_ids=[due.pk],
        rates=equal_rates(Decimal(100), [date(2026, 6, 1), date(2026, 7, 1)]),
        ruling=ruling(date(2026, 3, 2)),
        with_fee=False,
        by=make.BY,
        at=T0 + timedelta(days=1),
    )
    rate = Instalment.objects.filter(source="portal").earliest("pk")
    pay(rate, "50", on=date(2026, 3, 4))
    told(("A", 100, 50), day=9)
    assert credit(due.liability.payer_id) == 0
    assert split() == [("-50.00", "-50.00", "0.00", "0.00")]


def test_dues_that_a_full_file_dropped_and_rejected_rows_keep_it_from_being_empty() -> None:
    told(("A", 100, 0), ("B", 100, 0), day=0)
    told(("A", 100, 0), day=1, full=True)
    assert (reconcile("fk").missing, reconcile("fk").is_empty) == (1, False)
    told(("A", 100, 0), ("B", 0, 0), day=2)
    assert (reconcile("fk").missing, reconcile("fk").rejected) == (1, 1)


def test_the_treasurer_reads_it_and_takes_it_along(signed_in: SignIn, treasurer: Account) -> None:
    office: Client = signed_in(treasurer)
    page = reverse("admin:liabilities_importrun_reconciliation")
    assert "Żaden system nie przysłał" in office.get(page).text
    told(("A", 100, 0), day=0)
    assert "Salda się zgadzają." in office.get(page).text
    pay(make.instalment("A"), "30", on=date(2026, 3, 3))
    told(("A", 100, 0), day=9)
    text = office.get(page).text.replace("\xa0", " ")
    assert "Jest co wyjaśnić." in text
    assert "−30,00 zł" in text or "-30,00 zł" in text
    assert NUMBER.value not in text
    assert office.get(page, {"zrodlo": "obcy"}).status_code == 404
    lines = office.get(page + "uzgodnienie.csv", {"zrodlo": "fk"}).getvalue().decode().splitlines()
    assert lines[1].startswith("A;'=działka A;2026;1;100,00;70,00;-30,00;0,00;0,00;-30,00;2026-03-10")
    book = openpyxl.load_workbook(io.BytesIO(office.get(page + "uzgodnienie.xlsx").content))
    rows = list(book.worksheets[0].iter_rows())
    assert (rows[1][1].value, rows[1][1].data_type, rows[1][6].value) == ("=działka A", "s", -30)


def test_a_shell_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    told(("A", 100, 0), day=0)
    pay(make.instalment("A"), "30", on=date(2026, 3, 3))
    call_command("reconcile", "--source", "fk", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["empty"], answer["here"], answer["in_transit"]) == (True, "70.00", "-30.00")
    assert [one["external_id"] for one in answer["differences"]] == ["A"]
    with pytest.raises(SystemExit, match="2"):
        call_command("reconcile", "--source", "fx")
    assert "Znane: fk." in capsys.readouterr().err
