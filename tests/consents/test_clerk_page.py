"""The clerk registers, mends, accepts and rejects papers, as a browser does it."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from consents.actions import accept_application
from consents.models import ApplicationState, Consent, ConsentApplication
from consents.queries import permitted
from core.documents.kinds import apparent_kind
from core.models import AuditEntry
from residents.models import AccessRecord, Account, Payer
from residents.queries import contacts_of
from tests import make
from tests.conftest import SignIn
from tests.consents import papers

# Unfold's own templates rely on variables that are not always there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
NUMBER = make.pesel(1)
ADD = "admin:consents_consentapplication_add"
LIST = "admin:consents_consentapplication_changelist"
YESTERDAY = make.today() - timedelta(days=1)


@pytest.fixture
def office(clerk: Account, signed_in: SignIn) -> Client:
    """The clerk's browser."""
    return signed_in(clerk)


def typed(**otherwise: object) -> dict[str, object]:
    """What the clerk types from a good paper; *otherwise* changes it, None leaves a field out."""
    fields: dict[str, object] = {
        "number": NUMBER.value,
        "name": "Anna Nowak",
        "phone": "500 100 200",
        "email": "anna@example.com",
        "signed_on": YESTERDAY.isoformat(),
        "received_on": make.today().isoformat(),
        "arrived_by": "post",
        "tick": ["waste:sms", "payments:email"],
        **otherwise,
    }
    return {name: value for name, value in fields.items() if value is not None}


def page_of(application: ConsentApplication) -> str:
    """The address of an application's page."""
    return reverse("admin:consents_consentapplication_change", args=[application.pk])


class Fields(HTMLParser):
    """What the form on a page holds, as a browser would send it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what an input or a chosen option says."""
        said = {name: value or "" for name, value in attrs}
        is_box = said.get("type") == "checkbox"
        if tag == "select":
            self._select = said.get("name", "")
        if tag == "option" and "selected" in said:
            self.values.setdefault(self._select, []).append(said["value"])
        if tag == "input" and said.get("name") and (not is_box or "checked" in said):
            self.values.setdefault(said["name"], []).append(said.get("value", ""))


def test_a_paper_is_registered_and_accepted_in_one_go(office: Client, clerk: Account) -> None:
    done = office.post(reverse(ADD), typed(accept="1", scan=papers.scan()), follow=True)
    paper = ConsentApplication.objects.get()
    assert f"Wniosek nr {paper.pk} przyjęty, zgody obowiązują." in done.text
    assert (paper.state, paper.registered_by, paper.decided_by_name) == ("accepted", clerk, "Maria Referent")
    assert (paper.phone, paper.email, paper.signed_on) == ("+48500100200", "anna@example.com", YESTERDAY)
    assert (paper.arrived_by, paper.scan.read()) == ("post", papers.PDF_KEPT)
    payer = Payer.objects.get()
    assert contacts_of(payer.pk) == {"phone": "+48500100200", "email": "anna@example.com"}
    assert permitted(payer.pk, topic="waste", channel="sms", at=make.now())
    assert not permitted(payer.pk, topic="waste", channel="email", at=make.now())
    assert reverse(ADD) in done.text


def test_the_blank_form_knows_today_and_asks_for_nothing_twice(office: Client) -> None:
    page = office.get(reverse(ADD))
    held = Fields(page.text).values
    assert held["received_on"] == [make.today().isoformat()]
    assert held["arrived_by"] == ["paper"]
    assert "tick" not in held
    assert "PDF, JPEG, PNG, HEIC albo TIFF, do 10 MB." in page.text
    assert "Błąd:" not in page.text


def test_a_draft_waits_is_mended_and_then_accepted(office: Client) -> None:
    office.post(reverse(ADD), typed())
    draft = ConsentApplication.objects.get()
    assert draft.state == ApplicationState.DRAFT
    page = Fields(office.get(page_of(draft)).text).values
    assert page["tick"] == ["waste:sms", "payments:email"]
    assert page["signed_on"] == [YESTERDAY.isoformat()]
    office.post(page_of(draft), typed(number=None, phone="600 100 200", tick=["waste:sms"], accept="1"))
    draft.refresh_from_db()
    assert (draft.state, draft.phone) == ("accepted", "+48600100200")
    assert Consent.objects.get().channel == "sms"


def test_the_number_of_a_draft_is_not_changed_by_a_forged_field(office: Client) -> None:
    office.post(reverse(ADD), typed())
    draft = ConsentApplication.objects.get()
    office.post(page_of(draft), typed(number=make.pesel(2).value))
    draft.refresh_from_db()
    assert draft.identity_number == NUMBER.value
    assert Payer.objects.count() == 1


