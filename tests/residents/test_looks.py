"""Who looked: kept two years by the database, with a reason where the town asks for one, searched by the officer."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import InternalError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from core.models import AuditEntry
from residents.looks import forget_looks
from residents.models import AccessRecord, Account, LookReason, Payer
from tests import make
from tests.conftest import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]  # Unfold's templates miss variables
LIST = "admin:residents_accessrecord_changelist"


@pytest.fixture
def inspector(db: None) -> Account:
    """The data protection officer."""
    who = make.account("iod@example.com", name="Irena Inspektor", is_staff=True)
    who.groups.add(Group.objects.get(name="Inspektor ochrony danych"))
    return who


def look(payer: Payer, who: Account, *, days_ago: int = 0, what: str = "lista należności") -> AccessRecord:
    """One look, so many days ago."""
    return AccessRecord.objects.create(
        at=make.now() - timedelta(days=days_ago),
        account=who,
        account_name=who.full_name,
        payer=payer,
        what=what,
        basis="zadanie urzędu",
    )


@pytest.mark.parametrize(
    "statement", ["UPDATE residents_accessrecord SET what = 'x'", "DELETE FROM residents_accessrecord"]
)
def test_the_database_lets_nobody_change_or_delete_a_look(clerk: Account, anna_payer: Payer, statement: str) -> None:
    look(anna_payer, clerk, days_ago=700)
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AccessRecord.objects.get().what == "lista należności"


def test_looks_are_forgotten_after_two_years_the_oldest_first_and_never_before(
    clerk: Account, anna_payer: Payer
) -> None:
    for days in (900, 800, 740, 700, 0):
        look(anna_payer, clerk, days_ago=days, what=f"{days} dni")
    assert forget_looks(make.now() - timedelta(days=790), 1) == 1
    assert sorted(AccessRecord.objects.values_list("what", flat=True)) == ["0 dni", "700 dni", "740 dni", "800 dni"]
    assert [forget_looks(make.now(), 10), forget_looks(make.now(), 10)] == [2, 0]
    assert sorted(AccessRecord.objects.values_list("what", flat=True)) == ["0 dni", "700 dni"]


def card(browser: Client, payer: Payer) -> str:
    """What opening the payer's card leads to."""
    answer = browser.get(reverse("admin:residents_payer_change", args=[payer.pk]))
    return answer.headers.get("Location", "") or str(answer.status_code)


def test_where_the_town_asks_for_a_reason_the_card_opens_only_with_one(
    signed_in: SignIn, clerk: Account, anna_payer: Payer, settings: Settings
) -> None:
    settings.LOOK_REASON_ASKED = True
    desk, why = signed_in(clerk), reverse("admin:residents_payer_reason", args=[anna_payer.pk])
    assert card(desk, anna_payer) == why
    asked = desk.get(why).text
    assert "Anna Nowak" not in asked
    assert "obsługa przy okienku" in asked
    assert "Wybierz powód albo wpisz własny." in desk.post(why, {}).text
    assert not AccessRecord.objects.exists()
    desk.post(why, {"chosen": "kontrola"})
    assert card(desk, anna_payer) == "200"
    assert AccessRecord.objects.get().reason == "kontrola"
    other = make.payer(make.pesel(6), "Inna Osoba")
    assert card(desk, other) == reverse("admin:residents_payer_reason", args=[other.pk])


def test_a_reason_may_be_in_ones_own_words_and_the_resident_reads_it(
    signed_in: SignIn, clerk: Account, anna: Account, anna_payer: Payer, settings: Settings
) -> None:
    settings.LOOK_REASON_ASKED = True
    desk = signed_in(clerk)
    desk.post(reverse("admin:residents_payer_reason", args=[anna_payer.pk]), {"own": "pani Anna pyta o ratę"})
    card(desk, anna_payer)
    page = signed_in(anna).get(reverse("residents:looks")).text
    assert "Maria Referent, zadanie urzędu, powód: pani Anna pyta o ratę" in page


def test_a_reason_that_is_not_offered_any_more_is_refused(
    signed_in: SignIn, clerk: Account, anna_payer: Payer, settings: Settings
) -> None:
    settings.LOOK_REASON_ASKED = True
    LookReason.objects.filter(text="kontrola").update(is_active=False)
    why = reverse("admin:residents_payer_reason", args=[anna_payer.pk])
    assert signed_in(clerk).post(why, {"chosen": "kontrola"}).status_code == 200


def test_without_the_setting_the_card_opens_at_once(signed_in: SignIn, clerk: Account, anna_payer: Payer) -> None:
    assert card(signed_in(clerk), anna_payer) == "200"


def test_the_officer_finds_looks_by_the_number_of_who_was_looked_at(
    signed_in: SignIn, inspector: Account, clerk: Account, anna_payer: Payer
) -> None:
    look(anna_payer, clerk)
    look(make.payer(make.pesel(6), "Inna Osoba"), clerk)
    desk = signed_in(inspector)
    led = desk.post(reverse(LIST), {"q": make.pesel(1).value})
    assert make.pesel(1).value not in led.headers["Location"]
    found = desk.get(led.headers["Location"]).text
    assert "Anna Nowak" in found
    assert "Inna Osoba" not in found


def test_the_officer_finds_looks_by_who_looked_and_by_date(
    signed_in: SignIn, inspector: Account, clerk: Account, treasurer: Account, anna_payer: Payer
) -> None:
    look(anna_payer, clerk, what="stary podgląd", days_ago=40)
    look(anna_payer, clerk, what="nowy podgląd")
    look(anna_payer, treasurer, what="podgląd księgowej")
    desk = signed_in(inspector)
    found = desk.get(reverse(LIST), {"q": "Referent"}).text
    assert "stary podgląd" in found
    assert "podgląd księgowej" not in found
    since = (make.today() - timedelta(days=10)).isoformat()
    found = desk.get(reverse(LIST), {"q": "Referent", "at_from": since}).text
    assert "nowy podgląd" in found
    assert "stary podgląd" not in found
    assert "nowy podgląd" not in desk.get(reverse(LIST), {"at_to": since}).text
    assert desk.get(reverse(LIST), {"at_from": "x", "at_to": "9999-12-32"}).status_code == 200


def test_the_officer_takes_what_the_list_shows_away_as_csv_and_that_is_noted(
    signed_in: SignIn, inspector: Account, clerk: Account, anna_payer: Payer
) -> None:
    look(anna_payer, clerk, what="=HYPERLINK(1)")
    look(make.payer(make.pesel(6), "Inna Osoba"), clerk)
    desk, address = signed_in(inspector), reverse("admin:residents_accessrecord_csv")
    listed = desk.get(reverse(LIST), {"payer__id__exact": anna_payer.pk}).text
    assert f"{address}?payer__id__exact={anna_payer.pk}" in listed
    answer = desk.get(address, {"payer__id__exact": anna_payer.pk})
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert [(row["kto"], row["platnik"], row["co"]) for row in rows] == [
        ("Maria Referent", "Anna Nowak", "'=HYPERLINK(1)")
    ]
    assert AuditEntry.objects.get(verb="export_looks").details == {"count": 1}


def test_a_proxys_looks_are_recorded_with_the_basis(signed_in: SignIn, piotr: Account, anna_payer: Payer) -> None:
    signed_in(piotr).get(reverse("liabilities:my_dues"))
    seen = AccessRecord.objects.get()
    assert (seen.account, seen.payer, seen.basis, seen.address) == (piotr, anna_payer, "pełnomocnictwo", "127.0.0.1")
