"""The editor of texts: preview, size and price, hints, a test to oneself, versions; what may not be saved."""

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry
from notifications.actions import queue_message
from notifications.forms import NewTextForm
from notifications.models import TextTemplate, TextVersion
from notifications.plain_language import hints
from notifications.service_letters import send_letters
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.notifications.posting import REMINDER, confirm, only, resident, send
from tests.sandbox_process import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
AT = make.now()
TEXTS = reverse("admin:notifications_texttemplate_changelist")


@pytest.fixture
def treasury(treasurer: Account, signed_in: SignIn) -> Client:
    """The treasurer's browser."""
    return signed_in(treasurer)


def text(channel: str = "sms", detail: str = "short", language: str = "pl") -> TextTemplate:
    """The text of the confirmation."""
    return TextTemplate.objects.get(kind="payment_posted", channel=channel, detail=detail, language=language)


def editor(template: TextTemplate | None = None) -> str:
    """The address of its editor."""
    return reverse("admin:notifications_texttemplate_change", args=[(template or text()).pk])


def test_the_texts_are_listed_by_name_with_their_newest_version(treasury: Client) -> None:
    page = treasury.get(TEXTS).text
    for words in ("Zaksięgowano wpłatę", "Zbliża się termin płatności", "Minął termin płatności", "2 z ", "ukraiński"):
        assert words in page


def test_the_editor_counts_an_sms_names_the_dear_letter_and_its_price_and_saves_nothing(treasury: Client) -> None:
    said = {"body": "((town)): wpłata z ((paid_on)) już jest. Увага " + "a" * 40, "is_transliterated": "on"}
    page = treasury.post(editor(), said)
    size = page.context["preview"].size
    assert (size.encoding, size.parts) == ("UCS-2", 2)
    assert "<mark>Увага</mark>" in page.text
    assert "0,34\u00a0zł" in page.text
    cheap = treasury.post(editor(), {"body": "Zażółć gęślą jaźń" * 6, "fragment": "1"})
    assert "Bez nich SMS byłby krótszy o 1 część" in cheap.text
    assert "<html" not in cheap.text
    assert text().versions.count() == 2


def test_a_saved_text_is_a_new_version_by_its_writer_and_the_old_one_stays(
    treasury: Client, treasurer: Account, sandbox: Sandbox, anna_told: Payer
) -> None:
    answer = treasury.post(editor(), {"body": "((town)): już jest, żółć.", "save": "1"}, follow=True)
    assert "Nowa wersja zapisana. Od teraz wysyłamy ją." in answer.text
    *old, new = text().versions.order_by("number")
    assert (new.number, new.body, new.written_by, new.is_transliterated) == (
        3,
        "((town)): już jest, żółć.",
        treasurer,
        False,
    )
    assert old[0].body.startswith("((town)): zaksięgowano")
    assert AuditEntry.objects.get(verb="edit_text").account_id == treasurer.pk
    assert old[1].body in treasury.get(f"{editor()}?wersja=2").context["form"].initial["body"]
    confirm(anna_told, at=AT)
    send(AT)
    assert (only(channel="sms").body, only(channel="sms").text_version) == ("Dolina: już jest, żółć.", new)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("((kwota))", "Nieznane pole ((kwota))."),
        ("((amount)) zł", "Może chodzi o ((amount_pln))?"),
        ("((town)", "Pole jest niedomknięte"),
        ("((amount_pln))", "każdy, kto widzi zablokowany ekran"),
        ("ą" * 500, "SMS ma 8 części"),
    ],
)
def test_a_wrong_text_is_refused_with_the_way_to_mend_it(treasury: Client, body: str, words: str) -> None:
    page = treasury.post(editor(), {"body": body, "save": "1"})
    assert words in page.text
    assert text().versions.count() == 2


@pytest.mark.parametrize("body", ["", "   "])
def test_an_empty_text_is_not_saved(treasury: Client, body: str) -> None:
    assert treasury.post(editor(), {"body": body, "save": "1"}).status_code == 200
    assert text().versions.count() == 2


def test_who_may_not_write_texts_cannot(clerk: Account, signed_in: SignIn) -> None:
    office = signed_in(clerk)
    assert office.get(editor()).status_code == 403
    assert office.post(editor(), {"body": "x", "save": "1"}).status_code == 403
    assert office.post(editor(), {"body": "x", "test": "1"}).status_code == 403
    assert TextVersion.objects.filter(template=text()).count() == 2