def test_a_scan_that_comes_later_is_added_to_the_draft_and_one_that_is_there_stays(office: Client) -> None:
    office.post(reverse(ADD), typed())
    draft = ConsentApplication.objects.get()
    office.post(page_of(draft), typed(scan=papers.scan(papers.JPEG, "IMG_1.JPG")))
    office.post(page_of(draft), typed())
    draft.refresh_from_db()
    assert draft.scan.read() == papers.JPEG_KEPT


def test_a_resignation_is_said_expressly_and_told_as_such(office: Client) -> None:
    make.consent(NUMBER)
    page = office.post(reverse(ADD), typed(tick=[], accept="1"))
    assert "Zaznacz rodzaje z wniosku albo potwierdź rezygnację." in page.text
    done = office.post(reverse(ADD), typed(tick=[], resigns="on", accept="1"), follow=True)
    assert "To rezygnacja: żadna zgoda już nie obowiązuje." in done.text
    assert "Rezygnacja ze wszystkich powiadomień." in done.text
    assert not Consent.objects.in_force(make.now()).exists()


def test_an_older_paper_is_told_to_change_nothing(office: Client) -> None:
    make.consent(NUMBER, signed_on=make.today())
    done = office.post(reverse(ADD), typed(accept="1"), follow=True)
    assert "Zgody się nie zmieniły: obowiązuje wniosek podpisany później." in done.text


FUTURE = (make.today() + timedelta(days=3)).isoformat()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": "44051401459"}, "Cyfra kontrolna numeru PESEL się nie zgadza."),
        ({"number": "4405140145"}, "Cyfra kontrolna numeru NIP się nie zgadza."),
        ({"number": "123"}, "To nie jest PESEL, NIP, REGON ani KRS. PESEL ma 11 cyfr, NIP i KRS 10, REGON 9 albo 14."),
        ({"number": ""}, "To pole jest wymagane."),
        ({"name": " "}, "To pole jest wymagane."),
        ({"name": "Anna\x00"}, "Znaki null są niedozwolone"),
        ({"phone": "12"}, "Takiego numeru telefonu nie ma. Podaj numer, na przykład 500 100 200."),
        ({"phone": "brak"}, "To nie jest numer telefonu."),
        ({"phone": "500 100 200 wew. 5"}, "To nie jest jeden numer telefonu."),
        ({"phone": "22 621 00 00"}, "To numer stacjonarny: SMS do niego nie dojdzie. Podaj numer komórkowy."),
        ({"phone": ""}, "Zaznaczono SMS, a na wniosku nie ma telefonu. Uzupełnij dane albo odznacz tę drogę."),
        ({"email": ""}, "Zaznaczono e-mail, a na wniosku nie ma adresu e-mail."),
        ({"email": "anna@"}, "To nie jest adres e-mail. Podaj adres jak jan@example.com."),
        ({"signed_on": FUTURE}, "Data podpisu jest w przyszłości."),
        ({"received_on": FUTURE}, "Data wpływu jest w przyszłości."),
        ({"received_on": (YESTERDAY - timedelta(days=9)).isoformat()}, "Data podpisu jest późniejsza niż data wpływu."),
        ({"signed_on": "2026-02-30"}, "Wpisz poprawną datę."),
        ({"signed_on": ""}, "To pole jest wymagane."),
        ({"arrived_by": "pigeon"}, "Wybierz poprawną wartość."),
        ({"resigns": "on"}, "Zaznaczono rodzaje i rezygnację naraz. Zostaw jedno z nich."),
        ({"tick": ["lottery:sms"]}, "Nieznany rodzaj powiadomień: lottery."),
        ({"tick": ["waste:pigeon"]}, "Nieznana droga powiadomień."),
        ({"tick": ["waste"]}, "Nieznana droga powiadomień."),
    ],
)
def test_what_is_wrong_is_told_in_polish_and_nothing_typed_is_lost(
    office: Client, wrong: dict[str, object], words: str
) -> None:
    sent = typed(accept="1", **wrong)
    page = office.post(reverse(ADD), sent)
    assert page.status_code == 200
    assert words in page.text
    assert "Błąd: Nowy wniosek |" in page.text
    held = Fields(page.text).values
    for name in ("number", "name", "phone", "email", "signed_on", "received_on"):
        assert held[name] == [sent[name]]
    if "tick" not in wrong:
        assert held["tick"] == ["waste:sms", "payments:email"]
    assert not ConsentApplication.objects.exists()
    assert not Payer.objects.exists()


