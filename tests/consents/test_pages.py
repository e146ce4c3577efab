"""A resident's own consents, and the paper by which they are given, changed and withdrawn."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents.actions import accept_application, reject_application
from core.dates import format_date
from residents.actions import revoke_mandate
from residents.models import AccessRecord, Account, Mandate, Payer
from tests import make
from tests.conftest import SignIn
from tests.consents import papers

pytestmark = pytest.mark.django_db
MINE = reverse("consents:my")
PAPER = reverse("consents:paper")


@pytest.fixture
def browser(anna: Account, signed_in: SignIn) -> Client:
    """Anna's browser; she consented to property tax and payments, by SMS and e-mail."""
    return signed_in(anna)


def words(browser: Client) -> str:
    """The page's main part as one reads it."""
    page = browser.get(MINE)
    assert page.status_code == 200
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main.replace("&nbsp;", " ")))


def day(moment: datetime) -> str:
    """A day as the page writes it, with plain spaces."""
    return format_date(timezone.localdate(moment)).replace("\xa0", " ")


def test_my_consents_are_shown_with_channel_beginning_and_paper(browser: Client, anna_payer: Payer) -> None:
    paper = anna_payer.applications.get()
    shown = words(browser)
    assert "Podatek od nieruchomości, rolny i leśny" in shown
    assert "Potwierdzenia wpłat i stan konta" in shown
    assert "Ostrzeżenia kryzysowe" not in shown
    assert f"SMS: od {day(make.now())}, z wniosku nr {paper.pk}" in shown
    assert f"Wniosek nr {paper.pk} z {day(make.now() - timedelta(days=30))}" in shown


def test_my_addresses_are_shown_masked(browser: Client) -> None:
    shown = words(browser)
    assert "telefon +48 *** *** 200 oraz e-mail an***@example.com" in shown
    assert "500100200" not in shown
    assert "anna@example.com" not in shown


def test_only_the_address_that_is_written_to_is_named(browser: Client) -> None:
    make.consent(make.pesel(1), channels=("email",), signed_on=make.today())
    shown = words(browser)
    assert "Wysyłamy na: e-mail an***@example.com." in shown
    assert "telefon +48" not in shown


def test_each_channel_tells_its_own_beginning_and_paper(browser: Client, anna_payer: Payer) -> None:
    old = anna_payer.applications.get()
    accept_application(papers.register(choices=[papers.WASTE_SMS], signed_on=make.today()), by=make.BY, at=make.now())
    new = accept_application(
        papers.register(choices=[papers.WASTE_SMS, papers.WASTE_EMAIL], signed_on=make.today()),
        by=make.BY,
        at=make.now(),
    )
    shown = words(browser)
    assert f"e-mail: od {day(make.now())}, z wniosku nr {new.pk}" in shown
    assert f"SMS: od {day(make.now())}, z wniosku nr {new.pk - 1}" in shown
    assert f"z wniosku nr {old.pk} " not in shown.partition("Jak zmienić")[0]


def test_after_a_resignation_the_page_says_that_nothing_is_sent_and_keeps_the_papers(
    browser: Client, anna_payer: Payer
) -> None:
    make.consent(make.pesel(1), topics=(), signed_on=make.today())
    shown = words(browser)
    assert "Nie obowiązuje żadna zgoda: nie wysyłamy Ci powiadomień." in shown
    assert "Wysyłamy na" not in shown
    assert shown.count("przyjęty") == anna_payer.applications.count() == 2


def test_drafts_and_rejected_papers_are_not_taken_for_accepted_ones(browser: Client) -> None:
    reject_application(papers.register(), reason="brak podpisu", by=make.BY, at=make.now())
    papers.register()
    assert words(browser).count("przyjęty") == 1


def test_the_page_tells_how_to_change_and_withdraw_and_needs_no_script(browser: Client) -> None:
    page = browser.get(MINE).text
    assert "Nowy wniosek zastępuje poprzedni" in page
    assert "Wniosek bez zaznaczeń wycofuje wszystkie zgody." in page
    assert f'href="{PAPER}"' in page
    main = page.partition("<main")[2].partition("</main>")[0]
    assert "<script" not in main
    assert "onclick" not in main


