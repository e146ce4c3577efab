"""The account card: every entry by date, the running balance, what is on its way; page, CSV, PDF, staff's page."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from liabilities import account_card as cards
from liabilities.account_card import CardChoice, account_card, card_lines, opening_balance
from liabilities.actions import PaymentPart, charge_costs, post_payment, write_off
from liabilities.models import EntryKind, LedgerEntry
from liabilities.queries import balance
from liabilities.storno import reverse_event
from payments.models import Payment
from residents.merging import merge_payers, undo_merge
from residents.models import AccessRecord, Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.payments.paying import start
from tests.sandbox_process import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
CARD = reverse("liabilities:card")
NUMBER = make.pesel(1)


def at(day: str) -> datetime:
    """Noon of a day."""
    return datetime.fromisoformat(f"{day}T11:00:00+00:00")


def pay(payer: Payer, key: str, amount: str, day: str) -> None:
    """A payment of one due, debited and booked on a day."""
    post_payment(
        payer_id=payer.pk,
        parts=[PaymentPart(make.instalment(key).pk, Decimal(amount))],
        value_on=date.fromisoformat(day),
        reference=f"payment:{key}:{day}",
        by=make.BY,
        at=at(day),
    )


@pytest.fixture
def history(anna_payer: Payer) -> Payer:
    """Two years of Anna's: farm tax of 2025 paid late and in part, waste of 2026 overpaid, a letter, a write-off."""
    farm = {"kind": "PODATEK_ROLNY", "title": "Decyzja 7/2025"}
    make.dues(
        make.row(NUMBER, key="ROL", due_on=date(2025, 3, 17), amount="1000,00", **farm),
        source="fk",
        as_of=at("2025-02-01"),
    )
    make.dues(
        make.row(NUMBER, key="SMIECI", kind="ODPADY", title="Śmieci", due_on=date(2026, 6, 15), amount="60,00"),
        source="gok",
        as_of=at("2026-05-01"),
    )
    pay(anna_payer, "ROL", "300.00", "2025-12-31")
    pay(anna_payer, "SMIECI", "75.50", "2026-06-01")
    due = make.instalment("ROL")
    charge_costs(due, amount=Decimal(16), reference="letter:1", on=date(2026, 7, 1), by=make.BY, at=at("2026-07-01"))
    write_off(due, amount=Decimal("50.00"), reason="ulga", on=date(2026, 8, 1), by=make.BY, at=at("2026-08-01"))
    return anna_payer


def of(payer: Payer, kind: str = "", year: int | None = None) -> cards.Card:
    """The first page of a card."""
    return account_card(CardChoice(payer.pk, kind, year), page=1, at=make.now())


def test_the_balance_runs_from_entry_to_entry_and_ends_at_what_is_booked(history: Payer) -> None:
    card = of(history, "PODATEK_ROLNY")
    balances = [line.balance for line in reversed(card.lines)]
    steps = [line.charged - line.credited for line in reversed(card.lines)]
    assert balances == [sum(steps[: place + 1], Decimal(0)) for place in range(len(steps))]
    due = make.instalment("ROL")
    assert (card.closing, card.opening) == (due.outstanding + due.costs, 0)


def test_over_all_kinds_the_credit_counts_and_interest_that_runs_does_not(history: Payer) -> None:
    account = balance(history.pk, on=make.today())
    assert account.credit == Decimal("15.50")
    assert of(history).closing == account.total - account.interest
    assert of(history, "ODPADY").closing == 0


def test_a_year_opens_with_what_earlier_years_left(history: Payer) -> None:
    before, year = of(history, "PODATEK_ROLNY", 2025), of(history, "PODATEK_ROLNY", 2026)
    assert year.opening == before.closing == opening_balance(CardChoice(history.pk, "PODATEK_ROLNY", 2026))
    assert [line.kind for line in year.lines] == ["odpis", "koszty upomnienia"]
    assert {line.booked_on.year for line in before.lines} == {2025}
    assert of(history, "PODATEK_ROLNY", 2024).lines == ()