def test_all_that_is_wrong_is_told_at_once_above_the_form(office: Client) -> None:
    page = office.post(reverse(ADD), typed(number="44051401459", phone="12", email="", signed_on=FUTURE, accept="1"))
    summary = page.text.partition('class="error-summary"')[2].partition("</div>")[0]
    for field in ("id_number", "id_phone", "id_email", "id_signed_on"):
        assert f'href="#{field}"' in summary


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (papers.scan(b"MZ\x90\x00 a program", "skan.pdf"), "To nie jest PDF, JPEG, PNG, HEIC ani TIFF."),
        (papers.scan(b"<svg onload=alert(1)>", "skan.png"), "To nie jest PDF, JPEG, PNG, HEIC ani TIFF."),
        (papers.scan(b"", "skan.pdf"), "Wysłany plik jest pusty."),
        (papers.scan(papers.PDF + b" " * 10_000_000), "Skan jest większy niż 10 MB. Zmniejsz rozdzielczość."),
    ],
    ids=["program", "svg", "empty", "large"],
)
def test_a_scan_that_is_none_is_refused(office: Client, file: SimpleUploadedFile, words: str) -> None:
    file.seek(0)
    page = office.post(reverse(ADD), typed(scan=file))
    assert words in page.text
    assert Fields(page.text).values["name"] == ["Anna Nowak"]
    assert not ConsentApplication.objects.exists()


def test_a_good_scan_beside_a_fault_must_be_chosen_again_and_the_clerk_is_told(office: Client) -> None:
    page = office.post(reverse(ADD), typed(phone="12", scan=papers.scan()))
    assert "Wybierz ten plik jeszcze raz: przeglądarka nie pamięta plików." in page.text


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [(papers.PDF, "application/pdf", "pdf"), (papers.JPEG, "image/jpeg", "jpg"), (papers.FAX, "image/png", "png")],
    ids=["pdf", "jpeg", "png"],
)
def test_a_scan_is_served_under_its_real_type_and_a_name_without_data(
    office: Client, content: bytes, kind: str, ending: str
) -> None:
    office.post(reverse(ADD), typed(scan=papers.scan(content, f"Nowak {NUMBER.value}.exe")))
    paper = ConsentApplication.objects.get()
    assert NUMBER.value not in paper.scan.name
    assert paper.scan.name.endswith(f".{ending}")
    answer = office.get(reverse("admin:consents_application_scan", args=[paper.pk]))
    assert answer.headers["Content-Type"] == kind
    assert f"wniosek-{paper.pk}." in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert apparent_kind(b"".join(answer.streaming_content)) == apparent_kind(content)
    assert AccessRecord.objects.filter(what="skan wniosku").count() == 1


def test_a_number_that_another_bears_must_be_confirmed(office: Client) -> None:
    make.payer(NUMBER, "Jan Kowalski")
    page = office.post(reverse(ADD), typed(accept="1"))
    assert "W rejestrze ten numer ma inną nazwę: Jan Kowalski." in page.text
    assert not ConsentApplication.objects.exists()
    office.post(reverse(ADD), typed(accept="1", same_person="on"))
    assert ConsentApplication.objects.get().payer.name == "Jan Kowalski"


def test_a_name_in_another_order_and_case_is_the_same_person(office: Client) -> None:
    make.payer(NUMBER, "NOWAK ANNA")
    office.post(reverse(ADD), typed(accept="1"))
    assert ConsentApplication.objects.get().state == ApplicationState.ACCEPTED


def test_a_rejection_without_a_reason_keeps_the_draft_on_the_page(office: Client) -> None:
    draft = papers.register()
    page = office.post(page_of(draft), {"reject": "1", "reason": ""})
    assert "Powód odrzucenia: To pole jest wymagane." in page.text
    assert Fields(page.text).values["name"] == ["Anna Nowak"]
    done = office.post(page_of(draft), {"reject": "1", "reason": "brak podpisu"}, follow=True)
    assert f"Wniosek nr {draft.pk} odrzucony." in done.text
    assert "brak podpisu" in office.get(page_of(draft)).text


@pytest.mark.parametrize("button", [{"accept": "1"}, {}, {"reject": "1", "reason": "brak podpisu"}])
def test_the_second_of_two_clerks_is_told_that_the_paper_is_decided(office: Client, button: dict[str, str]) -> None:
    draft = papers.register()
    accept_application(draft, by=make.BY, at=make.now())
    done = office.post(page_of(draft), typed(name="Kto inny", **button), follow=True)
    assert "Ten wniosek jest już rozpatrzony i nie można go zmienić. Nic nie zapisano." in done.text
    assert "Kto inny" not in done.text


def test_a_decided_paper_is_shown_with_what_was_ticked_and_no_form(office: Client) -> None:
    draft = papers.register()
    accept_application(draft, by=make.BY, at=make.now())
    page = office.get(page_of(draft)).text
    assert "Opłata za gospodarowanie odpadami: SMS" in page
    assert "+48\xa0500\xa0100\xa0200" in page
    assert NUMBER.value not in page
    assert 'name="accept"' not in page


