"""Acting for another: what a mandate covers, how long it lasts, who ends it, and what is written down."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry
from payments.models import Payment
from residents.actions import grant_mandate, revoke_mandate
from residents.models import AccessRecord, Account, Mandate, Notice, Payer
from residents.queries import mandates_of
from tests import documents, make
from tests.conftest import SignIn
from tests.payments.browsing import choose, confirm
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
DUES = "liabilities:my_dues"


@pytest.fixture
def zofia(anna_payer: Payer) -> Account:
    """Pays for herself, and for Anna by a power of attorney with its scan."""
    who = make.account("zofia@example.com", name="Zofia Pełnomocna")
    own = make.payer(make.pesel(5), "Zofia Pełnomocna")
    make.mandate(who, own)
    make.mandate(who, anna_payer, basis="attorney", scope="pay", scan=ContentFile(documents.pdf(), "p.pdf"))
    return who


def of_anna(who: Account, anna_payer: Payer) -> Mandate:
    """The mandate by which *who* acts for Anna."""
    return Mandate.objects.get(account=who, payer=anna_payer)


def as_anna(browser: Client, anna_payer: Payer) -> Client:
    """The browser, acting for Anna from now on."""
    browser.post(reverse("residents:switch"), {"payer": anna_payer.pk})
    assert "Rata" in browser.get(reverse(DUES)).text
    return browser


def words_of(page: HttpResponse) -> str:
    """What the page says, whatever spaces typography put between the words."""
    return page.text.replace("\xa0", " ")


def ran_out(mandate: Mandate) -> None:
    """Time passes: the mandate's term is over."""
    Mandate.objects.filter(pk=mandate.pk).update(valid_until=make.now() - timedelta(minutes=1))


def test_for_a_spouse_a_child_a_company_and_by_attorney(anna: Account, firma: Payer) -> None:
    for serial, basis in ((11, "spouse"), (12, "parent"), (13, "attorney")):
        make.mandate(anna, make.payer(make.pesel(serial), f"Osoba {serial}"), basis=basis)
    make.mandate(anna, firma, basis="representative")
    held = [mandate.basis for mandate in mandates_of(anna, at=make.now())]
    assert held == ["self", "spouse", "parent", "representative", "attorney"]


def test_the_strip_says_for_whom_one_acts_on_every_page(signed_in: SignIn, zofia: Account, anna_payer: Payer) -> None:
    browser = as_anna(signed_in(zofia), anna_payer)
    for name in (
        DUES,
        "residents:profile",
        "residents:looks",
        "residents:confirm",
        "consents:my",
        "notifications:inbox",
    ):
        page = browser.get(reverse(name)).text
        assert "Działasz jako" in page
        assert f'value="{anna_payer.pk}" selected' in page


def test_a_mandate_that_ran_out_in_the_middle_of_a_session_falls_back_and_says_so(
    signed_in: SignIn, zofia: Account, anna_payer: Payer
) -> None:
    browser = as_anna(signed_in(zofia), anna_payer)
    ran_out(of_anna(zofia, anna_payer))
    looks = AccessRecord.objects.filter(payer=anna_payer).count()
    page = browser.get(reverse("residents:profile"), follow=True)
    assert page.redirect_chain == [(reverse(DUES), 302)]
    assert "Umocowanie do działania w imieniu: Anna Nowak wygasło." in words_of(page)
    assert "Działasz teraz jako: Zofia Pełnomocna." in words_of(page)
    assert AccessRecord.objects.filter(payer=anna_payer).count() == looks
    assert AuditEntry.objects.filter(verb="mandate_lapsed", account_id=zofia.pk).count() == 1
    assert "wygasło" not in browser.get(reverse(DUES)).text


def test_what_was_meant_for_the_one_is_not_done_for_the_other(
    signed_in: SignIn, zofia: Account, anna_payer: Payer
) -> None:
    browser = as_anna(signed_in(zofia), anna_payer)
    revoke_mandate(of_anna(zofia, anna_payer), by=make.BY, at=make.now())
    said = {"instalment": make.instalment("ANNA-1").pk, "confirm": "1"}
    page = browser.post(reverse("payments:start"), said, follow=True)
    assert "zostało odwołane. Tego, co przed chwilą wybrano, nie zrobiliśmy." in words_of(page)
    assert not Payment.objects.exists()