@pytest.mark.parametrize("number", ["999999", "x"])
def test_an_unknown_text_is_404(treasury: Client, number: str) -> None:
    assert treasury.get(reverse("admin:notifications_texttemplate_change", args=[number])).status_code == 404


def test_a_test_comes_to_its_writer_and_is_no_version(treasury: Client, treasurer: Account, sandbox: Sandbox) -> None:
    sms = {"body": "((town)): próba żółta", "is_transliterated": "on", "test": "1", "phone": "500 100 999"}
    assert "Próba wysłana." in treasury.post(editor(), sms).text
    assert "nie jest numer" in treasury.post(editor(), {**sms, "phone": "abc"}).text
    treasury.post(editor(text("email")), {"subject": "((amount_pln))", "body": "((town))", "test": "1"})
    send_letters(clock=make.now)
    assert [one["text"] for one in sandbox.sms("+48500100999")] == ["Dolina: proba zolta"]
    (letter,) = sandbox.mail(treasurer.email)
    assert letter["subject"] == "[Próba] 123,45 zł"
    assert (text().versions.count(), AuditEntry.objects.filter(verb="send_test_text").count()) == (2, 2)


def test_a_text_of_one_topic_or_language_is_added_and_used(treasury: Client, sandbox: Sandbox) -> None:
    add = reverse("admin:notifications_texttemplate_add")
    wanted = {"kind": "due_approaching", "channel": "sms", "language": "uk", "detail": "short", "topic_code": "waste"}
    made = treasury.post(add, wanted)
    template = TextTemplate.objects.get(topic_code="waste")
    assert made.url == editor(template)
    assert "Taki tekst już jest." in str(NewTextForm(wanted).errors)
    assert "Pełniejszy tekst ma tylko" in str(NewTextForm({**wanted, "channel": "email", "detail": "full"}).errors)
    treasury.post(editor(template), {"body": "((town)): сміття ((payable_on))", "save": "1"})
    whom = resident(1, channels=("sms",), language="uk")
    make.consent(make.pesel(1), topics=("property_tax", "waste"), channels=("sms",), signed_on=make.today())
    for topic in ("waste", "property_tax"):
        key = {"about": topic, "dedupe_key": topic}
        queue_message(kind="due_approaching", payer_id=whom.pk, topic=topic, facts=REMINDER, at=make.now(), **key)
    send(make.now())
    assert only(topic_code="waste").body.startswith("Dolina: сміття 15 травня")
    assert only(topic_code="property_tax").body.startswith("Dolina: термін оплати")


def test_everybody_is_written_to_in_their_language_and_fuller_only_when_they_chose_so(sandbox: Sandbox) -> None:
    people = [
        resident(1, phone="+48500100201", channels=("sms",)),
        resident(2, phone="+48500100202", channels=("sms",), language="en"),
        resident(3, phone="+48500100203", channels=("sms",), language="uk", is_fuller=True),
        resident(4, phone="+48500100204", channels=("sms",), is_fuller=True),
    ]
    for who in people:
        confirm(who, at=AT)
    send(AT)
    told = [sandbox.sms(f"+4850010020{serial}")[0]["text"] for serial in range(1, 5)]
    link = "https://portal.example/platnosci/"
    assert told == [
        f"Dolina: zaksiegowano wplate. Potwierdzenie po zalogowaniu: {link}",
        f"Dolina: your payment was booked. Sign in for the confirmation: {link}",
        f"Dolina: платіж зараховано. Підтвердження після входу: {link}",
        f"Dolina: zaksiegowano wplate 123,45 zl. Stan konta: wszystko oplacone. {link}",
    ]


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("raz dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć " * 3, "Podziel je"),
        ("Niniejszym informujemy.", "pomiń to słowo"),
        ("UWAGA MIESZKAŃCY GMINY", "jak krzyk"),
        ("Płać!!", "wykrzyknik"),
        ("Zobacz https://bit.ly/abc", "pełny adres"),
    ],
)  # fmt: skip
def test_a_heavy_text_gets_a_hint(said: str, hint: str) -> None:
    assert any(hint in one for one in hints(said))
    assert hints("Termin płatności mija ((payable_on)). Zapłać po zalogowaniu: ((link))") == []