def test_a_year_ends_at_midnight_in_warsaw(anna_payer: Payer) -> None:
    moment = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    due, on = make.instalment("ANNA-1"), date(2026, 1, 1)
    charge_costs(due, amount=Decimal(16), reference="letter:1", on=on, by=make.BY, at=moment)
    assert of(anna_payer, "", 2026).lines[-1].booked_on == on
    assert of(anna_payer, "", 2025).lines == ()


def test_pages_of_a_long_card_join_without_a_gap(history: Payer, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = of(history)
    monkeypatch.setattr(cards, "LINES", 3)
    found: list[cards.CardLine] = []
    page, more = 1, True
    while more:
        card = account_card(CardChoice(history.pk), page=page, at=make.now())
        assert card.newer == page - 1
        found += card.lines
        page, more = page + 1, card.has_older
    assert tuple(found) == whole.lines
    assert card.opening == 0
    assert account_card(CardChoice(history.pk), page=99, at=make.now()).lines == ()


def test_a_storno_leaves_the_card_in_line_with_the_ledger(history: Payer) -> None:
    entry = LedgerEntry.objects.get(reference__startswith="payment:ROL", kind=EntryKind.PAYMENT, account="interest")
    reverse_event(entry, reason="pomyłka", on=date(2026, 9, 1), by=make.BY, at=at("2026-09-01"))
    for kind in ("", "PODATEK_ROLNY"):
        card = of(history, kind)
        assert card.opening == 0
        assert "storno" in {line.kind for line in card.lines}


def test_the_card_follows_dues_when_records_are_merged_and_part_again(history: Payer) -> None:
    other = make.payer(make.nip(9), "Nowak Usługi")
    make.dues(make.row(make.nip(9), key="FIRMA", name="Nowak Usługi", title="Decyzja firmy"), source="fk2")

    def in_line(payer: Payer, *titles: str) -> None:
        card = of(payer)
        account = balance(payer.pk, on=make.today())
        assert (card.opening, card.closing) == (0, account.total - account.interest)
        assert tuple(card_lines(CardChoice(payer.pk))) == tuple(reversed(card.lines))
        about = " ".join(line.about for line in card.lines)
        assert [title in about for title in ("Decyzja 7/2025", "Decyzja firmy")] == [
            title in titles for title in ("Decyzja 7/2025", "Decyzja firmy")
        ]

    in_line(other, "Decyzja firmy")
    merged = merge_payers(kept=history, duplicate=other, reason="ta sama osoba", by=make.BY, at=make.now())
    pay(history, "FIRMA", "30.00", make.today().isoformat())
    in_line(history, "Decyzja 7/2025", "Decyzja firmy")
    undo_merge(merged.merge, by=make.BY, at=make.now())
    for payer, title in ((history, "Decyzja 7/2025"), (other, "Decyzja firmy")):
        in_line(payer, title)


def test_lines_written_out_are_those_of_the_page_in_the_other_order(history: Payer) -> None:
    for choice in (CardChoice(history.pk), CardChoice(history.pk, "PODATEK_ROLNY", 2026)):
        shown = account_card(choice, page=1, at=make.now()).lines
        assert tuple(card_lines(choice)) == tuple(reversed(shown))


def test_money_on_its_way_is_shown_until_it_is_booked(anna: Account, history: Payer, sandbox: Sandbox) -> None:
    payment = start(history, anna)
    card = of(history)
    assert [(part.reference, part.amount) for part in card.on_its_way] == [(payment.reference, Decimal(100))]
    assert card.sum_on_its_way == 100
    assert of(history, "ODPADY").on_its_way == ()
    late = account_card(CardChoice(history.pk), page=1, at=payment.frozen_until + timedelta(seconds=1))
    assert late.on_its_way == ()
    Payment.objects.filter(pk=payment.pk).update(state="cancelled")
    assert of(history).on_its_way == ()


class TestPages:
    """The resident's page and files."""

    def test_the_page_shows_entries_balance_and_choices(self, anna: Account, signed_in: SignIn, history: Payer) -> None:
        text = signed_in(anna).get(CARD, {"rodzaj": "PODATEK_ROLNY", "rok": "2025"}).text.replace("\xa0", " ")
        for words in ("Decyzja 7/2025 (2025), rata 1", "1 000,00 zł", "wpłata, odsetki", "Podatek rolny"):
            assert words in text
        assert "Śmieci" not in text
        assert '<option value="2025" selected>' in text

    @pytest.mark.parametrize(
        "query",
        [
            {"rodzaj": "NIE_MA", "rok": "x", "strona": "-1"},
            {"rok": "99999", "strona": "0"},
            {"rok": "²026", "strona": "999999"},
            {"rodzaj": "'; DROP", "strona": "1e9"},
        ],
    )
    def test_a_choice_that_cannot_be_is_passed_over(
        self, anna: Account, signed_in: SignIn, history: Payer, query: dict[str, str]
    ) -> None:
        assert signed_in(anna).get(CARD, query).status_code == 200

    def test_the_page_costs_the_same_queries_however_many_entries(
        self, anna: Account, signed_in: SignIn, history: Payer
    ) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(CARD).status_code == 200
            return len(queries)

        browser = signed_in(anna)
        browser.get(CARD)
        few = cost()
        make.dues(*(make.row(NUMBER, key=f"N-{n}", title=f"Decyzja {n}") for n in range(40)), source="many")
        assert cost() == few

    def test_the_csv_can_be_added_up_in_a_spreadsheet(self, anna: Account, signed_in: SignIn, history: Payer) -> None:
        make.dues(make.row(NUMBER, key="ZLE", kind="ODPADY", title="=1+1", due_on=date(2026, 9, 15)), source="x")
        answer = signed_in(anna).get(reverse("liabilities:card_csv"), {"rok": "2026"})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))

        def number(cell: str) -> Decimal:
            return Decimal(cell.replace(",", "."))

        assert rows[0]["wpis"] == "saldo początkowe"
        moved = sum(number(row["obciazenie"]) - number(row["uznanie"]) for row in rows[1:])
        assert number(rows[0]["saldo"]) + moved == number(rows[-1]["saldo"]) == of(history, "", 2026).closing
        assert [row["naleznosc"] for row in rows if "1+1" in row["naleznosc"]] == ["'=1+1 (2026), rata 1"]
        assert NUMBER.value not in text
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="karta-kontowa-2026-')

    def test_a_screen_reader_can_read_the_pdf(self, anna: Account, signed_in: SignIn, history: Payer) -> None:
        answer = signed_in(anna).get(reverse("liabilities:card_pdf"), {"rodzaj": "PODATEK_ROLNY"})
        document = PdfReader(io.BytesIO(answer.content))
        catalog = document.trailer["/Root"]
        assert (catalog["/Lang"], bool(catalog["/MarkInfo"]["/Marked"])) == ("pl", True)
        told = " ".join(" ".join(page.extract_text() for page in document.pages).split()).replace("\xa0", " ")
        for words in ("Karta kontowa", history.number, "Podatek rolny", "1 000,00 zł", "koszty upomnienia"):
            assert words in told
        assert NUMBER.value not in told

    def test_a_card_too_long_for_paper_leads_back_and_says_what_to_do(
        self, anna: Account, signed_in: SignIn, history: Payer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("liabilities.card_files.MOST_LINES", 3)
        back = signed_in(anna).get(reverse("liabilities:card_pdf"), follow=True)
        assert "Wybierz jeden rok albo pobierz plik CSV." in back.text

    def test_staff_see_the_same_and_their_look_is_recorded(
        self, treasurer: Account, clerk: Account, signed_in: SignIn, history: Payer
    ) -> None:
        office: Client = signed_in(treasurer)
        page = reverse("admin:liabilities_instalment_card", args=[history.pk])
        shown = office.get(page)
        assert shown.context["card"].lines == of(history).lines
        assert "Decyzja 7/2025" in shown.text
        instalment = reverse("admin:liabilities_instalment_change", args=[make.instalment("ROL").pk])
        assert page in office.get(instalment).text
        for ending in ("pdf", "csv"):
            file = reverse(f"admin:liabilities_instalment_card_{ending}", args=[history.pk])
            assert office.get(file).status_code == 200
        looks = AccessRecord.objects.filter(account=treasurer, payer=history).values_list("what", flat=True)
        assert {"karta kontowa", "karta kontowa (PDF)", "karta kontowa (CSV)"} <= set(looks)
        assert signed_in(clerk).get(page).status_code == 403
