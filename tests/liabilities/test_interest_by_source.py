"""Interest that the finance system counts itself is shown as it says, and never counted here."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from liabilities.actions import PaymentPart, post_payment
from liabilities.arrears import with_interest
from liabilities.due_sources import set_source
from liabilities.figures import figures
from liabilities.importing import import_dues
from liabilities.models import DueSource, Instalment
from liabilities.queries import open_dues
from tests import make

pytestmark = pytest.mark.django_db
NAMES = (
    "external_id;version;pesel;name;kind_code;title;tax_year;instalment_no;due_date;principal_gr;paid_gr;account_no;"
    "interest_gr;interest_as_of"
)


def bring(interest: str, *, version: int = 1, hours_ago: int = 5, paid: int = 0) -> None:
    """A file of the neutral exchange of which the source knew some hours ago."""
    day = make.today().isoformat()
    line = (
        f"A-1;{version};{make.pesel(5).value};Anna Nowak;PODATEK_ROLNY;Podatek rolny;2024;1;2024-03-15;100000;{paid};"
        f"{make.ACCOUNT};{interest};{day if interest else ''}"
    )
    report = import_dues(
        f"{NAMES}\n{line}".encode(),
        file_name="n.csv",
        source="fk",
        as_of=make.now() - timedelta(hours=hours_ago),
        on=make.today(),
        by=make.BY,
    )
    assert report.rejected == 0, report.errors


def seen() -> tuple[Decimal, Decimal]:
    """What the payer's page says, and what a list of many says."""
    due = open_dues(make.instalment().liability.payer_id, on=make.today())[0]
    listed = with_interest(Instalment.objects.all(), law=figures(), on=make.today()).get()
    return due.interest.amount, listed.interest_now  # type: ignore[attr-defined]


def test_the_source_s_own_interest_is_shown_and_none_is_counted() -> None:
    set_source(DueSource(name="fk", interest_by="source"), by=make.BY)
    bring("4321")
    due = open_dues(make.instalment().liability.payer_id, on=make.today())[0]
    assert seen() == (make.pln("43.21"), make.pln("43.21"))
    assert (due.interest.periods, "policzył system finansowo-księgowy gminy" in due.interest.legal_basis) == ((), True)
    bring("", version=2, hours_ago=4)
    assert seen() == (0, 0)


def test_interest_paid_here_since_is_not_asked_for_again() -> None:
    set_source(DueSource(name="fk", interest_by="source"), by=make.BY)
    bring("5000")
    due = make.instalment()
    post_payment(
        payer_id=due.liability.payer_id,
        parts=[PaymentPart(due.pk, Decimal(1050))],
        value_on=make.today(),
        reference="payment:1",
        by=make.BY,
        at=make.now() - timedelta(hours=3),
    )
    assert make.instalment().outstanding == 0
    listed = with_interest(Instalment.objects.all(), law=figures(), on=make.today()).get()
    assert listed.interest_now == 0  # type: ignore[attr-defined]
    assert open_dues(due.liability.payer_id, on=make.today()) == []


def test_a_source_without_such_an_agreement_is_counted_here() -> None:
    bring("4321")
    page, listed = seen()
    assert page == listed != make.pln("43.21")
    assert make.instalment().source_interest is None
    assert make.instalment().due_on == date(2024, 3, 15)
