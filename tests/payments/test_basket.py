"""One payment of dues of several payers and kinds: in part, by recipient, with a fee, and seen by nobody else."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from core.errors import Refused
from liabilities.models import LedgerEntry
from liabilities.queries import credit
from notifications.models import Message
from payments.actions import complete_payment
from payments.basket import fill_baskets
from payments.fees import fee_on
from payments.models import Payment
from payments.states import State
from payments.wishes import Wish
from residents.models import AccessRecord, Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.payments.browsing import HISTORY, START, confirm, form_to_pay, page_of, words
from tests.payments.paying import Paying, notice
from tests.sandbox_process import Sandbox

BASKET = reverse("payments:basket")
RECIPIENTS = {"odpady": {"kinds": ["ODPADY"], "name": "Związek Gmin Dolina"}}


@pytest.fixture
def mother(paying: Paying) -> Payer:
    """Anna's mother, for whom Anna may see and pay: one due of 70 zł."""
    number = make.pesel(2, born=make.today() - timedelta(days=30_000))
    who = make.payer(number, "Zofia Nowak")
    make.dues(make.row(number, key="ZOFIA-1", name="Zofia Nowak", amount="70,00", kind="ODPADY", title="Odpady"))
    make.consent(number, name="Zofia Nowak", phone="+48500100201", email="zofia@example.com")
    make.mandate(paying.account, who, basis="attorney", scope="pay")
    return who


@pytest.fixture
def browser(paying: Paying, mother: Payer, signed_in: SignIn) -> Client:
    """Anna's browser; she acts for herself."""
    return signed_in(paying.account)


def _ids(*keys: str) -> dict[str, list[int]]:
    return {"instalment": [make.instalment(key).pk for key in keys]}


def _check(browser: Client, *keys: str, **amounts: str) -> object:
    """The page «Sprawdź i zapłać» for these dues."""
    typed = {f"kwota-{make.instalment(key.replace('_', '-')).pk}": amount for key, amount in amounts.items()}
    return browser.post(START, {**_ids(*keys), **typed}, follow=True)


def test_dues_of_all_for_whom_i_may_pay_stand_on_one_page(browser: Client, mother: Payer) -> None:
    page = words(browser.get(BASKET))
    assert "Anna Nowak" in page
    assert "Zofia Nowak" in page
    seen = AccessRecord.objects.filter(what="koszyk płatności").values_list("payer__name", flat=True)
    assert sorted(seen) == ["Anna Nowak", "Zofia Nowak"]


def test_one_payment_pays_dues_of_two_payers_and_tells_each_only_its_own(
    browser: Client, paying: Paying, mother: Payer, sandbox: Sandbox
) -> None:
    page = _check(browser, "ANNA-1", "ZOFIA-1")
    assert "Zofia Nowak" in words(page)  # type: ignore[arg-type]
    assert confirm(browser, page).status_code == 303  # type: ignore[arg-type]
    payment = Payment.objects.get()
    assert (payment.amount, payment.payer) == (Decimal(170), paying.payer)
    assert complete_payment(payment.pk, notice=notice(payment), at=make.now()) == ""
    posted = LedgerEntry.objects.filter(reference__startswith=f"payment:{payment.pk}").values_list(
        "payer__name", "amount"
    )
    assert sorted(posted) == [("Anna Nowak", Decimal(-100)), ("Zofia Nowak", Decimal(-70))]
    told = Message.objects.filter(kind="payment_posted", channel="sms").order_by("payer__name")
    assert [(one.payer.name, one.facts["amount_pln"]) for one in told] == [
        ("Anna Nowak", "100.00"),
        ("Zofia Nowak", "70.00"),
    ]


def test_the_other_payer_sees_its_part_alone(browser: Client, paying: Paying, mother: Payer, signed_in: SignIn) -> None:
    payment = paying.start("ANNA-1", "ZOFIA-1", payer=paying.payer, payers=[paying.payer, mother])
    complete_payment(payment.pk, notice=notice(payment), at=make.now())
    zofia = make.account("zofia@example.com", name="Zofia Nowak")
    make.mandate(zofia, mother)
    hers = signed_in(zofia)
    assert "70,00 zł" in words(hers.get(HISTORY))
    page = words(hers.get(page_of(payment)))
    assert "70,00 zł" in page
    for other in ("100,00 zł", "170,00 zł", "Anna"):
        assert other not in page
    text = "".join(
        part.extract_text() for part in PdfReader(io.BytesIO(hers.get(page_of(payment, "receipt")).content)).pages
    )
    assert "Zofia Nowak" in text
    assert "Anna Nowak" not in text
    assert "170,00" not in text


def test_a_stranger_reaches_neither_the_payment_nor_the_dues(
    browser: Client, paying: Paying, obcy: Account, signed_in: SignIn
) -> None:
    payment = paying.start()
    stranger = signed_in(obcy)
    assert stranger.get(page_of(payment)).status_code == 404
    assert stranger.get(page_of(payment, "go_on")).status_code == 404
    refused = stranger.post(START, _ids("ANNA-1"), follow=True)
    assert "już opłacone albo ich nie ma" in words(refused)  # type: ignore[arg-type]


