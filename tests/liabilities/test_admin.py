"""The treasurer's pages."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import engines
from django.test import Client
from django.urls import reverse

from core.errors import Refused
from core.models import AuditEntry
from liabilities.actions import choose_regime
from liabilities.models import (
    DueKind,
    Holiday,
    ImportRun,
    Instalment,
    InterestRate,
    LedgerEntry,
    Reading,
    ReminderRule,
)
from residents.models import AccessRecord, Account, Payer
from tests import make
from tests.conftest import SignIn

# Unfold's own templates rely on variables that are not always there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
NUMBER = make.pesel(5)
UPLOAD = "admin:liabilities_importrun_add"


@pytest.fixture
def office(treasurer: Account, signed_in: SignIn) -> Client:
    """The treasurer's browser."""
    return signed_in(treasurer)


@pytest.fixture
def _templates_as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfold's list of errors counts on a variable that is not always there."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


def file(*lines: str) -> SimpleUploadedFile:
    """A dues file as a browser sends it."""
    return SimpleUploadedFile("naleznosci.csv", "\n".join([make.HEADER, *lines]).encode(), content_type="text/csv")


def upload(office: Client, content: SimpleUploadedFile, *, as_of: str = "2026-03-01T08:00:00") -> object:
    """Step one: the preview."""
    return office.post(reverse(UPLOAD), {"file": content, "source": "fk", "as_of": as_of})


def test_an_upload_is_previewed_first_and_applied_by_the_second_step(office: Client, treasurer: Account) -> None:
    lines = [make.row(NUMBER), make.row(NUMBER, key="A-2", amount="x")]
    preview = upload(office, file(*lines))
    assert "Nic jeszcze nie zmieniono" in preview.text
    assert "wiersz 3, kolumna „kwota”" in preview.text
    assert (Payer.objects.count(), ImportRun.objects.count()) == (0, 0)
    done = office.post(reverse(UPLOAD), {"token": preview.context["token"]}, follow=True)
    assert "Wczytano naleznosci.csv: nowych 1, zmienionych 0, bez zmian 0, odrzuconych 1." in done.text
    run = ImportRun.objects.get()
    assert (run.ran_by, run.source, run.created, run.rejected) == (treasurer, "fk", 1, 1)


def test_a_preview_is_applied_once(office: Client) -> None:
    token = upload(office, file(make.row(NUMBER))).context["token"]
    office.post(reverse(UPLOAD), {"token": token})
    again = office.post(reverse(UPLOAD), {"token": token}, follow=True)
    assert "Ten plik już wczytano albo minęła godzina od podglądu." in again.text
    assert ImportRun.objects.count() == 1


def test_a_forged_token_fetches_nothing(office: Client) -> None:
    done = office.post(reverse(UPLOAD), {"token": "x"}, follow=True)
    assert "Wybierz plik jeszcze raz." in done.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Plik jest pusty."),
        (b"%PDF-1.7 ...", "To plik PDF, a nie CSV."),
        (b"id;nazwa\n1;2\n", "W nagłówku brakuje kolumn: identyfikator, rodzaj"),
    ],
)
def test_a_file_that_is_none_comes_back_with_the_reason(office: Client, content: bytes, words: str) -> None:
    page = upload(office, SimpleUploadedFile("plik.csv", content))
    assert words in page.text
    assert ImportRun.objects.count() == 0


def test_data_from_the_future_come_back_with_the_reason(office: Client) -> None:
    page = upload(office, file(make.row(NUMBER)), as_of="2100-01-01T00:00:00")
    assert "Stan na leży w przyszłości." in page.text.replace(" (--as-of)", "")


def test_rejected_rows_come_as_a_csv_in_which_no_cell_is_a_formula(office: Client) -> None:
    report = make.dues(make.row(NUMBER, amount="=1+1"), make.row(NUMBER, key="A-2", due_on=date(2026, 5, 15)))
    page = office.get(reverse("admin:liabilities_importrun_change", args=[report.run_id]))
    link = reverse("admin:liabilities_importrun_rejected", args=[report.run_id])
    assert link in page.text
    text = office.get(link).text
    assert text.splitlines()[0] == "\ufeffwiersz;kolumna;wartosc;co_poprawic"
    assert text.splitlines()[1].startswith("2;kwota;'=1+1;")


@pytest.mark.parametrize("table", ["importrun", "instalment", "ledgerentry", "interestrate", "fee", "reminderrule"])
def test_each_list_opens_and_searches(office: Client, table: str) -> None:
    make.dues(make.row(NUMBER))
    address = reverse(f"admin:liabilities_{table}_changelist")
    assert office.get(address).status_code == 200


@pytest.mark.parametrize("state", ["otwarte", "po-terminie", "zaplacone"])
def test_dues_are_filtered_by_state(office: Client, state: str) -> None:
    make.dues(
        make.row(NUMBER, key="otwarte", title="Otwarta", due_on=make.today() + timedelta(days=300)),
        make.row(NUMBER, key="po-terminie", title="Dawna", due_on=date(2020, 5, 15)),
        make.row(NUMBER, key="zaplacone", title="Oplacona", paid="100,00"),
    )
    page = office.get(reverse("admin:liabilities_instalment_changelist"), {"stan": state, "q": "Anna"})
    shown = {"Otwarta", "Dawna", "Oplacona"} & {word for word in ("Otwarta", "Dawna", "Oplacona") if word in page.text}
    assert shown == {"otwarte": {"Otwarta", "Dawna"}, "po-terminie": {"Dawna"}, "zaplacone": {"Oplacona"}}[state]