def test_each_look_at_a_paper_is_recorded(office: Client, clerk: Account) -> None:
    draft = papers.register()
    office.get(page_of(draft))
    look = AccessRecord.objects.get()
    assert (look.account, look.payer, look.what) == (clerk, draft.payer, "wniosek o powiadomienia")


def test_papers_are_searched_by_number_without_putting_it_into_an_address(office: Client) -> None:
    mine, other = papers.register(), papers.register(make.pesel(2), name="Jan Obcy")
    done = office.post(reverse(LIST), {"q": NUMBER.value}, follow=True)
    assert NUMBER.value not in done.request["QUERY_STRING"]
    assert page_of(mine) in done.text
    assert page_of(other) not in done.text
    by_name = office.post(reverse(LIST), {"q": "Obcy"}, follow=True).text
    assert page_of(other) in by_name
    assert page_of(mine) not in by_name


def test_the_list_hides_numbers_and_shows_what_waits(office: Client) -> None:
    draft = papers.register()
    page = office.get(reverse(LIST), {"state__exact": "draft"}).text
    assert page_of(draft) in page
    assert NUMBER.value not in page
    assert f"********{NUMBER.value[-3:]}" in page


@pytest.mark.parametrize("who", ["treasurer", "officer", "anna", "nobody"])
def test_who_is_no_clerk_gets_nowhere(request: pytest.FixtureRequest, signed_in: SignIn, who: str) -> None:
    draft = papers.register(make.pesel(5), name="Jan Inny", scan=papers.scan())
    browser = Client() if who == "nobody" else signed_in(request.getfixturevalue(who))
    before = ConsentApplication.objects.count()
    scan = reverse("admin:consents_application_scan", args=[draft.pk])
    answers = [
        *(browser.get(address) for address in (reverse(ADD), reverse(LIST), page_of(draft), scan)),
        *(browser.post(address, typed(accept="1")) for address in (reverse(ADD), page_of(draft))),
    ]
    refusals = {403} if who in {"treasurer", "officer"} else {302}
    assert {answer.status_code for answer in answers} == refusals
    draft.refresh_from_db()
    assert (draft.state, ConsentApplication.objects.count()) == ("draft", before)


def test_the_data_protection_officer_looks_and_touches_nothing(signed_in: SignIn) -> None:
    who = make.account("iod@example.com", name="Ida Ochrona", is_staff=True)
    who.groups.add(Group.objects.get(name="Inspektor ochrony danych"))
    draft = papers.register()
    browser = signed_in(who)
    page = browser.get(page_of(draft))
    assert "Anna Nowak" in page.text
    assert 'name="accept"' not in page.text
    assert browser.post(page_of(draft), typed(accept="1")).status_code == 403
    assert browser.get(reverse(ADD)).status_code == 403


@pytest.mark.parametrize("place", ["999999", "²", "99999999999999999999", "x"])
def test_a_paper_that_is_not_there_is_404(office: Client, place: str) -> None:
    assert office.get(f"{reverse(LIST)}{place}/change/").status_code == 404


def test_a_scan_that_is_not_there_is_404(office: Client) -> None:
    draft = papers.register()
    for pk in (draft.pk, 999_999):
        assert office.get(reverse("admin:consents_application_scan", args=[pk])).status_code == 404


def test_even_an_administrator_deletes_no_evidence(administrator: Account, signed_in: SignIn) -> None:
    draft = papers.register()
    browser = signed_in(administrator)
    assert browser.post(reverse("admin:consents_consentapplication_delete", args=[draft.pk])).status_code == 403
    browser.post(reverse(LIST), {"action": "delete_selected", "_selected_action": draft.pk, "post": "yes"})
    assert ConsentApplication.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize("table", ["consent", "topic"])
def test_consents_and_kinds_are_listed_and_not_written_by_hand(
    administrator: Account, signed_in: SignIn, table: str
) -> None:
    make.consent(NUMBER)
    browser = signed_in(administrator)
    assert browser.get(reverse(f"admin:consents_{table}_changelist")).status_code == 200
    assert browser.get(reverse(f"admin:consents_{table}_add")).status_code == 403


def test_the_clerks_steps_are_in_the_journal(office: Client, clerk: Account) -> None:
    office.post(reverse(ADD), typed(accept="1"))
    verbs = set(AuditEntry.objects.filter(account_id=clerk.pk).values_list("verb", flat=True))
    assert {"register_payer", "register_application", "accept_application", "set_contact"} <= verbs
