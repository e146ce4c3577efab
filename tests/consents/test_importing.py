"""A file of papers typed elsewhere: good rows go in and count, bad ones are told, the same file again is harmless."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.template import engines
from django.urls import reverse

from consents.actions import withdraw_consent
from consents.evidence import prove_evidence
from consents.importing import PapersReport, import_applications
from consents.models import Consent, ConsentApplication
from consents.paper_row import COLUMNS
from consents.queries import permitted, permitted_contacts, permitted_payers
from core.errors import Refused
from residents.models import Account, Contact, Payer
from residents.queries import contacts_of, find_payer
from tests import make
from tests.conftest import SignIn

HEADER = ";".join(COLUMNS)
ANNA, JAN = make.pesel(1), make.pesel(2)


def row(key: str = "K-1", **said: str) -> str:
    """One right row of Anna's; *said* changes it."""
    cells = {
        "id": key,
        "numer": ANNA.value,
        "nazwa": "Anna Nowak",
        "telefon": "500 100 200",
        "email": "anna@example.com",
        "podpisano": "2026-02-01",
        "wplynal": "03.02.2026",
        "jak_wplynal": "papier",
        "rodzaje": "waste:sms waste:email",
        **said,
    }
    return ";".join(cells[column] for column in COLUMNS)


def load(*rows: str, source: str = "arkusz") -> PapersReport:
    """Import these rows."""
    content = "\n".join([HEADER, *rows]).encode()
    return import_applications(content, source=source, on=make.today(), by=make.BY, at=make.now())


def counts(report: PapersReport) -> tuple[int, int, int, int]:
    """Rows, created, unchanged, rejected."""
    return report.rows, report.created, report.unchanged, report.rejected


def held(number: object = ANNA) -> set[tuple[str, str]]:
    """What is in force for the bearer now."""
    payer = find_payer(number)  # type: ignore[arg-type]
    assert payer is not None
    open_ended = Consent.objects.filter(payer=payer, during__endswith__isnull=True).exclude(during__isempty=True)
    return {(one.topic.code, one.channel) for one in open_ended}


def test_good_rows_are_registered_accepted_and_in_force_with_their_evidence(db: None) -> None:
    report = load(row(), row("K-2", numer=JAN.value, nazwa="Jan Obcy", rodzaje="payments:sms"))
    assert (counts(report), report.errors) == ((2, 2, 0, 0), [])
    assert (held(), held(JAN)) == ({("waste", "sms"), ("waste", "email")}, {("payments", "sms")})
    application = ConsentApplication.objects.get(name="Anna Nowak")
    assert (application.state, application.phone, str(application.signed_on)) == (
        "accepted",
        "+48500100200",
        "2026-02-01",
    )
    assert "arkusz, nr K-1" in application.evidence["identified"]
    assert contacts_of(application.payer_id) == {"phone": "+48500100200", "email": "anna@example.com"}
    proof = prove_evidence()
    assert (proof.faults, proof.links) == ([], 2)
    assert permitted(application.payer_id, topic="waste", channel="sms", at=make.now())


def test_the_same_file_twice_changes_nothing_and_another_row_under_a_key_is_told(db: None) -> None:
    load(row())
    assert counts(load(row(), row("K-2", numer=JAN.value, nazwa="Jan Obcy"))) == (2, 1, 1, 0)
    report = load(row(rodzaje="waste:sms"))
    assert (counts(report), report.errors[0].column) == ((1, 0, 0, 1), "id")
    assert ConsentApplication.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "column", "words"),
    [
        ({"numer": "80051700129"}, "numer", "Cyfra kontrolna"),
        ({"nazwa": " "}, "nazwa", "pusta"),
        ({"telefon": "123"}, "telefon", "telefonu"),
        ({"telefon": ""}, "telefon", "nie ma telefonu"),
        ({"email": "anna"}, "email", "adres e-mail"),
        ({"podpisano": "31.02.2026"}, "podpisano", "kalendarzu"),
        ({"podpisano": "2026-02-10"}, "podpisano", "późniejsza"),
        ({"wplynal": "2999-01-01"}, "wplynal", "w przyszłości"),
        ({"jak_wplynal": "gołąb"}, "jak_wplynal", "Dozwolone"),
        ({"rodzaje": ""}, "rodzaje", "rezygnacja"),
        ({"rodzaje": "nie-ma:sms"}, "rodzaje", "Nieznany rodzaj"),
        ({"rodzaje": "waste:fax"}, "rodzaje", "Nieznana droga"),
        ({"id": ""}, "id", "pusta"),
    ],
)
def test_a_bad_row_is_told_with_line_and_column_while_good_ones_go_in(
    db: None, said: dict[str, str], column: str, words: str
) -> None:
    report = load(row("K-0", numer=JAN.value, nazwa="Jan Obcy"), row(**said))
    assert counts(report) == (2, 1, 0, 1)
    problem = next(one for one in report.errors if words in one.message)
    assert (problem.line, problem.column) == (3, column)
    assert ANNA.value not in str(report.errors)