def test_a_look_at_consents_is_recorded(signed_in: SignIn, piotr: Account, anna_payer: Payer) -> None:
    browser = signed_in(piotr)
    browser.get(MINE)
    browser.get(PAPER)
    looks = AccessRecord.objects.filter(payer=anna_payer, account=piotr).order_by("pk").values_list("what", flat=True)
    assert list(looks) == ["zgody na powiadomienia", "wniosek o powiadomienia do druku"]


def test_a_stranger_sees_their_own_page_whatever_id_they_write(
    signed_in: SignIn, obcy: Account, anna_payer: Payer
) -> None:
    browser = signed_in(obcy)
    paper = anna_payer.applications.get()
    for query in ({"payer": anna_payer.pk}, {"payer_id": anna_payer.pk}, {"application": paper.pk}):
        page = browser.get(MINE, query).text
        assert "Nie obowiązuje żadna zgoda" in page
        assert f"Wniosek nr&nbsp;{paper.pk} " not in page
    assert not AccessRecord.objects.filter(payer=anna_payer).exists()


@pytest.mark.parametrize(
    "address", ["{mine}{paper}/", "{mine}{paper}/skan/", "{mine}{payer}/", "{mine}wniosek/{paper}.pdf"]
)
def test_there_is_no_address_with_an_id_to_try(
    signed_in: SignIn, obcy: Account, anna_payer: Payer, address: str
) -> None:
    paper = anna_payer.applications.get()
    tried = address.format(mine=MINE, paper=paper.pk, payer=anna_payer.pk)
    assert signed_in(obcy).get(tried).status_code == 404


def test_a_resident_gets_no_scan_by_the_clerks_address(browser: Client, anna_payer: Payer) -> None:
    draft = papers.register(make.pesel(5), name="Jan Inny", scan=papers.scan())
    answer = browser.get(reverse("admin:consents_application_scan", args=[draft.pk]))
    assert answer.status_code in {302, 403}
    assert browser.get(f"/nie-wprost/{draft.scan.name}").status_code == 404


def test_without_a_sign_in_or_a_confirmed_identity_there_are_no_consents(signed_in: SignIn) -> None:
    assert reverse("account_login") in Client().get(MINE).headers["Location"]
    newcomer = make.account("nowy@example.com")
    assert signed_in(newcomer).get(MINE).headers["Location"] == reverse("residents:confirm")


def test_a_revoked_attorney_sees_nothing_more(signed_in: SignIn, piotr: Account, anna_payer: Payer) -> None:
    browser = signed_in(piotr)
    assert browser.get(MINE).status_code == 200
    revoke_mandate(Mandate.objects.get(account=piotr), by=make.BY, at=make.now())
    assert browser.get(MINE).headers["Location"] == reverse("residents:confirm")


@pytest.mark.parametrize("address", [MINE, PAPER])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_is_changed_by_these_addresses(browser: Client, address: str, method: str) -> None:
    assert getattr(browser, method)(address).status_code == 405


@pytest.mark.parametrize("address", [MINE, PAPER])
def test_pages_with_my_data_stay_out_of_shared_caches(browser: Client, address: str) -> None:
    assert "no-store" in browser.get(address).headers["Cache-Control"]


def test_many_papers_cost_no_more_queries_than_one(
    browser: Client, anna_payer: Payer, django_assert_num_queries: object
) -> None:
    browser.get(MINE)
    with django_assert_num_queries(30, exact=False) as first:  # type: ignore[operator]
        browser.get(MINE)
    for back in range(5):
        make.consent(make.pesel(1), topics=("waste", "crisis", "payments"), signed_on=make.today() - timedelta(back))
    with django_assert_num_queries(len(first.captured_queries)):  # type: ignore[operator]
        browser.get(MINE)