def test_a_look_at_somebodys_due_or_entry_is_recorded(office: Client) -> None:
    make.dues(make.row(NUMBER))
    due, entry = Instalment.objects.get(), LedgerEntry.objects.get()
    page = office.get(reverse("admin:liabilities_instalment_change", args=[due.pk]))
    assert "100,00\xa0zł" in page.text
    office.get(reverse("admin:liabilities_ledgerentry_change", args=[entry.pk]))
    assert list(AccessRecord.objects.order_by("pk").values_list("what", flat=True)) == [
        "rata i jej księga",
        "wpis księgi",
    ]


@pytest.mark.parametrize("table", ["instalment", "ledgerentry", "duekind"])
def test_the_ledger_is_not_written_by_hand(administrator: Account, signed_in: SignIn, table: str) -> None:
    assert signed_in(administrator).get(reverse(f"admin:liabilities_{table}_add")).status_code == 403


def test_a_new_rate_is_kept_with_who_set_it(office: Client, treasurer: Account) -> None:
    office.post(
        reverse("admin:liabilities_interestrate_add"),
        {"regime": "tax", "valid_from": "2027-01-01", "percent": "9.5", "source": "M.P. 2026 poz. 1"},
    )
    assert InterestRate.objects.get(valid_from=date(2027, 1, 1)).percent == make.pln("9.5")
    assert AuditEntry.objects.filter(verb="set_figure", account_id=treasurer.pk).count() == 1


def test_two_rates_of_one_day_are_refused_in_polish() -> None:
    known = InterestRate.objects.filter(regime="tax").latest("valid_from")
    with pytest.raises(ValidationError, match="Na ten dzień jest już stopa tych odsetek"):
        InterestRate(regime="tax", valid_from=known.valid_from, percent=make.pln("9.5")).full_clean()


def test_a_reminder_rule_is_switched_off(office: Client) -> None:
    rule = ReminderRule.objects.get(days_before=7)
    office.post(reverse("admin:liabilities_reminderrule_change", args=[rule.pk]), {"days_before": "7", "by_sms": "on"})
    rule.refresh_from_db()
    assert (rule.by_sms, rule.by_email, rule.is_active) == (True, False, False)


def test_a_clerk_may_not_import(clerk: Account, signed_in: SignIn) -> None:
    assert signed_in(clerk).get(reverse(UPLOAD)).status_code == 403


@pytest.mark.usefixtures("_templates_as_in_production")
def test_the_regime_of_a_lease_is_the_towns_choice_and_of_a_tax_is_not(office: Client, treasurer: Account) -> None:
    page = reverse("admin:liabilities_duekind_change", args=["DZIERZAWA"])
    assert 'value="tax"' not in office.get(page).text
    office.post(page, {"regime": "commercial"})
    assert DueKind.objects.get(pk="DZIERZAWA").regime == "commercial"
    entry = AuditEntry.objects.get(verb="choose_regime")
    assert (entry.account_id, entry.details) == (treasurer.pk, {"regime": "commercial"})
    office.post(page, {"regime": "tax"})
    tax = reverse("admin:liabilities_duekind_change", args=["PODATEK_ROLNY"])
    assert office.post(tax, {"regime": "none"}).status_code == 403
    assert DueKind.objects.get(pk="DZIERZAWA").regime == "commercial"
    with pytest.raises(Refused):
        choose_regime(DueKind.objects.get(pk="PODATEK_ROLNY"), "none", by=make.BY)


def test_a_day_off_and_a_reading_are_entered_in_admin_and_recorded(office: Client) -> None:
    office.post(
        reverse("admin:liabilities_holiday_add"),
        {"day": "09-15", "valid_from": "2027", "valid_to": "", "name": "Nowe święto", "source": "Dz.U. 2027 poz. 1"},
    )
    office.post(
        reverse("admin:liabilities_reading_add"),
        {"question": "minimum_compares", "valid_from": "2027-01-01", "answer": "exact", "source": "interpretacja"},
    )
    assert Holiday.objects.filter(day="09-15").count() == Reading.objects.filter(answer="exact").count() == 1
    assert AuditEntry.objects.filter(verb="set_figure").count() == 2


@pytest.mark.usefixtures("_templates_as_in_production")
@pytest.mark.parametrize(
    ("page", "values", "words"),
    [
        ("holiday", {"day": "02-29", "valid_from": "2027", "name": "x"}, "Zapisz dzień jako"),
        ("holiday", {"day": "13-01", "valid_from": "2027", "name": "x"}, "Zapisz dzień jako"),
        ("holiday", {"day": "09-15", "valid_from": "2027", "valid_to": "2026", "name": "x"}, "wcześniejszy"),
        ("reading", {"question": "alcohol_terms", "answer": "exact"}, "nie należy do tego pytania"),
    ],
)
def test_figures_that_cannot_be_are_refused_with_the_reason(
    office: Client, page: str, values: dict[str, str], words: str
) -> None:
    assert words in office.post(reverse(f"admin:liabilities_{page}_add"), values).text