def test_who_may_only_look_cannot_pay_for_that_payer(paying: Paying, mother: Payer, signed_in: SignIn) -> None:
    piotr = make.account("piotr@example.com", name="Piotr Nowak")
    own = make.payer(make.pesel(5), "Piotr Nowak")
    make.dues(make.row(make.pesel(5), key="PIOTR-1", name="Piotr Nowak"), source="p")
    make.mandate(piotr, own)
    make.mandate(piotr, mother, basis="attorney", scope="view")
    his = signed_in(piotr)
    assert "Zofia" not in words(his.get(BASKET)).split("Działasz")[-1].split("Zapłać za kilka osób")[-1]
    refused = his.post(START, _ids("PIOTR-1", "ZOFIA-1"), follow=True)
    assert "już opłacone albo ich nie ma" in words(refused)  # type: ignore[arg-type]
    assert Payment.objects.count() == 0


def test_a_part_of_a_due_is_paid_and_the_rest_stays(browser: Client, paying: Paying, sandbox: Sandbox) -> None:
    page = _check(browser, "ANNA-1", "ANNA-2", ANNA_1="30,50")
    assert "Zapłać 80,50 zł" in words(page)  # type: ignore[arg-type]
    assert confirm(browser, page).status_code == 303  # type: ignore[arg-type]
    payment = Payment.objects.get()
    complete_payment(payment.pk, notice=notice(payment), at=make.now())
    assert paying.books() == ("69.50", "0.00", "0.00", 1)


def test_an_amount_changed_on_the_page_is_shown_before_anything_is_paid(browser: Client, sandbox: Sandbox) -> None:
    page = _check(browser, "ANNA-1")
    key = f"kwota-{make.instalment('ANNA-1').pk}"
    again = confirm(browser, page, **{key: "40"})  # type: ignore[arg-type]
    assert "Kwota do zapłaty się zmieniła: teraz to 40,00 zł" in words(again)
    assert Payment.objects.count() == 0
    assert confirm(browser, again).status_code == 303
    assert Payment.objects.get().amount == Decimal(40)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("100,01", "To więcej, niż zostało do zapłaty. Wpisz najwyżej 100,00 zł."),
        ("0,99", "Część należności musi mieć co najmniej 1,00 zł."),
        ("0", "Część należności musi mieć co najmniej 1,00 zł."),
        ("-5", "Część należności musi mieć co najmniej 1,00 zł."),
        ("sto", "To nie jest kwota."),
        ("1,234", "Kwota ma więcej niż dwa miejsca po przecinku."),
    ],
)
def test_a_part_that_cannot_be_paid_is_said_beside_its_due(browser: Client, typed: str, told: str) -> None:
    page = _check(browser, "ANNA-1", "ANNA-2", ANNA_1=typed)
    assert told in words(page)  # type: ignore[arg-type]
    assert 'aria-invalid="true"' in page.content.decode()  # type: ignore[attr-defined]
    answer = confirm(browser, page, **{f"kwota-{make.instalment('ANNA-1').pk}": typed})  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert Payment.objects.count() == 0


def test_part_of_an_old_due_splits_interest_and_principal_as_the_law_says(paying: Paying) -> None:
    make.dues(
        make.row(make.pesel(1), key="OLD", due_on=make.today() - timedelta(days=400), amount="1000,00"), source="old"
    )
    old = make.instalment("OLD")
    ((item,),) = [one.items for one in fill_baskets([paying.payer], [Wish(old.pk, Decimal(500))], on=make.today())]
    assert item.principal + item.extra == Decimal(500)
    assert item.extra > 0
    share = item.principal / item.due.principal
    assert abs(share - item.extra / item.due.interest.amount) < Decimal("0.001")  # OP art. 55 § 2


def test_money_of_another_recipient_is_a_payment_of_its_own_offered_next(
    browser: Client, paying: Paying, sandbox: Sandbox, settings: Settings
) -> None:
    settings.PAYMENT_RECIPIENTS = RECIPIENTS
    settings.PAYU = {
        **settings.PAYU,
        "others": {"odpady": {"pos_id": "1", "client_id": "1", "client_secret": "x", "second_key": "y"}},
    }
    page = _check(browser, "ANNA-1", "ZOFIA-1")
    text = words(page)  # type: ignore[arg-type]
    assert "Zapłacisz w 2 częściach" in text
    assert "Potem od razu zaproponujemy: Związek Gmin Dolina, 70,00 zł." in text
    assert "Zapłać 100,00 zł" in text
    assert confirm(browser, page).status_code == 303  # type: ignore[arg-type]
    payment = Payment.objects.get()
    assert (payment.amount, payment.recipient) == (Decimal(100), "")
    complete_payment(payment.pk, notice=notice(payment), at=make.now())
    done = browser.get(page_of(payment))
    assert "Zostało jeszcze do zapłaty" in words(done)
    second = browser.post(START, form_to_pay(done).fields, follow=True)
    assert "Odbiorca: Związek Gmin Dolina." in words(second)  # type: ignore[arg-type]
    assert "Zapłać 70,00 zł" in words(second)  # type: ignore[arg-type]


