"""The treasurer's pages beside an import: differences, rows to mend, undoing, missing dues, tokens, sources."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime

from core.models import AuditEntry
from liabilities.importing import HowToImport, import_dues
from liabilities.models import ApiToken, DueSource, ImportKind, ImportRun, MissingDue
from residents.models import Account
from tests import make
from tests.conftest import SignIn

# Unfold's own templates rely on variables that are not always there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
NUMBER = make.pesel(5)
DUE = date(2026, 11, 16)


@pytest.fixture
def office(treasurer: Account, signed_in: SignIn) -> Client:
    """The treasurer's browser."""
    return signed_in(treasurer)


def row(key: str = "A-1", **extra: object) -> str:
    """One row."""
    return make.row(NUMBER, key=key, due_on=DUE, **extra)  # type: ignore[arg-type]


def whole(answer: object) -> str:
    """A streamed answer, put together."""
    assert isinstance(answer, StreamingHttpResponse)
    return b"".join(answer.streaming_content).decode()  # type: ignore[arg-type]


def page(name: str, run: int) -> str:
    """The address of a page beside a run."""
    return reverse(f"admin:liabilities_importrun_{name}", args=[run])


def test_differences_show_what_was_and_what_is(office: Client) -> None:
    make.dues(row())
    run = make.dues(row(amount="1 150,00", title="Nowy tytuł"), row("A-2", instalment=2)).run_id
    text = office.get(page("differences", run)).text
    assert "przypis: było 100,00\xa0zł, jest <strong>1\xa0150,00\xa0zł</strong>" in text
    assert "tytuł: było Podatek od nieruchomości, jest <strong>Nowy tytuł</strong>" in text
    assert "klucz A-2" not in text
    assert "klucz A-2" in office.get(page("differences", run), {"co": "nowe"}).text


def test_long_lists_of_differences_are_paged(office: Client) -> None:
    run = make.dues(*(row(f"A-{number}", instalment=number) for number in range(1, 61))).run_id
    first = office.get(page("differences", run), {"co": "nowe"})
    assert (first.text.count("klucz A-"), "Następne" in first.text) == (50, True)
    rest = office.get(page("differences", run), {"co": "nowe", "po": first.context["page"].next_from})
    assert (rest.text.count("klucz A-"), "Następne" in rest.text) == (10, False)
    assert office.get(page("differences", run), {"po": "9" * 30}).status_code == 200


def test_rejected_rows_come_whole_and_go_in_once_they_are_mended(office: Client) -> None:
    report = make.dues(row(), row("A-2", amount="x", instalment=2), row("A-1", amount="7"), "za;mało")
    answer = office.get(page("mend", report.run_id))
    lines = whole(answer).removeprefix("\ufeff").splitlines()
    assert lines[0] == make.HEADER + ";wiersz;co_poprawic"
    assert [line.split(";")[0] for line in lines[1:]] == ["A-2", "A-1", ""]
    assert ";3;kwota: To nie jest kwota." in lines[1]
    assert AuditEntry.objects.filter(verb="take_rejected_rows").count() == 1
    mended = import_dues(
        "\n".join([lines[0], lines[1].replace(";x;", ";20,00;")]).encode(),
        file_name="do-poprawy.csv",
        source="test",
        as_of=make.now(),
        on=make.today(),
        by=make.BY,
    )
    assert (mended.created, make.instalment("A-2").assessed) == (1, 20)


def test_an_import_is_taken_back_after_one_more_question(office: Client, treasurer: Account) -> None:
    run = make.dues(row()).run_id
    assert "Każdy wpis tego importu" in office.get(page("undo", run)).text
    assert ImportRun.objects.get().undone_at is None
    assert "Cofnięto import dues.csv." in office.post(page("undo", run), follow=True).text
    assert (ImportRun.objects.get().undone_by, make.instalment().outstanding) == (treasurer, 0)
    assert "Ten import już cofnięto." in office.post(page("undo", run), follow=True).text