def test_who_loses_the_last_mandate_is_told_why_they_must_confirm(
    signed_in: SignIn, piotr: Account, anna_payer: Payer
) -> None:
    browser = signed_in(piotr)
    browser.get(reverse(DUES))
    ran_out(of_anna(piotr, anna_payer))
    page = browser.get(reverse(DUES), follow=True)
    assert page.redirect_chain == [(reverse("residents:confirm"), 302)]
    assert "Umocowanie do działania w imieniu: Anna Nowak wygasło." in words_of(page)


def test_the_payer_sees_who_acts_for_them_and_ends_it(
    signed_in: SignIn, anna: Account, zofia: Account, anna_payer: Payer
) -> None:
    browser, mandate = signed_in(anna), of_anna(zofia, anna_payer)
    address = reverse("residents:mandate", args=[mandate.pk])
    assert address in browser.get(reverse("residents:profile")).text
    assert "pełnomocnictwo" in browser.get(address).text
    done = browser.post(address, follow=True)
    assert "Umocowanie odwołane. Działa to od razu." in words_of(done)
    mandate.refresh_from_db()
    assert mandate.revoked_by == "Anna Nowak"
    assert list(Notice.objects.filter(kind="mandate_ended").values_list("account__email", flat=True)) == [zofia.email]
    told = AuditEntry.objects.get(verb="revoke_mandate")
    assert (told.account_id, told.payer_id, told.details["account"]) == (anna.pk, anna_payer.pk, zofia.pk)


def test_who_acts_gives_it_up_and_the_payer_is_told(
    signed_in: SignIn, anna: Account, zofia: Account, anna_payer: Payer
) -> None:
    browser = as_anna(signed_in(zofia), anna_payer)
    browser.post(reverse("residents:mandate", args=[of_anna(zofia, anna_payer).pk]))
    page = browser.get(reverse(DUES))
    assert page.status_code == 200
    assert "wygasło" not in page.text
    assert not mandates_of(zofia, at=make.now()).filter(payer=anna_payer).exists()
    assert list(Notice.objects.filter(kind="mandate_ended").values_list("account__email", flat=True)) == [anna.email]


def test_nobody_ends_what_is_not_theirs_to_end(
    signed_in: SignIn, anna: Account, zofia: Account, piotr: Account, obcy: Account, anna_payer: Payer
) -> None:
    own, of_zofia = anna.mandates.get(), of_anna(zofia, anna_payer)
    for who, mandate, status in ((obcy, of_zofia, 404), (piotr, of_zofia, 404), (zofia, own, 404), (anna, own, 302)):
        assert signed_in(who).post(reverse("residents:mandate", args=[mandate.pk])).status_code == status
    assert Mandate.objects.filter(revoked_at__isnull=False).count() == 0


def test_one_representative_does_not_end_another(signed_in: SignIn, ksiegowa: Account, firma: Payer) -> None:
    boss = make.mandate(make.account("prezes@example.com"), firma, basis="representative")
    page = signed_in(ksiegowa).post(reverse("residents:mandate", args=[boss.pk]), follow=True)
    assert "Tego umocowania nie odwołasz w portalu." in page.text
    boss.refresh_from_db()
    assert boss.revoked_at is None


def test_the_scan_is_for_both_sides_only_and_every_look_at_it_is_recorded(
    signed_in: SignIn, anna: Account, zofia: Account, piotr: Account, obcy: Account, anna_payer: Payer
) -> None:
    address = reverse("residents:mandate_scan", args=[of_anna(zofia, anna_payer).pk])
    for who in (anna, zofia):
        answer = signed_in(who).get(address)
        assert b"".join(answer).startswith(b"%PDF-")  # type: ignore[arg-type]
        assert answer.headers["Content-Type"] == "application/pdf"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    for who in (piotr, obcy):
        assert signed_in(who).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert AccessRecord.objects.filter(payer=anna_payer, what="skan pełnomocnictwa").count() == 2


def test_a_new_mandate_is_told_to_whom_it_concerns(anna: Account, anna_payer: Payer) -> None:
    make.mandate(make.account("nowy@example.com", name="Nowy Pełnomocnik"), anna_payer, basis="attorney", scope="view")
    told = Notice.objects.get(kind="mandate_granted")
    assert (told.account, told.facts["who"], told.facts["scope"]) == (anna, "Nowy Pełnomocnik", "podgląd")


