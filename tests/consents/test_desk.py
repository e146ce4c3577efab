"""A printed form comes back: found by its code, by its number or by its picture, registered once, and pointed out what
differs. Through the pages, without script.
"""

import json
from io import BytesIO

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageFilter

from consents.application_pdf import application_pdf
from consents.confirmation_pdf import confirmation_pdf
from consents.form_code import number_from, read_form_code
from consents.incoming import store_scan
from consents.models import Consent, ConsentApplication, IncomingScan, PrintedForm
from consents.prefill import known_of
from consents.printing import print_blanks, print_form, shared_form
from core.errors import Refused
from residents.models import AccessRecord, Account, Payer
from residents.queries import contacts_of
from tests import make
from tests.conftest import SignIn
from tests.consents import papers
from tests.consents.test_application_pdf import text
from tests.consents.test_clerk_page import ADD, NUMBER, YESTERDAY, Fields, typed

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
CHECK = reverse("admin:consents_registration_check")
TAKE = reverse("admin:consents_scans_take")


@pytest.fixture
def office(clerk: Account, signed_in: SignIn) -> Client:
    """The clerk's browser."""
    return signed_in(clerk)


@pytest.fixture
def colleague(signed_in: SignIn, clerk: Account) -> Client:
    """The clerk at the next desk."""
    other = make.account("drugi@example.com", name="Jan Drugi", is_staff=True)
    other.groups.set(clerk.groups.all())
    return signed_in(other)


@pytest.fixture
def hers(db: None) -> PrintedForm:
    """A form with Anna's data, who has consents by an earlier paper."""
    make.consent(NUMBER, topics=("waste",), channels=("sms",))
    return print_form(Payer.objects.get().pk, by=make.BY, at=make.now())


def paper_of(form: PrintedForm) -> bytes:
    """The form as it is printed."""
    known = known_of(form.payer, at=make.now()) if form.payer else None
    return application_pdf(form, known)


def sheet_of(form: PrintedForm, *, dpi: int = 150) -> Image.Image:
    """The form on paper, as a scanner sees it."""
    document = pypdfium2.PdfDocument(paper_of(form))
    document.init_forms()
    return document[0].render(scale=dpi / 72).to_pil().convert("L")


def grey_and_noisy(sheet: Image.Image) -> Image.Image:
    """A worn scanner: grey paper, dust, a soft lens."""
    dust = Image.effect_noise(sheet.size, 70)
    return Image.blend(sheet.point(lambda value: 60 + value // 2), dust, 0.25).filter(ImageFilter.GaussianBlur(0.6))


def photograph(sheet: Image.Image) -> Image.Image:
    """A phone held askew."""
    width, height = sheet.size
    corners = (-30, 40, -90, height + 60, width + 80, height - 20, width + 10, -70)
    return sheet.transform(sheet.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=120)


def as_file(*sheets: Image.Image, kind: str = "PDF") -> bytes:
    """What the scanner saves."""
    out = BytesIO()
    more = {"save_all": True, "append_images": sheets[1:], "resolution": 150} if kind == "PDF" else {"quality": 55}
    sheets[0].save(out, kind, **more)
    return out.getvalue()


def upload(browser: Client, *contents: bytes, name: str = "skan.pdf") -> str:
    """Take scans in; the page that opens."""
    files = [SimpleUploadedFile(name, content) for content in contents]
    return browser.post(TAKE, {"scans": files}, follow=True).text


def open_by_code(browser: Client, code: str) -> str:
    """The page that a scanner opens by typing a code and Enter."""
    return browser.get(reverse(ADD), {"code": code}).text


def test_a_scanned_code_opens_the_registration_filled_with_what_the_town_knows(
    office: Client, hers: PrintedForm
) -> None:
    page = open_by_code(office, hers.code)
    held = Fields(page).values
    assert held["number"] == [NUMBER.value]
    assert held["name"] == ["Anna Nowak"]
    assert held["phone"] == ["+48\xa0500\xa0100\xa0200"]
    assert held["email"] == ["anna@example.com"]
    assert held["tick"] == ["waste:sms"]
    assert held["clause_version"] == [hers.clause_version]
    assert AccessRecord.objects.filter(what="rejestracja wniosku", payer=hers.payer).count() == 1


@pytest.mark.parametrize("spoilt", ["{code}", "spm_w1;{number};2026_2", "  {number} ", "{spaced}", "SPM-W1:{number}"])
def test_a_code_is_read_as_scanners_and_people_type_it(hers: PrintedForm, spoilt: str) -> None:
    said = spoilt.format(code=hers.code, number=hers.number, spaced=hers.spaced)
    assert read_form_code(said).number == hers.number


def test_every_mistyped_digit_and_every_two_that_changed_places_are_found() -> None:
    number = number_from("20260417")
    wrong = {number[:at] + digit + number[at + 1 :] for at in range(10) for digit in "0123456789"} - {number}
    wrong |= {number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in range(9)} - {number}
    for other in wrong:
        with pytest.raises(Refused):
            read_form_code(other)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("abc", "To nie jest numer formularza."),
        ("1234567890", "W numerze formularza jest pomyłka."),
        (number_from("00000000"), "Formularza o tym numerze nikt tu nie wydrukował."),
    ],
)
def test_a_code_that_leads_nowhere_is_told_and_kept_in_its_box(office: Client, code: str, words: str) -> None:
    page = open_by_code(office, code)
    assert words in page
    assert Fields(page).values["code"] == [code]


