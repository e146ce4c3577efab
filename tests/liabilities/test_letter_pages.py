"""The treasurer's pages of dunning letters: a run ordered, watched and taken; outcomes entered; cases for writs."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import engines
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry
from liabilities.models import CollectionHold, DunningLetter, LetterRun, RunState
from residents.models import AccessRecord, Account
from tests import make
from tests.conftest import SignIn
from tests.liabilities.dunning import arrear, work

pytestmark = pytest.mark.django_db
REGISTER = "admin:liabilities_dunningletter"
RUN = "admin:liabilities_letterrun"


@pytest.fixture(autouse=True)
def _templates_as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfold's templates rely on variables that are not always there."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


@pytest.fixture
def office(treasurer: Account, signed_in: SignIn) -> Client:
    """The treasurer's browser."""
    return signed_in(treasurer)


def test_a_run_from_its_order_to_the_register(office: Client) -> None:
    arrear(make.pesel(1), "D-1")
    arrear(make.pesel(2), "MALA", amount="20,00", name="Jan Mały")
    page = office.get(reverse(f"{RUN}_add"))
    data = {**page.context["form"].initial, "least": ""}
    assert office.post(reverse(f"{RUN}_add"), {**data, "kinds": ["DZIERZAWA"]}).status_code == 200
    assert office.post(reverse(f"{RUN}_add"), data).status_code == 302
    run = LetterRun.objects.get()
    watched = reverse(f"{RUN}_change", args=[run.pk])
    turn = reverse(f"{RUN}_turn", args=[run.pk])
    assert 'value="wstrzymaj"' in office.get(watched).text
    office.post(turn, {"co": "wstrzymaj"})
    assert LetterRun.objects.get().state == RunState.PAUSED
    assert "Idź dalej" in office.get(watched).text
    office.post(turn, {"co": "dalej"})
    work()
    done = office.get(watched).text
    printed, packed = (reverse(f"{RUN}_{name}", args=[run.pk, 1]) for name in ("print", "delivery"))
    assert printed in done
    assert packed in done
    assert "poniżej progu: 1" in done
    assert "Jan Mały" in office.get(reverse(f"{RUN}_skips", args=[run.pk]), {"powod": "small"}).text
    assert b"%PDF" in b"".join(office.get(printed).streaming_content)[:10]  # type: ignore[attr-defined]
    assert b"".join(office.get(packed).streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    assert office.get(reverse(f"{RUN}_print", args=[run.pk, 2])).status_code == 404
    assert AuditEntry.objects.filter(verb="take_letters").count() == 2
    letter = DunningLetter.objects.get()
    assert AccessRecord.objects.filter(payer=letter.payer, what__startswith="upomnienia: ").count() == 2
    listed = office.get(reverse(f"{REGISTER}_changelist"), {"q": f"{letter.year}/{letter.number}"}).text
    assert letter.sign in listed
    sheet = office.get(reverse(f"{REGISTER}_file", args=[letter.pk]))
    assert sheet.content == bytes(letter.file.body)
    opened = office.get(reverse(f"{REGISTER}_change", args=[letter.pk])).text
    outcome = reverse(f"{REGISTER}_outcome", args=[letter.pk])
    assert outcome in opened
    wrong = office.post(outcome, {"outcome": "served", "on": (make.today() + timedelta(days=9)).isoformat()})
    assert "w przyszłości" in wrong.text
    assert office.post(outcome, {"outcome": "served", "on": make.today().isoformat()}).status_code == 302
    assert make.instalment("D-1").costs == 16


def test_outcomes_are_entered_many_at_once_and_bad_lines_are_told(office: Client) -> None:
    page = reverse(f"{REGISTER}_outcomes")
    assert "nie ma luk" in office.get(page).text
    assert "Wpisz numery albo wybierz plik" in office.post(page, {"on": make.today().isoformat()}).text
    told = office.post(page, {"numbers": "2026/77", "on": make.today().isoformat(), "outcome": "served"})
    assert "wiersz 1: Nie ma upomnienia 2026/000077" in told.text
    file = SimpleUploadedFile("wyniki.csv", b"a;b\n1;2\n")
    assert "brakuje kolumn" in office.post(page, {"file": file}).text


def test_there_is_nothing_for_a_writ_until_a_letter_was_served_seven_days_ago(office: Client) -> None:
    assert "Nie ma takich spraw" in office.get(reverse(f"{REGISTER}_cases")).text
    assert office.post(reverse(f"{REGISTER}_cases_file")).status_code == 302
    answer = office.get(reverse(f"{REGISTER}_cases_file"))
    lines = io.BytesIO(b"".join(answer.streaming_content)).read().decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 1
    assert office.get(reverse(f"{REGISTER}_cases_file"), {"dzien": "x"}).status_code == 404


def test_a_disputed_due_is_held_back_and_let_go_on_its_page(office: Client) -> None:
    due = arrear(make.pesel(1), "D-1")
    page = reverse("admin:liabilities_instalment_work", args=[due.pk, "wstrzymanie"])
    assert page in office.get(reverse("admin:liabilities_instalment_change", args=[due.pk])).text
    assert office.post(page, {"reason": "dispute", "note": "SKO.1"}).status_code == 302
    assert "SKO.1" in office.get(page).text
    assert office.post(page, {"reason": "wyrok"}).status_code == 302
    assert CollectionHold.objects.get().ended_on == make.today()
