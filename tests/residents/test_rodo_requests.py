"""Correction and erasure (art. 16 and 17): asked by the resident, decided by a clerk, told, and carried out whole."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import InternalError, connection, transaction
from django.template import engines
from django.test import Client
from django.urls import reverse

from consents.actions import accept_application, register_application
from consents.models import Consent, ConsentApplication
from consents.queries import permitted
from consents.replacement import Choice
from core.errors import Refused
from core.models import AuditEntry
from core.retention import apply_retention
from liabilities.queries import all_dues
from notifications.actions import queue_message
from notifications.models import Message
from residents import notices
from residents.actions import grant_mandate, register_foreigner, register_payer
from residents.identity_erasure import CLOSED_DOMAIN, ERASED_NAME
from residents.models import AccessRecord, Account, Contact, DataRequest, Mandate, Payer
from residents.notices import send_notices
from residents.rodo import accept_request, ask_correction, ask_erasure, last_day_to_answer, refuse_request
from tests import make
from tests.conftest import SignIn
from tests.residents.test_rodo_download import proved

pytestmark = pytest.mark.django_db
CORRECTION, ERASURE, RIGHTS = "residents:correction", "residents:erasure", "residents:rights"
WISH = "Nazwisko jest z literówką, powinno być Kowalska."


@pytest.fixture(autouse=True)
def _templates_as_in_production(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfold's templates rely on variables that are not always there, and count on their being empty."""
    if "clerk" in request.fixturenames:
        monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


@pytest.fixture
def erasure(anna: Account, anna_payer: Payer) -> DataRequest:
    """Anna asks to be forgotten."""
    return ask_erasure(anna_payer, anna, wish="", by=make.BY, at=make.now())


def _page_of(asked: DataRequest) -> str:
    return reverse("admin:residents_datarequest_change", args=[asked.pk])


@pytest.mark.parametrize(
    ("asked_on", "answer_by"),
    [
        ("2026-11-21", "2026-12-21"),
        ("2026-12-31", "2027-01-31"),
        ("2027-01-31", "2027-02-28"),
        ("2028-01-30", "2028-02-29"),
    ],
)
def test_the_town_has_a_month_to_answer(asked_on: str, answer_by: str) -> None:
    assert last_day_to_answer(date.fromisoformat(asked_on)) == date.fromisoformat(answer_by)


def test_a_correction_goes_from_the_form_to_the_clerk_and_back(
    signed_in: SignIn, anna: Account, clerk: Account
) -> None:
    browser, office = signed_in(anna), signed_in(clerk)
    page = browser.post(reverse(CORRECTION), {"wish": WISH}, follow=True)
    assert "Wniosek przyjęty" in page.text
    assert "czeka na urząd" in page.text
    asked = DataRequest.objects.get()
    assert WISH in office.get(_page_of(asked)).text
    office.post(_page_of(asked), {"answer": "Poprawiono nazwisko.", "accept": "1"})
    page = browser.get(reverse(RIGHTS))
    assert "uwzględniony" in page.text
    assert "Poprawiono nazwisko." in page.text
    send_notices(at=make.now())
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["anna@example.com"], "Poprawiliśmy Twoje dane")


def test_a_refusal_says_why_and_where_to_complain(signed_in: SignIn, anna: Account, clerk: Account) -> None:
    asked = ask_correction(anna.mandates.get().payer, anna, wish=WISH, by=make.BY, at=make.now())
    office = signed_in(clerk)
    silent = office.post(_page_of(asked), {"answer": "  ", "refuse": "1"})
    assert "Podaj powód" in silent.text
    assert DataRequest.objects.get().state == "waiting"
    office.post(_page_of(asked), {"answer": "Dokument potwierdza obecną pisownię.", "refuse": "1"})
    page = signed_in(anna).get(reverse(RIGHTS)).text
    assert "odrzucony" in page
    assert "Dokument potwierdza obecną pisownię." in page
    assert "Prezesa Urzędu Ochrony Danych Osobowych" in page
    send_notices(at=make.now())
    assert "Prezesa Urzędu Ochrony Danych Osobowych" in str(mail.outbox[0].body)
    assert WISH not in str(mail.outbox[0].body)


