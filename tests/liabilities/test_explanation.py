"""Why this amount: in plain Polish, on the page and on paper, to the grosz."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from pypdf import PdfReader

from liabilities.actions import PaymentPart, charge_costs, post_payment
from liabilities.explanation import Explanation, explain
from liabilities.models import InterestRate
from liabilities.queries import instalment_of
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
NUMBER = make.pesel(1)
DAY = date(2026, 6, 30)


def due(payer: Payer, kind: str = "PODATEK_ROLNY", amount: str = "1000,00", term: date = date(2026, 3, 15)) -> None:
    """One due of Anna's; 15 March 2026 is a Sunday."""
    make.dues(make.row(NUMBER, key="DUE", kind=kind, title="Decyzja 7", due_on=term, amount=amount), source="fk")


def pay(payer: Payer, amount: str, on: date) -> None:
    """Pay some of it."""
    post_payment(
        payer_id=payer.pk,
        parts=[PaymentPart(make.instalment("DUE").pk, Decimal(amount))],
        value_on=on,
        reference=f"payment:{on}",
        by=make.BY,
        at=make.now(),
    )


def why(payer: Payer, on: date = DAY) -> Explanation:
    """The explanation as of a day."""
    instalment = instalment_of(payer.pk, make.instalment("DUE").pk)
    assert instalment is not None
    return explain(instalment, on=on)


def plain(text: str) -> str:
    """Without no-break spaces."""
    return text.replace("\xa0", " ")


def test_tax_interest_says_its_sum_and_how_it_was_rounded(anna_payer: Payer) -> None:
    due(anna_payer)
    told = why(anna_payer)
    assert plain(told.rounding) == (
        "Suma okresów to 30,4932 zł. Odsetki podatkowe zaokrągla się raz, do pełnych złotych: do 49 groszy w dół, "
        "od 50 groszy w górę (Ordynacja podatkowa, art. 63 § 1). Razem 30,00 zł."
    )
    assert [plain(period.shown) for period in told.due.interest.periods] == ["30,4932 zł"]
    assert "niedziela" in told.due.moved_because


def test_civil_interest_is_rounded_to_the_grosz(anna_payer: Payer) -> None:
    due(anna_payer, "DZIERZAWA")
    assert plain(why(anna_payer).rounding) == "Suma okresów to 26,8630 zł, po zaokrągleniu do grosza 26,86 zł."


def test_interest_below_the_limit_says_why_it_is_not_charged(anna_payer: Payer) -> None:
    due(anna_payer, amount="100,00")
    assert "Nie przekracza 8,70 zł, więc odsetek nie naliczamy" in plain(why(anna_payer).rounding)


def test_a_part_payment_tells_how_it_was_divided_and_by_which_interest(anna_payer: Payer) -> None:
    due(anna_payer)
    pay(anna_payer, "103.00", DAY)
    (part,) = why(anna_payer, date(2026, 9, 30)).payments
    assert (part.principal, part.extra, part.amount) == (Decimal(100), Decimal(3), Decimal(103))
    assert part.then is not None
    assert (part.then.amount, part.then.on) == (30, DAY)
    assert "proporcjonalnie" in part.split_words
    assert "Razem 30,00 zł" in plain(part.rounding)


def test_a_whole_payment_was_not_divided(anna_payer: Payer) -> None:
    due(anna_payer)
    instalment = make.instalment("DUE")
    charge_costs(instalment, amount=Decimal(16), reference="letter:1", on=DAY, by=make.BY, at=make.now())
    pay(anna_payer, "1046.00", DAY)
    (part,) = why(anna_payer).payments
    assert (part.principal, part.extra, part.costs, part.split_words) == (1000, 30, 16, "")


def test_figures_mended_since_leave_the_steps_out_rather_than_tell_another_story(anna_payer: Payer) -> None:
    due(anna_payer)
    pay(anna_payer, "1030.00", DAY)
    InterestRate.objects.create(regime="tax", valid_from=date(2026, 4, 2), percent=20)
    (part,) = why(anna_payer).payments
    assert (part.then, part.extra) == (None, 30)


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 6, 10), "jeśli do 1 lipca 2026 zapłacisz ratę i opłatę dodatkową: 30% opłaty rocznej"),
        (date(2026, 7, 2), "zezwolenie wygasło"),
    ],
)
def test_a_late_licence_says_what_to_do_and_until_when(anna_payer: Payer, on: date, words: str) -> None:
    due(anna_payer, "KONCESJA_ALKOHOLOWA", term=date(2026, 5, 31))
    assert words in plain(why(anna_payer, on).licence)


def test_page_and_paper_say_the_same(anna: Account, anna_payer: Payer, signed_in: SignIn) -> None:
    due(anna_payer)
    pay(anna_payer, "103.00", DAY)
    browser, key = signed_in(anna), make.instalment("DUE").pk
    page = browser.get(reverse("liabilities:due", args=[key]))
    answer = browser.get(reverse("liabilities:due_pdf", args=[key]))
    document = PdfReader(io.BytesIO(answer.content))
    paper = plain(" ".join(" ".join(sheet.extract_text() for sheet in document.pages).split()))
    shown = plain(" ".join(page.text.split()))
    told = page.context["why"]
    for words in (
        "Co pokryła wpłata 103,00 zł z 30 czerwca 2026",
        "30,4932 zł",
        plain(told.rounding),
        "15.03.2026 to dzień wolny (niedziela)",
    ):
        assert words in shown
        assert words.replace(" ", "") in paper.replace(" ", "")
    catalog = document.trailer["/Root"]
    assert (catalog["/Lang"], bool(catalog["/MarkInfo"]["/Marked"])) == ("pl", True)
    assert NUMBER.value not in paper