def test_the_code_holds_its_number_and_versions_and_nothing_of_anybody(hers: PrintedForm) -> None:
    assert hers.code == f"SPM-W1:{hers.number}:{hers.clause_version}"
    assert hers.spaced in text(paper_of(hers))
    assert NUMBER.value not in text(paper_of(hers))


def test_a_form_printed_again_on_one_day_keeps_its_number_until_it_comes_back(
    office: Client, hers: PrintedForm
) -> None:
    assert hers.payer
    assert print_form(hers.payer.pk, by=make.BY, at=make.now()) == hers
    office.post(f"{reverse(ADD)}?code={hers.number}", typed(accept="1"))
    assert print_form(hers.payer.pk, by=make.BY, at=make.now()) != hers


def test_the_public_blank_form_has_one_number_an_edition_and_counters_get_one_each(office: Client) -> None:
    assert shared_form(at=make.now()) == shared_form(at=make.now())
    assert len({form.number for form in print_blanks(3, by=make.BY, at=make.now())}) == 3
    printed = office.post(reverse("admin:consents_printedform_add"), {"number": "", "copies": "2"})
    assert len(pypdfium2.PdfDocument(printed.content)) == 2
    assert PrintedForm.objects.filter(printed_by__isnull=False, payer=None).count() == 2


def test_the_office_prints_a_form_with_a_payers_data_and_the_look_is_recorded(office: Client) -> None:
    payer = make.payer(NUMBER)
    printed = office.post(reverse("admin:consents_printedform_add"), {"number": NUMBER.value})
    form = PrintedForm.objects.get(payer=payer)
    assert form.spaced in text(printed.content)
    assert AccessRecord.objects.get().what == "wniosek o powiadomienia do druku"
    nobody = office.post(reverse("admin:consents_printedform_add"), {"number": make.pesel(7).value})
    assert "Nikt w rejestrze nie ma tego numeru." in nobody.text


def _turned(sheet: Image.Image) -> Image.Image:
    return sheet.rotate(7, expand=True, fillcolor=255)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sheet: as_file(sheet),
        lambda sheet: as_file(sheet.rotate(180)),
        lambda sheet: as_file(_turned(grey_and_noisy(sheet))),
        lambda sheet: as_file(photograph(sheet).rotate(90, expand=True), kind="JPEG"),
        lambda sheet: as_file(Image.new("L", sheet.size, 255), _turned(sheet)),
    ],
    ids=["150 dpi", "upside down", "grey, noisy, skewed", "photograph, askew", "second page"],
)
def test_a_picture_of_a_printed_form_goes_from_outside_to_consents_and_their_confirmation(
    office: Client, hers: PrintedForm, spoil: object
) -> None:
    page = upload(office, spoil(sheet_of(hers)))  # type: ignore[operator]
    held = Fields(page).values
    assert held["number"] == [NUMBER.value], page
    scan = IncomingScan.objects.get()
    assert scan.printed_form == hers
    shown = office.get(reverse("admin:consents_scan_page", args=[scan.pk, 1]))
    assert shown.headers["Content-Type"] in {"image/jpeg", "image/png"}
    kept = scan.document.sha256  # type: ignore[union-attr]
    done = office.post(
        f"{reverse(ADD)}?scan={scan.pk}", typed(tick=["waste:sms", "crisis:voice"], accept="next"), follow=True
    )
    assert "przyjęty, zgody obowiązują." in done.text
    application = ConsentApplication.objects.latest("pk")
    assert (application.printed_form, application.scan_sha256, application.state) == (hers, kept, "accepted")
    in_force = Consent.objects.in_force(make.now()).values_list("topic__code", "channel")
    assert set(in_force) == {("waste", "sms"), ("crisis", "voice")}
    evidence = text(confirmation_pdf(application.payer, at=make.now()))
    for told in (hers.spaced, kept[:16], hers.clause_version):
        assert told in evidence.replace("\xa0", " ")