@pytest.mark.parametrize("wish", ["", "   "])
def test_an_empty_correction_is_refused(signed_in: SignIn, anna: Account, wish: str) -> None:
    page = signed_in(anna).post(reverse(CORRECTION), {"wish": wish})
    assert "To pole jest wymagane." in page.text
    assert not DataRequest.objects.exists()


def test_one_request_of_a_kind_waits_at_a_time(signed_in: SignIn, anna: Account) -> None:
    browser = signed_in(anna)
    browser.post(reverse(CORRECTION), {"wish": WISH})
    assert "już czeka na rozpatrzenie" in browser.post(reverse(CORRECTION), {"wish": "Jeszcze coś."}).text
    assert DataRequest.objects.count() == 1


def test_the_wish_is_sealed_in_the_database(anna: Account, anna_payer: Payer) -> None:
    asked = ask_correction(anna_payer, anna, wish=WISH, by=make.BY, at=make.now())
    refuse_request(asked, answer="Numer 80051712345 jest dobry.", by=make.BY, at=make.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(r)::text FROM residents_datarequest r")
        (row,) = cursor.fetchone()
    assert "literówką" not in row
    assert "80051712345" not in row


@pytest.mark.parametrize("page", [RIGHTS, CORRECTION, ERASURE])
def test_who_may_only_look_and_pay_decides_nothing_about_the_data(signed_in: SignIn, piotr: Account, page: str) -> None:
    browser = proved(signed_in(piotr))
    assert browser.get(reverse(page)).status_code == 403
    assert browser.post(reverse(page), {"wish": WISH, "knows": "on"}).status_code in {403, 405}
    assert not DataRequest.objects.exists()
    assert not AccessRecord.objects.exists()


def test_the_page_says_what_stays_by_law_why_and_until_when(signed_in: SignIn, anna: Account) -> None:
    page = signed_in(anna).get(reverse(ERASURE)).text.replace("\u00a0", " ")
    last = make.instalment("ANNA-1").payable_by
    assert "art. 70 § 1 Ordynacji podatkowej" in page
    assert "art. 74 ust. 2 ustawy o rachunkowości" in page
    assert f"do 31 grudnia {max(last.year, make.today().year) + 5}" in page
    assert "art. 7 ust. 1 i art. 17 ust. 3 lit. e RODO" in page
    assert "Krajowych Ram Interoperacyjności" in page


def test_to_be_forgotten_one_gives_the_password_and_says_that_one_knows(signed_in: SignIn, anna: Account) -> None:
    browser = signed_in(anna)
    asked = browser.post(reverse(ERASURE), {"knows": "on"})
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not DataRequest.objects.exists()
    proved(browser)
    assert "Zaznacz, że wiesz" in browser.post(reverse(ERASURE), {}).text
    assert "Wniosek przyjęty" in browser.post(reverse(ERASURE), {"knows": "on"}, follow=True).text


def test_erasure_takes_contacts_messages_consents_and_the_account(
    anna: Account, anna_payer: Payer, piotr: Account, erasure: DataRequest, client: Client
) -> None:
    queue_message(
        kind="payment_posted",
        payer_id=anna_payer.pk,
        topic="payments",
        about="payment:1",
        facts={"amount_pln": "10.00"},
        dedupe_key="m",
        at=make.now(),
    )
    Message.objects.filter(channel="sms").update(state="delivered", closed_at=make.now(), body="Wpłata 10 zł")
    done = accept_request(erasure, answer="", by=make.BY, at=make.now())
    assert not Contact.objects.filter(payer=anna_payer).exists()
    told = {(one.channel, one.state, one.body, one.address, one.facts == {}) for one in Message.objects.all()}
    assert told == {("sms", "delivered", "", "", True), ("email", "withdrawn", "", "", True)}
    assert not Consent.objects.in_force(make.now()).filter(payer=anna_payer).exists()
    assert not permitted(anna_payer.pk, topic="payments", channel="email", at=make.now())
    assert not Mandate.objects.in_force(make.now()).filter(payer=anna_payer).exists()
    account = Account.objects.get(pk=anna.pk)
    assert (account.is_active, account.has_usable_password(), account.full_name) == (False, False, "konto zamknięte")
    assert Account.objects.get(pk=piotr.pk).is_active
    assert done.outcome["residents"] == {"contacts": 2, "accounts": 1}
    assert done.outcome["notifications"] == {"messages": 2}


def test_what_the_law_makes_the_town_keep_stays(anna_payer: Payer, erasure: DataRequest) -> None:
    before = (all_dues(anna_payer.pk, on=make.today()), ConsentApplication.objects.filter(state="accepted").count())
    accept_request(erasure, answer="", by=make.BY, at=make.now())
    kept = Payer.objects.get(pk=anna_payer.pk)
    assert (kept.name, kept.pesel) == ("Anna Nowak", make.pesel(1).value)
    # The resignation is one application more: it proves that the consent ended.
    assert (all_dues(anna_payer.pk, on=make.today()), before[1] + 1) == (
        before[0],
        ConsentApplication.objects.filter(state="accepted").count(),
    )


def test_who_owes_nothing_and_signed_nothing_is_forgotten_by_name(signed_in: SignIn) -> None:
    number = make.pesel(55)
    payer = make.payer(number, "Zofia Krótka")
    account = make.account("zofia@example.com", name="Zofia Krótka")
    make.mandate(account, payer)
    page = signed_in(account).get(reverse(ERASURE)).text.replace("\u00a0", " ")
    assert "Zofia Krótka" in page
    asked = ask_erasure(payer, account, wish="", by=make.BY, at=make.now())
    accept_request(asked, answer="", by=make.BY, at=make.now())
    gone = Payer.objects.get(pk=payer.pk)
    assert (gone.name, gone.pesel, gone.pesel_fingerprint) == (ERASED_NAME, "", "")
    again = register_payer(kind="person", name="Zofia Krótka", number=number, by=make.BY)
    assert again.pk != payer.pk


def test_a_foreigner_is_forgotten_by_name_number_and_birth_date() -> None:
    born = date(1990, 3, 4)
    payer = register_foreigner(name="Ivan Novak", birth_date=born, number=None, on=make.today(), by=make.BY)
    account = make.account("ivan@example.com", name="Ivan Novak")
    make.mandate(account, payer)
    asked = ask_erasure(payer, account, wish="", by=make.BY, at=make.now())
    accept_request(asked, answer="", by=make.BY, at=make.now())
    gone = Payer.objects.get(pk=payer.pk)
    assert (gone.name, gone.birth_date == born) == (ERASED_NAME, False)
    assert gone.town_number != payer.town_number


def test_an_erased_account_is_signed_out_at_once_and_gets_in_no_more(
    signed_in: SignIn, anna: Account, erasure: DataRequest, client: Client
) -> None:
    browser = signed_in(anna)
    assert browser.get(reverse("residents:profile")).status_code == 200
    accept_request(erasure, answer="", by=make.BY, at=make.now())
    assert browser.get(reverse("residents:profile")).headers["Location"].startswith(reverse("account_login"))
    client.post(reverse("account_login"), {"login": "anna@example.com", "password": make.PASSWORD})
    assert client.get(reverse("residents:profile")).status_code == 302


def test_the_confirmation_goes_out_and_then_the_address_goes(anna: Account, erasure: DataRequest) -> None:
    accept_request(erasure, answer="", by=make.BY, at=make.now())
    later = make.now() + timedelta(days=2)
    apply_retention(at=later, by=make.BY)
    assert Account.objects.get(pk=anna.pk).email == "anna@example.com", "not before the confirmation was sent"
    send_notices(at=make.now())
    assert [letter.subject for letter in mail.outbox] == ["Usunęliśmy Twoje dane"]
    apply_retention(at=later, by=make.BY)
    account = Account.objects.get(pk=anna.pk)
    assert account.email == f"konto-{anna.pk}@{CLOSED_DOMAIN}"
    assert [one.count for one in apply_retention(at=later, by=make.BY) if one.category == "closed_accounts"] == [0]
    assert not account.emailaddress_set.exists()
    assert make.account("anna@example.com").pk != anna.pk, "she may come back as anybody else"


def test_an_address_that_takes_no_mail_goes_after_a_month(anna: Account, erasure: DataRequest) -> None:
    accept_request(erasure, answer="", by=make.BY, at=make.now())
    anna.emailaddress_set.all().delete()
    apply_retention(at=make.now() + timedelta(days=33), by=make.BY)
    assert Account.objects.get(pk=anna.pk).email.endswith(CLOSED_DOMAIN)


def test_an_account_that_acts_for_others_stays_open(
    anna: Account, anna_payer: Payer, firma: Payer, erasure: DataRequest
) -> None:
    make.mandate(anna, firma, basis="representative")
    done = accept_request(erasure, answer="", by=make.BY, at=make.now())
    assert done.outcome["residents"]["accounts"] == 0
    assert Account.objects.get(pk=anna.pk).is_active
    assert [mandate.payer for mandate in Mandate.objects.in_force(make.now())] == [firma]


def test_an_older_paper_accepted_later_brings_no_consent_back(anna_payer: Payer, erasure: DataRequest) -> None:
    accept_request(erasure, answer="", by=make.BY, at=make.now())
    late = register_application(
        number=make.pesel(1),
        name="Anna Nowak",
        phone="",
        email="anna@example.com",
        choices=[Choice("payments", "email")],
        signed_on=make.today() - timedelta(days=3),
        arrived_by="post",
        received_on=make.today(),
        scan=None,
        by=make.BY,
        at=make.now(),
    )
    accept_application(late, by=make.BY, at=make.now())
    assert not Consent.objects.in_force(make.now()).filter(payer=anna_payer).exists()
    assert not Contact.objects.filter(payer=anna_payer).exists()


def test_a_message_that_was_leaving_is_emptied_by_night(anna_payer: Payer, erasure: DataRequest) -> None:
    queue_message(
        kind="payment_posted",
        payer_id=anna_payer.pk,
        topic="payments",
        about="",
        facts={},
        dedupe_key="m",
        at=make.now() - timedelta(minutes=1),
    )
    Message.objects.update(state="sending", lease_until=make.now() + timedelta(minutes=5))
    accept_request(erasure, answer="", by=make.BY, at=make.now())
    Message.objects.update(state="sent", lease_until=None, body="Wpłata 10 zł")
    apply_retention(at=make.now(), by=make.BY)
    assert set(Message.objects.values_list("body", flat=True)) == {""}


def test_nothing_is_erased_when_anything_fails(
    anna: Account, anna_payer: Payer, erasure: DataRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(notices.TEXTS, "erasure_accepted")  # what the last step needs
    with pytest.raises(KeyError), transaction.atomic():
        accept_request(erasure, answer="", by=make.BY, at=make.now())
    assert DataRequest.objects.get().state == "waiting"
    assert Contact.objects.filter(payer=anna_payer).count() == 2
    assert Account.objects.get(pk=anna.pk).is_active


def test_a_request_is_decided_once_and_its_decision_is_final(erasure: DataRequest) -> None:
    accept_request(erasure, answer="", by=make.BY, at=make.now())
    with pytest.raises(Refused) as refusal:
        refuse_request(erasure, answer="Jednak nie.", by=make.BY, at=make.now())
    assert refusal.value.code == "already_decided"
    for statement in ("UPDATE residents_datarequest SET answer = 'x'", "DELETE FROM residents_datarequest"):
        with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_clerk_sees_what_goes_and_what_stays_and_the_look_is_recorded(
    signed_in: SignIn, clerk: Account, anna_payer: Payer, erasure: DataRequest
) -> None:
    page = signed_in(clerk).get(_page_of(erasure)).text
    assert "telefon i e-mail do powiadomień" in page
    assert "art. 70 § 1 Ordynacji podatkowej" in page
    assert AccessRecord.objects.get(account=clerk).what == "wniosek o dane"


def test_an_erasure_is_in_the_audit_without_anybodys_data(anna_payer: Payer, erasure: DataRequest) -> None:
    accept_request(erasure, answer="", by=make.BY, at=make.now())
    entry = AuditEntry.objects.get(verb="accept_data_request")
    assert entry.details["erased"]["residents"] == {"contacts": 2, "accounts": 1}
    told = " ".join(str(one.details) for one in AuditEntry.objects.all())
    assert not re.search(r"anna@|500100200|\b\d{11}\b", told)


def test_the_mandate_of_an_attorney_ends_with_the_erasure(
    signed_in: SignIn, anna_payer: Payer, erasure: DataRequest
) -> None:
    attorney = make.account("mecenas@example.com", name="Mec. Zaradny")
    grant_mandate(
        account=attorney,
        payer=anna_payer,
        basis="attorney",
        scope="all",
        confirmed_how="w teście",
        by=make.BY,
        at=make.now() - timedelta(hours=1),
    )
    accept_request(erasure, answer="", by=make.BY, at=make.now())
    assert signed_in(attorney).get(reverse("liabilities:my_dues")).status_code == 302