def test_one_that_begins_later_does_not_hold_yet(piotr: Account, obcy: Account, anna_payer: Payer) -> None:
    now = make.now()
    grant_mandate(
        account=obcy,
        payer=anna_payer,
        basis="attorney",
        scope="view",
        confirmed_how="pełnomocnictwo",
        by=make.BY,
        at=now,
        valid_from=now + timedelta(days=3),
        valid_until=now + timedelta(days=5),
    )
    held = [mandates_of(obcy, at=now + timedelta(days=day)).filter(payer=anna_payer).exists() for day in (0, 4, 6)]
    assert held == [False, True, False]


def test_a_payment_says_who_paid_for_whom(
    sandbox: Sandbox, signed_in: SignIn, zofia: Account, anna_payer: Payer
) -> None:
    browser = as_anna(signed_in(zofia), anna_payer)
    confirm(browser, choose(browser))
    told = AuditEntry.objects.get(verb="start_payment")
    assert (told.actor_name, told.account_id, told.payer_id) == ("Zofia Pełnomocna", zofia.pk, anna_payer.pk)


def test_what_one_does_about_the_account_itself_is_done_for_nobody(
    signed_in: SignIn, zofia: Account, anna_payer: Payer
) -> None:
    browser = as_anna(signed_in(zofia), anna_payer)
    browser.post(reverse("residents:confirm"), {"number": make.pesel(9).value, "code": "ZZZZ-ZZZZ"})
    wrong = AuditEntry.objects.get(verb="code_wrong")
    assert (wrong.account_id, wrong.payer_id) == (zofia.pk, None)


OFFICE = pytest.mark.ignore_template_errors  # Unfold's own templates rely on variables that are not always there


def _terms(**said: object) -> dict[str, object]:
    return {
        "account": "obcy@example.com",
        "basis": "attorney",
        "scope": "view",
        "confirmed_how": "pełnomocnictwo z 1 marca",
        "scan": SimpleUploadedFile("80051700128.pdf", documents.pdf()),
        **said,
    }


@OFFICE
def test_a_clerk_adds_a_power_of_attorney_with_its_scan(
    signed_in: SignIn, clerk: Account, obcy: Account, anna_payer: Payer
) -> None:
    desk = signed_in(clerk)
    last = make.today() + timedelta(days=30)
    answer = desk.post(reverse("admin:residents_payer_mandate", args=[anna_payer.pk]), _terms(valid_until=last))
    assert answer.status_code == 302
    mandate = of_anna(obcy, anna_payer)
    assert mandate.valid_until is not None
    assert mandate.valid_until.date() in {last, last + timedelta(days=1)}
    assert "80051700128" not in mandate.scan.name
    scan = desk.get(reverse("admin:residents_mandate_scan", args=[mandate.pk]))
    assert b"".join(scan).startswith(b"%PDF-")  # type: ignore[arg-type]


@OFFICE
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"scan": SimpleUploadedFile("skan.pdf", b"MZ\x90 program")}, "To nie jest PDF, JPEG, PNG, HEIC ani TIFF."),
        ({"scan": SimpleUploadedFile("skan.pdf", b"%PDF-" + bytes(10_000_000))}, "Skan jest większy niż 10 MB."),
        ({"scan": ""}, "Dołącz skan pełnomocnictwa."),
        ({"account": "nikt@example.com"}, "Nie ma konta z tym adresem."),
        ({"basis": "self"}, "Wybierz poprawną wartość"),
        ({"valid_until": "2020-01-01"}, "Ten dzień już minął."),
        ({"valid_until": "9999-12-31"}, "Ten dzień jest zbyt odległy."),
        ({"valid_from": "2999-01-02", "valid_until": "2999-01-01"}, "Ten dzień jest przed początkiem."),
    ],
)
def test_a_wrong_power_of_attorney_is_told_to_the_clerk(
    signed_in: SignIn, clerk: Account, obcy: Account, anna_payer: Payer, said: dict[str, object], words: str
) -> None:
    page = signed_in(clerk).post(reverse("admin:residents_payer_mandate", args=[anna_payer.pk]), _terms(**said))
    assert words in page.text
    assert not Mandate.objects.filter(account=obcy, payer=anna_payer).exists()
