"""A power of attorney filed in the portal: a clerk decides, both sides are told, either side ends it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.urls import reverse
from pytest_django.fixtures import Settings

from core.errors import Refused
from core.models import AuditEntry
from residents.attorney import HOW, MOST_WAITING, accept_request, ask_to_act, refuse_request, withdraw_request
from residents.identity import IdentityNumber
from residents.merging import merge_payers
from residents.models import AccessRecord, Account, AttorneyRequest, Mandate, Notice, Payer
from residents.retention import forget_attorney_requests
from tests import make
from tests.documents import picture
from tests.residents.test_claims import told

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]  # Unfold's templates miss variables
ANNAS = make.pesel(1)
PAGE = "/moje-dane/pelnomocnictwa/"
SignIn = Callable[[Account], Client]


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    """Scans go nowhere near the portal's."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def jan(db: None) -> Account:
    """Has proved who he is."""
    who = make.account("jan@example.com", name="Jan Kos")
    make.mandate(who, make.payer(make.pesel(50), "Jan Kos"))
    return who


def file(who: Account, number: IdentityNumber = ANNAS, **changes: object) -> AttorneyRequest:
    """The paper by which the bearer of *number* lets *who* act."""
    said: dict[str, object] = {
        "principal": "Anna Nowak",
        "scope": "pay",
        "valid_from": None,
        "valid_until": None,
        "scan": ContentFile(b"%PDF-1.4 skan", "pelnomocnictwo.pdf"),
        "by": make.BY,
        "at": make.now(),
        **changes,
    }
    return ask_to_act(who, number=number, **said)  # type: ignore[arg-type]


def refusal_of(deed: Callable[[], object]) -> str:
    """The code of the refusal."""
    with pytest.raises(Refused) as refusal:
        deed()
    return refusal.value.code


def test_from_the_form_to_the_switch_and_back(
    signed_in: SignIn, jan: Account, clerk: Account, anna: Account, anna_payer: Payer
) -> None:
    home, desk, hers = signed_in(jan), signed_in(clerk), signed_in(anna)
    said = {"number": make.pesel(1).value, "principal": "anna  nowak", "scope": "view"}
    scan = SimpleUploadedFile("44051401359.png", picture("PNG"))
    page = home.post(PAGE, {**said, "scan": scan, "valid_until": make.today() + timedelta(days=9)}, follow=True)
    assert "Pełnomocnictwo złożone" in page.text
    assert "czeka na urząd" in page.text
    asked = AttorneyRequest.objects.get()
    assert "44051401359" not in asked.scan.name
    assert told()[-1] == ("anna@example.com", "attorney_asked")
    assert not Mandate.objects.filter(account=jan, payer=anna_payer).exists()
    assert home.get(reverse("residents:attorney_scan", args=[asked.pk])).status_code == 200

    decide = reverse("admin:residents_attorneyrequest_change", args=[asked.pk])
    shown = desk.get(decide).text
    assert "Jan Kos: w teście" in shown
    assert anna_payer.number in shown
    assert make.pesel(1).value not in shown
    assert desk.get(reverse("admin:residents_attorney_scan", args=[asked.pk])).status_code == 200
    assert "Rozstrzygnięte" in desk.post(decide, {"accept": "1"}, follow=True).text
    looks = AccessRecord.objects.filter(account=clerk, payer=anna_payer).values_list("what", flat=True)
    assert set(looks) == {"złożone pełnomocnictwo", "skan pełnomocnictwa"}
    assert set(told()[-2:]) == {("anna@example.com", "mandate_granted"), ("jan@example.com", "attorney_accepted")}

    mandate = Mandate.objects.get(account=jan, payer=anna_payer)
    assert (mandate.basis, mandate.scope, mandate.confirmed_how) == ("attorney", "view", HOW)
    assert mandate.scan
    home.post(reverse("residents:switch"), {"payer": anna_payer.pk})
    assert "Podatek od nieruchomości" in home.get(reverse("liabilities:my_dues")).text
    assert "przyjęte" in home.get(PAGE).text
    ends = reverse("residents:mandate", args=[mandate.pk])
    assert "Umocowanie odwołane" in hers.post(ends, follow=True).text
    assert told()[-1] == ("jan@example.com", "mandate_ended")
    assert home.get(ends).status_code == 404


def test_a_clerk_refuses_with_a_reason_and_both_sides_are_told(
    signed_in: SignIn, jan: Account, clerk: Account, anna: Account
) -> None:
    asked = file(jan)
    desk = signed_in(clerk)
    decide = reverse("admin:residents_attorneyrequest_change", args=[asked.pk])
    assert "Podaj powód" in desk.post(decide, {"refuse": "1"}).text
    desk.post(decide, {"refuse": "1", "reason": "brak podpisu"})
    assert "brak podpisu" in signed_in(jan).get(PAGE).text
    assert set(told()[-2:]) == {("anna@example.com", "attorney_dismissed"), ("jan@example.com", "attorney_refused")}
    again = desk.post(decide, {"accept": "1"}, follow=True)
    assert "już rozpatrzone" in again.text
    assert not Mandate.objects.filter(account=jan, payer__name="Anna Nowak").exists()
    assert set(AuditEntry.objects.filter(subject=f"attorney_request:{asked.pk}").values_list("verb", flat=True)) == {
        "ask_to_act",
        "refuse_attorney",
    }


