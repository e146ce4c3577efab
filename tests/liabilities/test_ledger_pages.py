"""The treasurer's pages of the ledger, and what residents see of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template import engines
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry
from liabilities.bearers import set_bearers
from liabilities.models import Decision, Instalment, LedgerEntry, LimitationFact
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.liabilities.ledger_town import pay, seen

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _templates_as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfold's templates rely on variables that are not always there."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


@pytest.fixture
def office(treasurer: Account, signed_in: SignIn) -> Client:
    """The treasurer's browser."""
    return signed_in(treasurer)


def old_due(key: str = "ANNA-OLD", *, amount: str = "600,00", kind: str = "PODATEK_NIERUCHOMOSCI_OF") -> Instalment:
    """A due of Anna's, two months late."""
    day = make.today() - timedelta(days=60)
    make.dues(make.row(make.pesel(1), key=key, title=key, amount=amount, due_on=day, kind=kind))
    return make.instalment(key)


def work(verb: str, due: Instalment) -> str:
    """The address of a verb's page."""
    return reverse("admin:liabilities_instalment_work", args=[due.pk, verb])


DECISION = {"number": "FN.3120.1.2026", "applied_on": "", "reason": "choroba"}


@pytest.mark.usefixtures("anna_payer")
def test_the_page_of_an_instalment_leads_to_every_verb(office: Client) -> None:
    due = old_due()
    page = office.get(reverse("admin:liabilities_instalment_change", args=[due.pk])).text
    for verb in ("odpis", "umorzenie", "odroczenie", "raty", "wspolnie", "przedawnienie"):
        assert work(verb, due) in page
        assert office.get(work(verb, due)).status_code == 200
    assert office.get(work("inne", due)).status_code == 404


@pytest.mark.usefixtures("anna_payer")
def test_an_arrear_is_spread_over_the_rates_that_the_page_suggests(office: Client) -> None:
    due = old_due()
    page = office.get(f"{work('raty', due)}?rat=3")
    rates = page.context["form"].initial["rates"]
    assert rates.count("200,00") == 3
    data = {**DECISION, "decided_on": make.today(), "instalments": [due.pk], "rates": rates, "with_fee": "on"}
    bad = office.post(work("raty", due), {**data, "rates": "2026-13-01 5"})
    assert "Wiersz 1" in bad.text
    assert office.post(work("raty", due), data).status_code == 302
    assert Instalment.objects.filter(decision__number="FN.3120.1.2026", outstanding=200).count() == 3
    told = AuditEntry.objects.get(verb="record_instalments")
    assert (told.actor_name, told.details["reason"]) == ("Tomasz Skarbnik", "choroba")


@pytest.mark.usefixtures("anna_payer")
def test_a_term_is_put_off_a_sum_remitted_and_another_written_off(office: Client) -> None:
    first, second, third = old_due("O-1"), old_due("O-2"), old_due("O-3")
    until = make.today() + timedelta(days=90)
    data = {**DECISION, "decided_on": make.today()}
    assert office.post(work("odroczenie", first), {**data, "until": until}).status_code == 302
    again = office.post(work("umorzenie", second), {**data, "principal": "100,00", "interest": "0"})
    assert "już zapisana" in again.text
    remitted = {**data, "number": "FN.2", "principal": "100,00", "interest": "0"}
    assert office.post(work("umorzenie", second), remitted).status_code == 302
    assert "najwyżej" in office.post(work("odpis", third), {"amount": "600,01", "reason": "x"}).text
    assert office.post(work("odpis", third), {"amount": "600,00", "reason": "korekta deklaracji"}).status_code == 302
    sums = [seen(due, on=make.today()).principal for due in (first, second, third)]
    assert sums == [Decimal(600), Decimal(500), 0]
    decision = Decision.objects.get(kind="deferral")
    end = reverse("admin:liabilities_decision_end", args=[decision.pk])
    assert end in office.get(reverse("admin:liabilities_decision_change", args=[decision.pk])).text
    assert office.post(end, {"why": "uchylona"}).status_code == 302
    assert seen(first, on=make.today()).is_overdue


def test_who_else_owes_a_due_is_typed_in_by_their_number(office: Client, anna_payer: Payer) -> None:
    due, jan = old_due(), make.payer(make.pesel(2), "Jan Nowak")
    assert "Nie ma płatnika" in office.post(work("wspolnie", due), {"numbers": "P-99999999", "reason": "akt"}).text
    assert office.post(work("wspolnie", due), {"numbers": jan.number, "reason": "akt"}).status_code == 302
    assert due.liability.bearers.get().payer == jan
    page = office.get(work("wspolnie", due))
    assert "Jan Nowak" in page.text
    assert page.context["form"].initial["numbers"] == jan.number
    assert office.post(work("wspolnie", due), {"numbers": "", "reason": "sprzedaż"}).status_code == 302
    assert due.liability.bearers.count() == 0


