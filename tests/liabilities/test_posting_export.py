"""Postings for the finance system: once, without gaps, signed, the same bytes; its answers; and the circle back."""

import csv
import hashlib
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from lxml import etree

from core.actor import Actor
from core.errors import Refused
from liabilities.actions import PaymentPart, post_payment
from liabilities.api_tokens import make_token
from liabilities.importing import import_dues
from liabilities.models import LedgerEntry, PostingExport, PostingLine, TokenScope
from liabilities.posting_export import LineAnswer, acknowledge, make_export, sign_export
from liabilities.queries import unproven_instalments
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.fixture
def payer() -> Payer:
    """Anna owes 100 zł to the source «fk»."""
    make.dues(make.row(make.pesel(1), key="ANNA-1"), source="fk", as_of=make.now() - timedelta(days=2))
    return Payer.objects.get(name="Anna Nowak")


def _pay(payer: Payer, amount: str, reference: str, at: Any = None) -> None:
    part = PaymentPart(make.instalment("ANNA-1").pk, make.pln(amount))
    moment = at or make.now()
    post_payment(
        payer_id=payer.pk, parts=[part], value_on=timezone.localdate(moment), reference=reference, by=make.BY, at=moment
    )


def _bearer(who: Account, scope: TokenScope = TokenScope.POSTINGS) -> dict[str, str]:
    by = Actor(name="Tomasz", account_id=who.pk)
    return {"Authorization": f"Bearer {make_token(name='FK', source='fk', by=by, at=make.now(), scope=scope)[1]}"}