def test_a_full_file_is_uploaded_and_what_it_misses_is_decided_on(office: Client) -> None:
    hour_ago = make.now() - timedelta(hours=1)
    make.dues(row(), row("A-2", instalment=2), row("A-3", instalment=3), as_of=hour_ago)
    content = SimpleUploadedFile("a.csv", "\n".join([make.HEADER, row()]).encode())
    said = {"source": "test", "as_of": localtime().strftime("%Y-%m-%dT%H:%M:%S"), "kind": "full"}
    token = office.post(reverse("admin:liabilities_importrun_add"), {"file": content, **said}).context["token"]
    office.post(reverse("admin:liabilities_importrun_add"), {"token": token})
    assert ImportRun.objects.get(file_name="a.csv").kind == ImportKind.FULL
    first, second = MissingDue.objects.order_by("instalment__external_id")
    listed = reverse("admin:liabilities_missingdue_changelist")
    assert "A-3" in office.get(listed).text
    office.post(listed, {"action": "keep", "_selected_action": [first.pk]})
    asked = office.post(listed, {"action": "write_off", "_selected_action": [second.pk]})
    assert ("rata 3: 100,00" in asked.text, make.instalment("A-3").outstanding) == (True, 100)
    office.post(listed, {"action": "write_off", "_selected_action": [second.pk], "confirm": "1"})
    assert [str(make.instalment(key).outstanding) for key in ("A-2", "A-3")] == ["100.00", "0.00"]


def test_a_token_is_shown_once_and_revoked(office: Client) -> None:
    made = office.post(reverse("admin:liabilities_apitoken_add"), {"name": "FK", "source": "fk", "scope": "dues:write"})
    text = made.context["text"]
    assert (text in made.text, "no-store" in made.headers["Cache-Control"]) == (True, True)
    token = ApiToken.objects.get()
    assert text not in office.get(reverse("admin:liabilities_apitoken_change", args=[token.pk])).text
    page = reverse("admin:liabilities_apitoken_end", args=[token.pk])
    assert office.get(reverse("admin:liabilities_apitoken_revoke", args=[token.pk])).headers["Location"] == page
    assert "przestanie działać od razu" in office.get(page).text
    assert ApiToken.objects.filter(revoked_at__isnull=True).exists()
    assert "unieważniono" in office.post(page, follow=True).text
    assert not ApiToken.objects.filter(revoked_at__isnull=True).exists()


def test_what_was_agreed_with_a_source_is_kept_with_who_said_so(office: Client, treasurer: Account) -> None:
    office.post(
        reverse("admin:liabilities_duesource_add"),
        {"name": "fk", "interest_by": "source", "needs_control": "on", "posts_within": "3"},
    )
    assert DueSource.objects.values_list().get() == ("fk", "source", 3, True)
    assert AuditEntry.objects.get(verb="set_due_source").account_id == treasurer.pk


def test_a_neutral_file_is_mended_in_its_own_columns(office: Client) -> None:
    names = "external_id;nip;name;kind_code;title;tax_year;instalment_no;due_date;principal_gr;account_no"
    line = f"N-1;{make.nip(1).value};Firma;PODATEK_NIERUCHOMOSCI_OP;Podatek;2026;1;2026-11-16;12,5;{make.ACCOUNT}"
    report = import_dues(
        f"{names}\n{line}\n".encode(),
        file_name="n.csv",
        source="test",
        as_of=make.now(),
        on=make.today(),
        by=make.BY,
        how=HowToImport(),
    )
    lines = whole(office.get(page("mend", report.run_id))).removeprefix("\ufeff")
    again = import_dues(
        lines.replace(";12,5;", ";1250;").encode(),
        file_name="n.csv",
        source="test",
        as_of=make.now(),
        on=make.today(),
        by=make.BY,
    )
    assert (report.rejected, again.created, make.instalment("N-1").assessed) == (1, 1, make.pln("12.50"))