def test_a_payment_is_undone_with_a_reason_and_every_entry_is_shown_first(office: Client, anna_payer: Payer) -> None:
    due = old_due()
    pay(due, "700.00", on=make.today(), reference="payment:77")
    entry = LedgerEntry.objects.get(kind="payment", account="credit")
    page = reverse("admin:liabilities_ledgerentry_storno", args=[entry.pk])
    assert page in office.get(reverse("admin:liabilities_ledgerentry_change", args=[entry.pk])).text
    assert office.get(page).text.count("wpłata, ") == LedgerEntry.objects.filter(kind="payment").count()
    assert office.post(page, {"reason": ""}).status_code == 200
    assert office.post(page, {"reason": "nie ta osoba"}).status_code == 302
    assert seen(due, on=make.today()).principal == Decimal(600)
    assert "już wystornowany" in office.post(page, {"reason": "x"}).text


def test_a_credit_is_set_off_from_the_list_of_credits(office: Client, anna_payer: Payer) -> None:
    paid, due = old_due("O-1", amount="100,00"), old_due("O-2", amount="50,00")
    pay(paid, "200.00", on=make.today())
    listed = office.get(reverse("admin:liabilities_ledgerentry_credits")).text
    page = reverse("admin:liabilities_ledgerentry_set_off", args=[anna_payer.pk])
    assert page in listed
    form = office.get(page).context["form"]
    data = {
        "due_kind": "PODATEK_NIERUCHOMOSCI_OF",
        "instalments": [due.pk],
        "document": "FN.3120.5.2026",
        "key": form.fields["key"].initial,
    }
    assert "nie potrąca się oświadczeniem" in office.post(page, {**data, "ground": "statement"}).text
    assert office.post(page, {**data, "ground": "ex_officio"}).status_code == 302
    assert seen(due, on=make.today()).is_paid


def test_the_list_of_the_barred_and_a_fact_that_breaks_the_time(office: Client, anna_payer: Payer) -> None:
    day = date(make.today().year - 6, 3, 15)
    make.dues(make.row(make.pesel(1), key="OLD", title="Stary podatek", due_on=day))
    due, page = make.instalment("OLD"), reverse("admin:liabilities_instalment_barred")
    assert "przedawniona" in office.get(page).text
    fact = {"effect": "interrupted", "from_on": date(day.year + 5, 5, 7), "basis": "OP art. 70 § 4, zajęcie"}
    assert office.post(work("przedawnienie", due), fact).status_code == 302
    assert LimitationFact.objects.get().recorded_by == "Tomasz Skarbnik"
    again = office.get(page).text
    assert "<strong>przedawniona" not in again
    assert due.outstanding > 0


def test_a_clerk_who_looks_after_consents_may_enter_nothing(
    clerk: Account, signed_in: SignIn, anna_payer: Payer
) -> None:
    due = old_due()
    browser = signed_in(clerk)
    assert browser.post(work("odpis", due), {"amount": "1", "reason": "x"}).status_code == 403
    assert browser.get(work("odpis", due)).status_code == 403


def test_a_resident_reads_of_the_decision_its_term_and_the_joint_due(
    office: Client, anna: Account, signed_in: SignIn
) -> None:
    due = old_due()
    until = make.today() + timedelta(days=90)
    office.post(work("odroczenie", due), {**DECISION, "decided_on": make.today(), "until": until})
    set_bearers({due.liability_id: [make.payer(make.pesel(2), "Jan Nowak").pk]}, reason="akt", by=make.BY)
    page = signed_in(anna).get(reverse("liabilities:due", args=[due.pk])).text
    assert "odroczenie terminu, decyzja FN.3120.1.2026" in page
    assert "odsetki nie wzrosną" in page
    assert "Należność wspólna" in page
    assert signed_in(anna).get(reverse("liabilities:due_pdf", args=[due.pk])).status_code == 200


def test_the_late_fee_of_a_licence_is_called_by_its_name_when_it_is_paid(anna: Account, signed_in: SignIn) -> None:
    day = make.today() - timedelta(days=10)
    make.dues(make.row(make.pesel(1), key="ALKO", title="Zezwolenie", kind="KONCESJA_ALKOHOLOWA", due_on=day))
    browser = signed_in(anna)
    page = browser.get(reverse("payments:start"), {"instalment": make.instalment("ALKO").pk}).text
    assert "opłata podwyższona 30%" in page
    assert "Opłata podwyższona 30%" in page
    assert "Odsetki na dziś" not in page