def test_who_has_not_proved_who_they_are_files_nothing(signed_in: SignIn, anna_payer: Payer) -> None:
    new = make.account("nowy@example.com")
    assert signed_in(new).get(PAGE).headers["Location"] == reverse("residents:confirm")
    assert refusal_of(lambda: file(new)) == "identity_unconfirmed"


def test_the_answer_tells_nobody_whether_the_town_knows_a_number(
    signed_in: SignIn, jan: Account, anna_payer: Payer
) -> None:
    home, pages = signed_in(jan), []
    for number in (make.pesel(1), make.pesel(999)):
        said = {"number": number.value, "principal": "Anna Nowak", "scope": "view"}
        page = home.post(PAGE, {**said, "scan": SimpleUploadedFile("a.png", picture("PNG"))}, follow=True)
        again = home.post(PAGE, {**said, "scan": SimpleUploadedFile("a.png", picture("PNG"))}, follow=True)
        assert "już czeka" in again.text
        pages.append(page.text.count("Anna Nowak"))
    known, unknown = AttorneyRequest.objects.order_by("pk")
    assert (known.payer, known.number, unknown.payer, unknown.number) == (anna_payer, "", None, make.pesel(999).value)
    assert pages[1] == 2 * pages[0]


def test_an_unknown_principal_is_registered_first_and_their_number_is_forgotten_after(
    jan: Account, clerk: Account
) -> None:
    asked = file(jan, make.pesel(999))
    assert refusal_of(lambda: accept_request(asked, by=make.BY, at=make.now())) == "principal_unknown"
    payer = make.payer(make.pesel(999), "Ewa Nowa")
    assert accept_request(asked, by=make.BY, at=make.now()).payer == payer
    asked.refresh_from_db()
    assert (asked.number, asked.payer, bool(asked.scan)) == ("", payer, False)


def test_what_cannot_be_filed_is_refused_with_a_reason(jan: Account, piotr: Account, anna_payer: Payer) -> None:
    yesterday, tomorrow = make.now() - timedelta(days=1), make.now() + timedelta(days=1)
    assert refusal_of(lambda: file(jan, valid_until=yesterday)) == "ends_before_it_begins"
    assert refusal_of(lambda: file(jan, valid_from=tomorrow, valid_until=tomorrow)) == "ends_before_it_begins"
    assert refusal_of(lambda: file(jan, make.pesel(50))) == "already_confirmed"
    for serial in range(MOST_WAITING):
        file(jan, make.pesel(900 + serial))
    assert refusal_of(lambda: file(jan)) == "too_many_waiting"
    withdraw_request(AttorneyRequest.objects.earliest("pk"), by=make.BY, at=make.now())
    file(jan)


def test_a_paper_that_ran_out_while_it_waited_is_not_accepted(jan: Account, anna_payer: Payer) -> None:
    asked = file(jan, valid_until=make.now() + timedelta(days=1))
    later = make.now() + timedelta(days=2)
    assert refusal_of(lambda: accept_request(asked, by=make.BY, at=later)) == "ends_before_it_begins"
    refuse_request(asked, reason="wygasło", by=make.BY, at=later)


def test_it_follows_a_merged_record(jan: Account, anna_payer: Payer) -> None:
    asked = file(jan)
    kept = make.payer(make.nip(3), "Anna Nowak Usługi")
    merge_payers(kept=kept, duplicate=anna_payer, reason="ta sama osoba", by=make.BY, at=make.now())
    asked.refresh_from_db()
    assert accept_request(asked, by=make.BY, at=make.now()).payer == kept


def test_nobody_else_sees_or_takes_back_a_filed_paper(
    signed_in: SignIn, jan: Account, obcy: Account, anna_payer: Payer
) -> None:
    asked, stranger = file(jan), signed_in(obcy)
    assert stranger.get(reverse("residents:attorney_scan", args=[asked.pk])).status_code == 404
    assert stranger.post(reverse("residents:attorney_withdraw", args=[asked.pk])).status_code == 404
    mine = signed_in(jan).post(reverse("residents:attorney_withdraw", args=[asked.pk]), follow=True)
    assert "wycofane" in mine.text
    assert Notice.objects.filter(kind="attorney_dismissed").count() == 0  # the payer has no account to be told


def test_a_decided_paper_goes_with_its_scan_when_its_time_is_over(jan: Account, anna_payer: Payer) -> None:
    asked = file(jan)
    path = Path(asked.scan.path)
    refuse_request(asked, reason="nieczytelne", by=make.BY, at=make.now() - timedelta(days=400))
    assert path.exists()
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert forget_attorney_requests(make.now() - timedelta(days=365), 10) == 1
    assert not path.exists()
    assert not AttorneyRequest.objects.exists()
