"""Persons, bodies, foreigners without a PESEL, and the dead."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from consents.queries import permitted_contacts
from core.errors import Refused
from core.models import AuditEntry
from liabilities.models import ImportProblem
from liabilities.reminders import queue_reminders
from notifications.dispatch import dispatch
from notifications.models import Message
from residents.actions import grant_mandate, record_death, register_foreigner, register_payer, register_payers
from residents.identity import IdentityNumber, NumberKind, read_identity
from residents.models import Account, Payer
from residents.payer_forms import PayerForm
from residents.queries import find_payer, mandates_of
from tests import make
from tests.conftest import SignIn
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
BORN = date(1979, 3, 8)
KRS = IdentityNumber(NumberKind.KRS, "0000123456")


def foreigner(name: str = "Ivan Novak", number: str = "") -> Payer:
    """A registered person without a PESEL."""
    own = read_identity(number, on=make.today()) if number else None
    return register_foreigner(name=name, birth_date=BORN, number=own, on=make.today(), by=make.BY)


def test_a_foreigner_gets_the_next_number_of_the_town_and_is_found_by_it() -> None:
    first, second = foreigner(), foreigner("Olena Shevchenko")
    assert first.town_number.startswith("OB-")
    assert int(second.town_number[3:]) == int(first.town_number[3:]) + 1
    assert find_payer(read_identity(first.town_number.lower().replace("-", " "), on=make.today())) == first


def test_a_number_given_by_hand_is_never_given_again() -> None:
    taken = f"OB-{int(foreigner().town_number[3:]) + 1:06d}"
    by_hand = foreigner("Olena Shevchenko", taken)
    assert by_hand.town_number == taken
    assert int(foreigner("Third").town_number[3:]) == int(taken[3:]) + 1
    with pytest.raises(Refused) as refusal:
        foreigner("Somebody Else", taken)
    assert refusal.value.code == "number_taken"


@pytest.mark.parametrize(
    ("born", "number", "code"),
    [(date(2999, 1, 1), "", "birth_date_future"), (BORN, make.pesel(3).value, "not_town_number")],
)
def test_a_foreigner_is_not_registered_by_a_false_date_or_a_pesel(born: date, number: str, code: str) -> None:
    own = read_identity(number, on=make.today()) if number else None
    with pytest.raises(Refused) as refusal:
        register_foreigner(name="Ivan", birth_date=born, number=own, on=make.today(), by=make.BY)
    assert refusal.value.code == code


def test_a_company_is_found_by_its_number_of_the_court_register() -> None:
    company = make.payer(KRS, "Stolarnia Dolina sp. z o.o.")
    assert company.kind == "company"
    assert find_payer(KRS) == company
    assert register_payers({KRS: "Inna"}, by=make.BY) == {KRS: company.pk}


def test_a_dues_file_reaches_a_foreigner_and_a_company_of_the_register_and_refuses_a_number_of_nobody() -> None:
    who = foreigner()
    own = read_identity(who.town_number, on=make.today())
    nobodys = IdentityNumber(NumberKind.TOWN, "OB-999999")
    report = make.dues(
        make.row(own, key="F-1", name="Ivan Novak"), make.row(KRS, key="K-1"), make.row(nobodys, key="N-1")
    )
    assert (report.created, report.rejected) == (2, 1)
    assert make.instalment("F-1").liability.payer == who
    assert make.instalment("K-1").liability.payer.krs == KRS.value
    problem = ImportProblem.objects.get()
    assert (problem.column, problem.value, problem.line) == ("identyfikator", "******999", 4)
    assert Payer.objects.count() == 2


def test_a_paper_under_a_number_of_nobody_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        make.consent(IdentityNumber(NumberKind.TOWN, "OB-999999"))
    assert refusal.value.code == "town_number_unknown"


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("payer_numbers_of_kind", "UPDATE residents_payer SET birth_date = NULL"),
        ("payer_numbers_of_kind", "UPDATE residents_payer SET town_number = ''"),
        ("payer_numbers_of_kind", "UPDATE residents_payer SET kind = 'person'"),
        ("payer_numbers_of_kind", "UPDATE residents_payer SET kind = 'company'"),
        ("payer_numbers_of_kind", "UPDATE residents_payer SET kind = 'robot'"),
        ("payer_numbers_of_kind", "UPDATE residents_payer SET pesel = 'x', pesel_fingerprint = 'x'"),
        ("payer_only_people_die", "UPDATE residents_payer SET deceased_on = '1970-01-01'"),
        ("payer_not_merged_into_itself", "UPDATE residents_payer SET merged_into_id = id"),
    ],
)
def test_the_database_itself_refuses_a_foreigner_without(constraint: str, change: str) -> None:
    foreigner()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_nobody_is_reminded_after_their_death(anna_payer: Payer, sandbox: Sandbox) -> None:
    term = make.instalment("ANNA-1").payable_by
    assert queue_reminders(on=term - timedelta(days=7), at=make.now(), by=make.BY).queued == 2
    record_death(anna_payer, deceased_on=make.today(), on=make.today(), by=make.BY)
    assert not permitted_contacts().filter(payer=anna_payer).exists()
    assert queue_reminders(on=term - timedelta(days=1), at=make.now(), by=make.BY).queued == 0
    dispatch(clock=make.now, worker="test")
    assert set(Message.objects.values_list("state", flat=True)) == {"refused"}


def test_nobody_acts_for_the_dead_until_a_mistake_is_taken_back(anna: Account, anna_payer: Payer) -> None:
    record_death(anna_payer, deceased_on=make.today(), on=make.today(), by=make.BY)
    assert not mandates_of(anna, at=make.now()).exists()
    heir = make.account("corka@example.com")
    with pytest.raises(Refused) as refusal:
        grant_mandate(
            account=heir, payer=anna_payer, basis="attorney", scope="view", confirmed_how="x", by=make.BY, at=make.now()
        )
    assert refusal.value.code == "payer_deceased"
    record_death(anna_payer, deceased_on=None, on=make.today(), by=make.BY)
    assert mandates_of(anna, at=make.now()).exists()
    assert list(AuditEntry.objects.filter(verb__contains="death").order_by("pk").values_list("verb", flat=True)) == [
        "record_death",
        "take_back_death",
    ]


@pytest.mark.parametrize(
    ("kind", "day", "code"),
    [
        ("person", make.today() + timedelta(days=2), "death_future"),
        ("company", make.today(), "not_a_person"),
        ("foreigner", BORN - timedelta(days=1), "death_before_birth"),
    ],
)
def test_a_false_day_of_death_is_refused(kind: str, day: date, code: str) -> None:
    payer = foreigner() if kind == "foreigner" else register_payer(kind=kind, name="X", number=None, by=make.BY)
    with pytest.raises(Refused) as refusal:
        record_death(payer, deceased_on=day, on=make.today(), by=make.BY)
    assert refusal.value.code == code


FORM = {"name": "Ivan Novak", "street": "", "postal_code": "", "city": "", "number": "", "birth_date": ""}
INLINES = {f"{prefix}-{name}": "0" for prefix in ("contacts", "mandates") for name in ("TOTAL_FORMS", "INITIAL_FORMS")}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"kind": "foreigner"}, "Podaj datę urodzenia"),
        ({"kind": "foreigner", "birth_date": "2999-01-01"}, "Data urodzenia jest w przyszłości."),
        ({"kind": "foreigner", "birth_date": "1979-03-08", "number": make.pesel(3).value}, "ma numer nadany przez"),
        ({"kind": "company", "number": make.pesel(3).value}, "Firma ma NIP, REGON lub KRS."),
        ({"kind": "person", "number": "0000123456"}, "Osoba fizyczna ma PESEL"),
        ({"kind": "person", "number": "40320100011"}, "Data urodzenia w numerze PESEL jest w przyszłości."),
        ({"kind": "person", "birth_date": "1979-03-08"}, "tylko u cudzoziemca"),
    ],
)
def test_the_clerks_form_says_what_is_wrong(told: dict[str, str], words: str) -> None:
    form = PayerForm({**FORM, **told})
    assert not form.is_valid()
    assert words in str(form.errors)


@pytest.mark.ignore_template_errors
def test_the_clerk_registers_a_foreigner_and_later_notes_the_death(signed_in: SignIn, clerk: Account) -> None:
    desk = signed_in(clerk)
    made = desk.post(
        reverse("admin:residents_payer_add"), {**FORM, **INLINES, "kind": "foreigner", "birth_date": BORN.isoformat()}
    )
    assert made.status_code == 302
    payer = Payer.objects.get()
    card = reverse("admin:residents_payer_change", args=[payer.pk])
    day = make.today().isoformat()
    assert desk.post(card, {**FORM, **INLINES, "deceased_on": day}).status_code == 302
    payer.refresh_from_db()
    assert payer.deceased_on == make.today()
    false = PayerForm({**FORM, "deceased_on": "1900-01-01"}, instance=payer)
    assert "wcześniejsza niż urodzenie" in str(false.errors)