def test_a_picture_without_a_code_says_so_and_the_number_is_typed_beside_it(office: Client, hers: PrintedForm) -> None:
    page = upload(office, papers.JPEG, name="IMG_1.jpg")
    assert "Na skanie nie udało się odczytać kodu formularza." in page
    scan = IncomingScan.objects.get()
    held = Fields(office.get(reverse(ADD), {"scan": scan.pk, "code": hers.spaced}).text).values
    assert (held["name"], held["scan"]) == (["Anna Nowak"], [str(scan.pk)])


def test_two_forms_in_one_file_are_told_apart(office: Client) -> None:
    first, second = print_blanks(2, by=make.BY, at=make.now())
    page = upload(office, as_file(sheet_of(first), sheet_of(second)))
    assert "Na skanie są kody kilku formularzy. Podziel plik" in page


def test_after_one_scan_the_next_one_opens_and_what_is_none_is_set_aside(office: Client) -> None:
    upload(office, papers.PDF, papers.JPEG)
    first, second = IncomingScan.objects.order_by("pk")
    done = office.post(f"{reverse(ADD)}?scan={first.pk}", typed(accept="next"))
    assert done.headers["Location"] == f"{reverse(ADD)}?scan={second.pk}"
    aside = office.post(reverse("admin:consents_scan_set_aside", args=[second.pk]), {"why": "reklama"}, follow=True)
    assert f"Skan nr {second.pk} odłożony." in aside.text
    assert not IncomingScan.objects.waiting().exists()
    again = office.get(reverse(ADD), {"scan": second.pk}, follow=True).text
    assert "Ten skan odłożono: reklama." in again


def test_the_second_of_two_clerks_with_one_paper_is_told_at_once_and_at_saving(
    office: Client, colleague: Client, hers: PrintedForm
) -> None:
    stored = store_scan(papers.PDF, name="x.pdf", received_on=make.today(), by=make.BY, at=make.now())
    address = f"{reverse(ADD)}?scan={stored.scan.pk}&code={hers.number}"
    office.get(address)
    assert "Ten sam papier ma teraz otwarty Maria Referent." in colleague.get(address).text
    office.post(address, typed(accept="1"))
    late = colleague.post(address, typed(accept="1"), follow=True).text
    assert "Ten skan jest już zarejestrowany jako wniosek nr" in late
    assert ConsentApplication.objects.filter(printed_form=hers).count() == 1


def test_a_form_number_that_came_back_before_must_be_another_paper(
    office: Client, colleague: Client, hers: PrintedForm
) -> None:
    address = f"{reverse(ADD)}?code={hers.number}"
    office.post(address, typed(accept="1"))
    first = ConsentApplication.objects.latest("pk")
    words = f"Formularz o tym numerze jest już zarejestrowany: wniosek nr {first.pk} (Maria Referent)."
    assert words in colleague.get(address).text
    assert words in colleague.post(address, typed(accept="1")).text
    assert ConsentApplication.objects.filter(printed_form=hers).count() == 1
    colleague.post(address, typed(accept="1", is_copy="on"))
    assert ConsentApplication.objects.filter(printed_form=hers).count() == 2


def test_a_shared_blank_form_comes_back_as_often_as_it_was_copied(office: Client) -> None:
    address = f"{reverse(ADD)}?code={shared_form(at=make.now()).number}"
    office.post(address, typed(accept="1"))
    office.post(address, typed(number=make.pesel(2).value, name="Jan Obcy", accept="1"))
    assert ConsentApplication.objects.filter(printed_form__is_shared=True).count() == 2


