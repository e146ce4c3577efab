"""The list of people who need help in danger: by their consent, called first, visited when nobody answered."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from broadcasts.admin.assisted import AssistedForm
from broadcasts.assisted import count_struck_off, enter, forget_assisted, visits
from broadcasts.models import AssistedResident
from core.errors import Refused
from core.models import AuditEntry
from notifications.models import Message
from residents.models import AccessRecord, Account, Payer
from tests import make
from tests.broadcasts.nights import draft, sent
from tests.conftest import SignIn
from tests.sandbox_process import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
LIST = "/urzad/broadcasts/assistedresident/"


@pytest.fixture
def helped(town: list[Payer]) -> list[AssistedResident]:
    """The first of the town is on the list and agreed to calls, the second agreed to none."""
    make.consent(make.pesel(100), name="Osoba 0", phone="+48500100300", topics=["crisis"], channels=["sms", "voice"])
    day = make.today() - timedelta(days=3)
    return [
        enter(number=make.pesel(100 + n), warden="Sołtys Lis", help_words="Zapukać.", agreed_on=day, by=make.BY)
        for n in range(2)
    ]


def test_their_calls_go_first_and_whoever_does_not_answer_is_visited(
    sandbox: Sandbox, officer: Account, colleague: Account, helped: list[AssistedResident], signed_in: SignIn
) -> None:
    make.consent(make.pesel(120), name="Inny", phone="+48500100399", topics=["crisis"], channels=["voice"])
    broadcast = sent(officer, colleague)
    calls = Message.objects.filter(channel="voice").order_by("not_before", "-pk")
    assert calls[0].payer_id == helped[0].payer_id
    assert [(visit.entry.pk, visit.why) for visit in visits(broadcast)] == [
        (helped[1].pk, "nie ma zgody na rozmowy"),
        (helped[0].pk, "rozmowa jeszcze trwa albo czeka"),
    ]
    content = signed_in(officer).get(f"/urzad/broadcasts/broadcast/{broadcast.pk}/obchod.pdf").content
    text = " ".join(PdfReader(BytesIO(content)).pages[0].extract_text().split())
    assert "Sołtys Lis" in text
    assert "Polna 3" in text
    assert AccessRecord.objects.filter(payer=helped[0].payer, what__contains="obchód").exists()
    Message.objects.filter(pk=calls[0].pk).update(state="delivered", sent_at=make.now(), closed_at=make.now())
    assert [visit.entry.pk for visit in visits(broadcast)] == [helped[1].pk]


def test_the_list_is_of_the_area_alone(officer: Account, helped: list[AssistedResident]) -> None:
    narrow = draft(officer, area_kind="parts", streets=["Leśna"], with_unknown=False)
    assert [visit.entry.pk for visit in visits(narrow)] == [helped[1].pk]


def test_an_officer_enters_somebody_by_number_and_strikes_them_off(
    officer: Account, town: list[Payer], signed_in: SignIn
) -> None:
    client = signed_in(officer)
    assert client.get(f"{LIST}add/").status_code == 200
    said = {"number": make.pesel(100).value, "warden": "Sołtys Lis", "help": "Zapukać.", "agreed_on": "2026-01-05"}
    answer = client.post(f"{LIST}add/", said)
    assert answer.status_code == 302
    entry = AssistedResident.objects.get()
    assert "już jest na liście" in str(AssistedForm(said).errors)
    unknown = AssistedForm({**said, "number": make.pesel(500).value, "agreed_on": "2999-01-01"}).errors
    assert "Nie znamy nikogo o tym numerze" in str(unknown)
    assert "jeszcze nie nadszedł" in str(unknown)
    assert make.pesel(100).value not in client.get(LIST).content.decode()
    assert AccessRecord.objects.filter(payer=entry.payer).exists()
    assert client.get(f"{LIST}{entry.pk}/change/").status_code == 200
    client.post(f"{LIST}{entry.pk}/change/", {"warden": "Sołtys Lis", "help": "", "leaves": "on"})
    entry.refresh_from_db()
    assert entry.ended_at is not None
    assert AuditEntry.objects.filter(verb="strike_off_assisted").exists()
    later = make.now() + timedelta(minutes=1)
    assert (count_struck_off(later), forget_assisted(later, 10), AssistedResident.objects.count()) == (1, 1, 0)


def test_nobody_is_listed_twice(helped: list[AssistedResident]) -> None:
    with pytest.raises(Refused, match="już jest"):
        enter(number=make.pesel(100), warden="X", help_words="", agreed_on=make.today(), by=make.BY)