def test_each_posting_goes_once_into_files_that_never_change(payer: Payer, treasurer: Account) -> None:
    with pytest.raises(Refused):
        make_export(by=make.BY, at=make.now())  # what came by the import never goes back
    _pay(payer, "30.00", "payment:1")
    first = make_export(by=make.BY, at=make.now())
    _pay(payer, "80.00", "payment:2")
    second = make_export(by=make.BY, at=make.now())
    assert [first.number, second.number] == [1, 2]
    rows = list(csv.DictReader(io.StringIO(bytes(second.csv).decode()), delimiter=";"))
    assert [(row["account"], row["amount"], row["external_id"]) for row in rows] == [
        ("principal", "-70.00", "ANNA-1"),
        ("credit", "-10.00", ""),
    ]
    assert {row["way"] for row in rows} == {"other"}  # no such payment in the floor above
    assert {row["payer"] for row in rows} == {f"P-{payer.pk:06d}"}
    assert "Nowak" not in bytes(second.csv).decode()
    root = etree.fromstring(bytes(second.xml))
    assert [one.get("entry") for one in root] == [row["entry"] for row in rows]
    assert (root.get("sum"), root.get("rows")) == ("-80.00", "2")
    kept = PostingExport.objects.get(number=2)
    assert kept.csv_sha256 == hashlib.sha256(bytes(kept.csv)).hexdigest()
    assert PostingLine.objects.count() == LedgerEntry.objects.exclude(reference__startswith="import:").count() == 3
    for forbidden in ({"total": 1}, {"number": 7}, {"csv": b"x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PostingExport.objects.filter(number=2).update(**forbidden)
    with pytest.raises(DatabaseError), transaction.atomic():
        PostingExport.objects.create(
            number=9, until=make.now(), entries=1, total=1, csv=b"", xml=b"", csv_sha256="", xml_sha256=""
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        kept.delete()


def test_only_what_was_signed_is_given_out_and_its_answers_are_kept(
    payer: Payer, treasurer: Account, client: Client
) -> None:
    _pay(payer, "120.00", "payment:1")
    export = make_export(by=make.BY, at=make.now())
    bearer = _bearer(treasurer)
    assert client.get("/api/v1/postings/").status_code == 401
    wrong = _bearer(treasurer, TokenScope.DUES_WRITE)
    assert client.get("/api/v1/postings/", headers=wrong).status_code == 403
    assert client.get("/api/v1/postings/1/", headers=bearer).status_code == 404
    sign_export(1, by=Actor(name="Tomasz", account_id=treasurer.pk), at=make.now())
    listed = client.get("/api/v1/postings/", headers=bearer).json()["exports"]
    assert [(one["number"], one["rows"], one["sum_gr"]) for one in listed] == [(1, 2, -12000)]
    files = [client.get("/api/v1/postings/1/", headers=bearer).content for _ in range(2)]
    assert files[0] == files[1] == bytes(export.csv)
    marked = client.get("/api/v1/postings/1/?format=xml", headers=bearer)
    assert marked.headers["X-Content-SHA256"] == hashlib.sha256(marked.content).hexdigest()

    def answer(*lines: dict[str, Any]) -> Any:
        body = json.dumps({"lines": list(lines)})
        path = "/api/v1/postings/1/ack/"
        return client.post(path, body, content_type="application/json", headers=bearer)

    taken = {"line": 1, "accepted": True, "reference": "FK/1/2026"}
    told = answer(taken, {"line": 2, "accepted": False, "reason": "brak konta"}).json()
    assert (told["refused"], told["waiting"], told["acknowledged_at"]) == ([2], 0, None)
    assert answer(taken).status_code == 200
    assert answer({**taken, "reference": "FK/2/2026"}).json()["code"] == "answered_otherwise"
    assert answer({"line": 3, "accepted": True, "reference": "x"}).json()["code"] == "no_such_line"
    for wrong_line in ({"line": 1}, {"line": True, "accepted": True, "reference": "x"}, {"line": 2, "accepted": True}):
        assert answer(wrong_line).status_code == 400
    assert answer({"line": 2, "accepted": True, "reference": "FK/3/2026"}).json()["acknowledged_at"]
    assert PostingLine.objects.get(line=2).reference == "FK/3/2026"
    for forbidden in ({"reference": "FK/4/2026"}, {"is_accepted": None, "answered_at": None}, {"line": 9}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PostingLine.objects.filter(line=2).update(**forbidden)


def test_what_the_source_says_it_booked_is_counted_once_when_it_comes_back(payer: Payer, treasurer: Account) -> None:
    _pay(payer, "30.00", "payment:1", at=make.now() - timedelta(hours=2))
    make_export(by=make.BY, at=make.now() - timedelta(hours=1))
    sign_export(1, by=Actor(name="Tomasz", account_id=treasurer.pk), at=make.now())
    _pay(payer, "20.00", "payment:2", at=make.now() - timedelta(minutes=30))

    def told(paid: str, control: str) -> None:
        row = make.row(make.pesel(1), key="ANNA-1", paid=paid)
        import_dues(
            f"{make.HEADER}\n{row}\n#control;{control}\n".encode(),
            file_name="dues.csv",
            source="fk",
            as_of=make.now(),
            on=make.today(),
            by=make.BY,
        )

    with pytest.raises(Refused, match="którego portal nie wydał"):
        told("30,00", "postings=2")
    told("30,00", "postings=1")  # it booked our first export, and not yet what was paid since
    assert make.instalment("ANNA-1").outstanding == make.pln("50.00")
    told("40,00", "postings=1")  # ten złoty at its own desk besides
    assert make.instalment("ANNA-1").outstanding == make.pln("40.00")
    make_export(by=make.BY, at=make.now())
    _pay(payer, "5.00", "payment:3", at=make.now() - timedelta(minutes=20))  # committed after an export, entered before
    make_export(by=make.BY, at=make.now())
    tomasz = Actor(name="Tomasz", account_id=treasurer.pk)
    with pytest.raises(Refused, match="Eksport 2 czeka na podpis"):
        sign_export(3, by=tomasz, at=make.now())
    sign_export(2, by=tomasz, at=make.now())
    acknowledge(2, [LineAnswer(1, is_accepted=False, reference="", answer="brak konta")], by=tomasz, at=make.now())
    told("40,00", "postings=2")  # what it refused it has not booked
    assert make.instalment("ANNA-1").outstanding == make.pln("35.00")
    acknowledge(2, [LineAnswer(1, is_accepted=True, reference="FK/9", answer="")], by=tomasz, at=make.now())
    told("60,00", "postings=2")  # and now it has
    assert make.instalment("ANNA-1").outstanding == make.pln("35.00")
    sign_export(3, by=tomasz, at=make.now())
    told("65,00", "postings=3")
    assert make.instalment("ANNA-1").outstanding == make.pln("35.00")
    assert unproven_instalments() == []


def test_the_treasurer_makes_signs_and_takes_an_export_away(
    payer: Payer, treasurer: Account, signed_in: SignIn
) -> None:
    _pay(payer, "30.00", "payment:1", at=make.now() - timedelta(hours=1))
    client = signed_in(treasurer)
    shown = client.post("/urzad/liabilities/postingexport/add/", follow=True).content.decode()
    assert "Eksport 1 jest gotowy" in shown
    export = PostingExport.objects.get()
    client.post(f"/urzad/liabilities/postingexport/{export.pk}/podpisz/")
    export.refresh_from_db()
    assert export.signed_by == treasurer
    taken = client.get(f"/urzad/liabilities/postingexport/{export.pk}/plik/csv/")
    assert taken.content == bytes(export.csv)