def test_a_way_without_keys_of_the_recipient_is_not_offered(browser: Client, settings: Settings) -> None:
    settings.PAYMENT_RECIPIENTS = RECIPIENTS
    settings.PAYMENT_WAYS = ["payu", "przelewy24", "paypal"]
    page = words(_check(browser, "ZOFIA-1"))  # type: ignore[arg-type]
    assert "nie można teraz zapłacić przez portal" in page
    assert "PayU" not in page


def test_a_fee_that_the_payer_bears_is_shown_charged_and_kept_out_of_the_ledger(
    browser: Client, paying: Paying, sandbox: Sandbox, settings: Settings
) -> None:
    settings.PAYMENT_FEES = {"payu": (Decimal("1.5"), Decimal("0.35"))}
    page = _check(browser, "ANNA-1")
    assert "PayU (BLIK, karta, przelew online) – opłata operatora 1,85 zł, razem 101,85 zł" in words(page)  # type: ignore[arg-type]
    confirm(browser, page)  # type: ignore[arg-type]
    payment = Payment.objects.get()
    (order,) = sandbox.control("GET", "payu")
    assert order["totalAmount"] == "10185"
    assert (payment.amount, payment.fee) == (Decimal(100), Decimal("1.85"))
    assert complete_payment(payment.pk, notice=notice(payment), at=make.now()) != ""  # the fee was not paid
    payment.refresh_from_db()
    assert payment.state == State.CLERK


def test_the_whole_sum_with_the_fee_posts_the_due_alone(paying: Paying, sandbox: Sandbox, settings: Settings) -> None:
    settings.PAYMENT_FEES = {"payu": (Decimal("1.5"), Decimal("0.35"))}
    payment = paying.start()
    assert complete_payment(payment.pk, notice=notice(payment, amount=payment.charged), at=make.now()) == ""
    assert (paying.books(), credit(paying.payer.pk)) == (("0.00", "50.00", "0.00", 1), Decimal(0))


def test_fees_are_rounded_to_the_grosz_half_up() -> None:
    rules = {"paypal": (Decimal("2.9"), Decimal("0.35")), "p": (Decimal(0), Decimal(1))}
    assert fee_on(Decimal("100.00"), "paypal", rules) == Decimal("3.25")
    assert fee_on(Decimal("0.50"), "paypal", rules) == Decimal("0.36")
    assert fee_on(Decimal("100.00"), "p", rules) == Decimal("1.00")
    assert fee_on(Decimal("100.00"), "payu", rules) == Decimal(0)


def test_a_failed_payment_is_tried_again_by_one_click(browser: Client, paying: Paying, sandbox: Sandbox) -> None:
    payment = paying.start("ANNA-1")
    complete_payment(payment.pk, notice=notice(payment, State.CANCELLED), at=make.now())
    page = browser.get(page_of(payment))
    answer = confirm(browser, page)
    assert answer.status_code == 303
    second = Payment.objects.exclude(pk=payment.pk).get()
    assert (second.amount, second.provider, second.state) == (payment.amount, "payu", State.REDIRECTED)
    assert answer.headers["Location"] == second.redirect_url
    other = form_to_pay(page)
    shown = browser.post(START, other.fields, follow=True)
    assert "Sprawdź i zapłać" in words(shown)  # type: ignore[arg-type]


def test_who_breaks_off_at_the_provider_is_told_and_money_that_comes_is_posted(
    browser: Client, paying: Paying, sandbox: Sandbox
) -> None:
    payment = paying.start(provider="paypal")
    page = browser.get(f"{page_of(payment, 'returned')}?przerwano=1&token=x", follow=True)
    assert "Płatność została anulowana" in words(page)  # type: ignore[arg-type]
    sandbox.control("POST", f"paypal/{payment.provider_order_id}/pay-silent")
    Payment.objects.filter(pk=payment.pk).update(asked_at=None)
    assert "Wpłata zaksięgowana" in words(browser.get(page_of(payment, "returned")))


def test_breaking_off_after_paying_closes_nothing(browser: Client, paying: Paying, sandbox: Sandbox) -> None:
    payment = paying.start(provider="paypal")
    sandbox.control("POST", f"paypal/{payment.provider_order_id}/pay-silent")
    page = browser.get(f"{page_of(payment, 'returned')}?przerwano=1", follow=True)
    assert "Wpłata zaksięgowana" in words(page)  # type: ignore[arg-type]


@pytest.mark.parametrize("wishes", [[], [Wish(10**9)], [Wish(key) for key in range(101)]])
def test_a_basket_that_cannot_be_filled_is_refused(paying: Paying, wishes: list[Wish]) -> None:
    with pytest.raises(Refused):
        fill_baskets([paying.payer], wishes, on=make.today())