def test_a_repeated_key_a_short_row_and_a_stranger_name_are_told(db: None) -> None:
    make.payer(JAN, "Jan Obcy")
    report = load(row(), row(), "K-3;x", row("K-4", numer=JAN.value, nazwa="Zofia Inna"))
    assert counts(report) == (4, 1, 0, 3)
    assert [(one.line, one.column) for one in report.errors] == [(3, "id"), (4, ""), (5, "nazwa")]
    assert "inną nazwę" in report.errors[-1].message
    assert "Jan Obcy" not in str(report.errors)


def test_the_newest_of_several_papers_rules_whatever_their_order(db: None) -> None:
    make.consent(
        ANNA, topics=("payments",), channels=("sms",), signed_on=make.today().replace(year=2025, month=1, day=5)
    )
    load(
        row("K-2", podpisano="2026-02-02", wplynal="2026-02-02", rodzaje="waste:email", telefon=""),
        row("K-1", podpisano="2026-02-01", wplynal="2026-02-02"),
    )
    assert held() == {("waste", "email")}
    assert Contact.objects.filter(payer=Payer.objects.get(), kind="phone").count() == 0
    load(row("K-3", podpisano="2026-02-03", wplynal="2026-02-03", rodzaje="rezygnacja"))
    assert held() == set()
    assert prove_evidence().faults == []


def test_who_may_get_what_leaves_out_the_dead(db: None) -> None:
    load(row(), row("K-2", numer=JAN.value, nazwa="Jan Obcy", rodzaje="waste:sms"))
    asked = {"topic": "waste", "channel": "sms"}
    assert permitted_payers(**asked).count() == 2
    Payer.objects.filter(name="Jan Obcy").update(deceased_on=make.today())
    seen = permitted_contacts().filter(topic__code="waste", channel="sms").values_list("payer_id", flat=True)
    assert list(permitted_payers(**asked)) == list(seen) == [Payer.objects.get(name="Anna Nowak").pk]


def test_a_consent_taken_back_before_it_began_is_nobodys(db: None) -> None:
    began = make.now()
    make.consent(ANNA, topics=("waste",), channels=("sms",), at=began)
    withdraw_consent(
        Payer.objects.get().pk,
        topic="waste",
        channel="sms",
        way="sms",
        evidence={},
        by=make.BY,
        at=began - timedelta(minutes=1),
    )
    assert Consent.objects.get().during.isempty
    assert not permitted_payers(topic="waste", channel="sms").exists()


def test_a_file_that_is_none_changes_nothing(db: None) -> None:
    with pytest.raises(Refused) as refusal:
        import_applications(b"%PDF-1.7", source="x", on=make.today(), by=make.BY, at=make.now())
    assert refusal.value.code == "file_other"


def test_the_command_and_the_office_tell_the_same(
    db: None,
    tmp_path: Path,
    clerk: Account,
    signed_in: SignIn,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")
    content = "\n".join([HEADER, row(), row("K-2", telefon="1")]).encode()
    (tmp_path / "w.csv").write_bytes(content)
    call_command("import_applications", str(tmp_path / "w.csv"), "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["created"], answer["rejected"], answer["errors"][0]["line"]) == (1, 1, 3)
    upload = {"file": SimpleUploadedFile("w.csv", content), "source": "arkusz", "is_checked": "on"}
    page = signed_in(clerk).post(reverse("admin:consents_importedpaper_add"), upload).content.decode()
    assert "wiersz 3" in page
    assert "telefon" in page
    assert ConsentApplication.objects.count() == 1
