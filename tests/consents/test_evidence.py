"""The chain of evidence: what is accepted or withdrawn is linked, and any touch of it is found."""

import hashlib
import io
import json
import threading
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import InternalError, connection, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from consents import clause
from consents.actions import accept_application, reject_application, withdraw_consent
from consents.evidence import prove_evidence
from consents.models import ConsentApplication, EvidenceLink, Withdrawal
from core.models import AuditEntry
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.consents import papers


@pytest.fixture
def chain(db: None) -> list[EvidenceLink]:
    """Two accepted papers, one with a scan, and a withdrawal between them."""
    first = papers.accept(papers.register(scan=papers.scan()))
    withdraw(first)
    papers.accept(papers.register(choices=[papers.WASTE_SMS, papers.WASTE_EMAIL]))
    return list(EvidenceLink.objects.order_by("number"))


def withdraw(application: ConsentApplication) -> None:
    """Take the waste messages by SMS back."""
    withdraw_consent(
        application.payer_id, topic="waste", channel="sms", way="portal", evidence={}, by=make.BY, at=make.now()
    )


def by_force(statement: str, *values: object) -> None:
    """What somebody with the database's password could do: no trigger stops them."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = DEFAULT")


def faults() -> list[str]:
    """What the proof finds."""
    return prove_evidence().faults


def test_each_link_holds_the_hash_of_the_one_before(chain: list[EvidenceLink]) -> None:
    assert [link.number for link in chain] == [1, 2, 3]
    assert [link.previous_hash for link in chain] == ["", chain[0].hash, chain[1].hash]
    again = hashlib.sha256(f"3\n{chain[1].hash}\n{chain[2].content_sha256}".encode()).hexdigest()
    assert chain[2].hash == again
    proof = prove_evidence()
    assert (proof.faults, proof.links, proof.scans, proof.head) == ([], 3, 1, chain[2].hash)


def test_drafts_and_rejected_papers_are_not_in_the_chain(chain: list[EvidenceLink]) -> None:
    papers.register()
    reject_application(papers.register(), reason="brak podpisu", by=make.BY, at=make.now())
    assert (faults(), EvidenceLink.objects.count()) == ([], 3)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consents_consentapplication SET name = 'X' WHERE state = 'accepted'",
        "DELETE FROM consents_consentapplication WHERE state = 'accepted'",
        "UPDATE consents_applicationchoice SET channel = 'voice'",
        "UPDATE consents_withdrawal SET channel = 'email'",
        "DELETE FROM consents_withdrawal",
        "UPDATE consents_evidencelink SET hash = 'x'",
        "DELETE FROM consents_evidencelink",
    ],
)
def test_the_database_refuses_to_touch_evidence(chain: list[EvidenceLink], statement: str) -> None:
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert faults() == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE consents_consentapplication SET name = 'Ktoś' WHERE id = %s", "ogniwo nr 1: zmieniono wniosek"),
        ("UPDATE consents_consentapplication SET phone = '' WHERE id = %s", "ogniwo nr 1: zmieniono wniosek"),
        ("UPDATE consents_consentapplication SET signed_on = signed_on - 1 WHERE id = %s", "zmieniono wniosek"),
        ("UPDATE consents_consentapplication SET clause_version = '2026-1' WHERE id = %s", "zmieniono wniosek"),
        ("DELETE FROM consents_applicationchoice WHERE application_id = %s", "ogniwo nr 1: zmieniono wniosek"),
        ("DELETE FROM consents_consentapplication WHERE id = %s", "ogniwo nr 1: usunięto to, czego dotyczy"),
        ("DELETE FROM consents_evidencelink WHERE application_id = %s", "brakuje ogniwa"),
        ("UPDATE consents_evidencelink SET content_sha256 = 'x' WHERE application_id = %s", "skrót się nie zgadza"),
    ],
)
def test_what_was_altered_or_removed_by_force_is_found(chain: list[EvidenceLink], statement: str, words: str) -> None:
    by_force(statement, chain[0].application_id)
    assert words in "; ".join(faults())
    connection.check_constraints = lambda *_: None  # type: ignore[method-assign]  # a broken world, on purpose


def test_the_end_of_the_chain_cut_off_is_found_in_the_audit(chain: list[EvidenceLink]) -> None:
    by_force("DELETE FROM consents_evidencelink WHERE number = 3")
    by_force("DELETE FROM consents_applicationchoice WHERE application_id = %s", chain[2].application_id)
    by_force("DELETE FROM consents_consent WHERE application_id = %s", chain[2].application_id)
    by_force("DELETE FROM consents_consentapplication WHERE id = %s", chain[2].application_id)
    assert faults() == ["ogniwo nr 3: dziennik zdarzeń zna inne albo ogniwo usunięto"]


def test_a_chain_made_anew_differs_from_a_printed_confirmation(chain: list[EvidenceLink]) -> None:
    by_force("DELETE FROM core_auditentry")
    assert prove_evidence(expected=(3, chain[2].hash)).faults == []
    assert prove_evidence(expected=(3, "0" * 64)).faults == ["ogniwo nr 3: podany wydruk zna inne albo ogniwo usunięto"]


def test_an_accepted_paper_slipped_in_is_found(chain: list[EvidenceLink]) -> None:
    draft = papers.register()
    by_force("UPDATE consents_consentapplication SET state = 'accepted', decided_at = now() WHERE id = %s", draft.pk)
    assert faults() == [f"wniosek nr {draft.pk}: przyjęty, a nie ma go w łańcuchu"]


def test_a_scan_changed_or_lost_is_found(chain: list[EvidenceLink], settings: Settings) -> None:
    scan = ConsentApplication.objects.exclude(scan="").get().scan
    with scan.storage.open(scan.name, "wb") as file:
        file.write(b"%PDF another")
    assert "skan" in faults()[0]
    scan.storage.delete(scan.name)
    assert "zmieniono lub usunięto" in faults()[0]
    assert prove_evidence(with_scans=False).faults == []


def test_the_command_proves_and_names_what_is_broken(
    chain: list[EvidenceLink], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_evidence", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told == {"links": 3, "scans": 1, "head": chain[2].hash, "faults": []}
    call_command("verify_evidence", "--link", f"2:{chain[1].hash}", "--no-scans")
    assert f"Ostatnie ogniwo: 3:{chain[2].hash}" in capsys.readouterr().out
    by_force("UPDATE consents_withdrawal SET channel = 'email'")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_evidence", "--json")
    assert ended.value.code == 2
    told = json.loads(capsys.readouterr().out)
    assert told["error"] == "evidence_broken"
    assert "ogniwo nr 2: zmieniono wycofanie zgody" in told["message"]


@pytest.mark.parametrize("link", ["x", "1", "1:abc", f"-1:{'0' * 64}"])
def test_a_link_that_cannot_be_read_is_refused(
    chain: list[EvidenceLink], link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("verify_evidence", f"--link={link}")
    assert ended.value.code == 2
    assert "to nie jest ogniwo" in capsys.readouterr().err


def test_the_audit_names_each_link(chain: list[EvidenceLink]) -> None:
    entries = AuditEntry.objects.filter(details__has_key="link").order_by("pk").values_list("details", flat=True)
    assert [(one["link"], one["hash"]) for one in entries] == [(link.number, link.hash) for link in chain]


def _text(pdf: bytes) -> str:
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(words.replace("\xa0", " ").split())


def test_the_confirmation_shows_what_holds_and_all_the_evidence(
    anna: Account, anna_payer: Payer, clerk: Account, signed_in: SignIn
) -> None:
    scanned = papers.accept(papers.register(scan=papers.scan(), signed_on=make.today()))
    withdraw(scanned)
    mine = signed_in(anna).get(reverse("consents:confirmation"))
    office = signed_in(clerk).get(reverse("admin:consents_application_confirmation", args=[scanned.pk]))
    for answer in (mine, office):
        assert answer["Content-Type"] == "application/pdf"
        shown = _text(answer.content)
        assert "Nie obowiązuje żadna zgoda." in shown
        assert f"Wniosek nr {scanned.pk}" in shown
        assert "w portalu" in shown
        joined = shown.replace(" ", "")
        assert scanned.scan_sha256 in joined
        for link in EvidenceLink.objects.all():
            assert link.hash in joined
        assert clause.TEXT.replace("\xa0", "").replace(" ", "") in joined
        assert anna_payer.pesel not in joined
        assert "/StructTreeRoot" in PdfReader(io.BytesIO(answer.content)).trailer["/Root"]


def test_another_residents_confirmation_is_out_of_reach(signed_in: SignIn, obcy: Account, anna_payer: Payer) -> None:
    shown = _text(signed_in(obcy).get(reverse("consents:confirmation")).content)
    assert "Anna Nowak" not in shown
    assert Client().get(reverse("consents:confirmation")).status_code == 302


def _at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Run *works* each in a thread with a connection of its own; what they raised."""
    raised: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def test_acceptances_at_once_make_one_chain_without_gap(transactional_db: None) -> None:
    drafts = [papers.register(make.pesel(serial), name=f"Osoba {serial}") for serial in range(1, 9)]
    raised = _at_once(
        *(lambda draft=draft: accept_application(draft, by=make.BY, at=make.now()) for draft in drafts)  # type: ignore[misc]
    )
    assert raised == []
    assert (faults(), EvidenceLink.objects.count(), Withdrawal.objects.count()) == ([], 8, 0)