def test_a_paper_of_an_older_clause_keeps_that_version(office: Client) -> None:
    office.post(reverse(ADD), typed(accept="1", clause_version="2026-1"))
    assert ConsentApplication.objects.get().clause_version == "2026-1"


def check(browser: Client, **otherwise: object) -> dict[str, dict[str, list[str]]]:
    """What the fields are told as they are typed."""
    answer = browser.post(CHECK, typed(**otherwise))
    assert answer.status_code == 200
    told: dict[str, dict[str, list[str]]] = json.loads(answer.content)
    return told


def test_fields_are_checked_as_they_are_typed_and_nothing_is_kept(office: Client) -> None:
    told = check(office, number="44051401459", phone="12")
    assert told["errors"]["number"] == ["Cyfra kontrolna numeru PESEL się nie zgadza. Sprawdź cyfry w dokumencie."]
    assert "Takiego numeru telefonu nie ma." in told["errors"]["phone"][0]
    assert "PESEL, data urodzenia 17\xa0maja\xa01980." in check(office)["notes"]["number"]
    assert check(office, number=make.nip(1).value)["notes"]["number"] == ["NIP."]
    assert not ConsentApplication.objects.exists()


def test_a_changed_phone_one_that_another_has_and_a_paper_of_the_same_day_are_pointed_out(office: Client) -> None:
    make.consent(NUMBER, signed_on=YESTERDAY)
    make.consent(make.pesel(2), name="Jan Obcy", phone="+48600700800")
    other = Payer.objects.get(name="Jan Obcy")
    told = check(office, phone="600 700 800")["notes"]
    assert "Zmiana. Dotąd: +48\xa0500\xa0100\xa0200." in told["phone"]
    assert any(other.number in words for words in told["phone"])
    assert "Jan Obcy" not in json.dumps(told, ensure_ascii=False)
    assert any("podpisano tego samego dnia" in words for words in told["signed_on"])
    assert any("Płatnik: Anna Nowak" in words for words in told["number"])
    done = office.post(reverse(ADD), typed(phone="600 700 800", accept="1"))
    assert done.status_code == 302
    assert contacts_of(Payer.objects.get(name="Anna Nowak").pk)["phone"] == "+48600700800"


def test_the_same_is_pointed_out_without_script_by_the_button_that_checks(office: Client) -> None:
    make.consent(NUMBER)
    page = office.post(reverse(ADD), typed(phone="600 700 800", check="1")).text
    assert "Zmiana. Dotąd: +48\xa0500\xa0100\xa0200." in page
    assert ConsentApplication.objects.count() == 1


def test_a_name_shown_by_a_number_is_recorded_as_a_look_once(office: Client, clerk: Account) -> None:
    make.payer(NUMBER)
    for _ in range(3):
        assert check(office)["name"] == "Anna Nowak"
    look = AccessRecord.objects.get()
    assert (look.account, look.what) == (clerk, "rejestracja wniosku")


def test_checks_are_counted_so_that_nobody_reads_the_register_through_them(office: Client, settings: object) -> None:
    settings.SIGN_IN_THROTTLES = {"registration_checks": (2, 60)}  # type: ignore[attr-defined]
    make.payer(NUMBER)
    answers = [office.post(CHECK, typed()).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


@pytest.mark.parametrize("who", ["treasurer", "officer"])
def test_who_is_no_clerk_checks_reads_and_takes_in_nothing(
    request: pytest.FixtureRequest, signed_in: SignIn, who: str, hers: PrintedForm
) -> None:
    browser = signed_in(request.getfixturevalue(who))
    stored = store_scan(papers.PDF, name="x.pdf", received_on=make.today(), by=make.BY, at=make.now())
    aside = reverse("admin:consents_scan_set_aside", args=[stored.scan.pk])
    answers = [
        browser.post(CHECK, typed()),
        browser.post(TAKE, {"scans": SimpleUploadedFile("x.pdf", papers.PDF)}),
        browser.post(aside, {"why": "x"}),
        browser.post(reverse("admin:consents_printedform_add"), {"copies": "1"}),
        browser.get(reverse(ADD), {"code": hers.number}),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert IncomingScan.objects.waiting().count() == 1
    assert AccessRecord.objects.count() == 0
