"""Dues by the API: who may send them, what comes back of each row, and that nothing is applied twice."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from core.actor import Actor
from core.models import AuditEntry
from liabilities.api_tokens import make_token, revoke_token
from liabilities.models import ApiAnswer, ApiToken, ImportRun, Instalment, LedgerEntry
from liabilities.openapi import document
from residents.models import Account
from tests import make

pytestmark = pytest.mark.django_db
URL = "/api/v1/dues/"
NUMBER = make.pesel(5)


@pytest.fixture
def token(treasurer: Account) -> tuple[ApiToken, str]:
    """A token of the finance system «fk»."""
    by = Actor(name="Tomasz Skarbnik", account_id=treasurer.pk)
    return make_token(name="FK", source="fk", by=by, at=make.now())


def due(key: str = "A-1", **extra: object) -> dict[str, object]:
    """One row of the neutral exchange."""
    return {
        "external_id": key,
        "version": 1,
        "pesel": NUMBER.value,
        "name": "Anna Nowak",
        "account_no": make.ACCOUNT,
        "kind_code": "PODATEK_NIERUCHOMOSCI_OF",
        "regime": "tax",
        "tax_year": make.today().year,
        "instalment_no": 1,
        "principal_gr": 10_000,
        "due_date": f"{make.today().year}-09-15",
        "title": "Podatek od nieruchomości",
        **extra,
    }


def send(
    text: str, *rows: object, key: str = "1", body: Mapping[str, object] | None = None, **headers: str
) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    """POST rows; status, body, headers."""
    answer = Client().post(
        URL,
        json.dumps({"rows": list(rows), **(body or {})}),
        content_type=headers.pop("content_type", "application/json"),
        headers={"Authorization": f"Bearer {text}", "Idempotency-Key": key, **headers},
    )
    return answer.status_code, answer.json(), answer.headers


def test_each_row_says_what_came_of_it(token: tuple[ApiToken, str]) -> None:
    send(token[1], due("A-1"), due("A-2", instalment_no=2))
    status, body, _ = send(
        token[1],
        due("A-1"),
        due("A-2", instalment_no=2, version=2, principal_gr=12_000),
        due("A-3", instalment_no=3),
        due("A-4", principal_gr="12,50", pesel="80051700000"),
        "nie obiekt",
        key="2",
    )
    assert (status, body["accepted"], body["rejected"]) == (201, 3, 2)
    assert [one["outcome"] for one in body["results"]] == ["unchanged", "updated", "created", "rejected", "rejected"]
    assert [error["field"] for error in body["results"][3]["errors"]] == ["pesel|nip|regon", "principal_gr"]
    assert "80051700000" not in json.dumps(body)
    assert (make.instalment("A-2").assessed, make.instalment("A-2").version) == (make.pln("120.00"), 2)
    assert ImportRun.objects.get(pk=body["run"]).source == "fk"


def test_the_same_request_again_gets_the_same_answer_and_does_nothing(token: tuple[ApiToken, str]) -> None:
    first = send(token[1], due(paid_gr=4_000))
    entries = LedgerEntry.objects.count()
    again = send(token[1], due(paid_gr=4_000))
    assert (again[0], again[1]) == first[:2]
    assert again[2]["Idempotent-Replayed"] == "true"
    assert (LedgerEntry.objects.count(), ImportRun.objects.count(), ApiAnswer.objects.count()) == (entries, 1, 1)


def test_a_key_of_another_request_is_refused(token: tuple[ApiToken, str]) -> None:
    send(token[1], due())
    status, body, _ = send(token[1], due(principal_gr=1))
    assert (status, body["code"]) == (422, "key_reused")
    assert make.instalment().assessed == make.pln("100.00")


@pytest.mark.parametrize("text", ["", "spm_zmyslony", "nie po ascii: ż"])
def test_without_a_token_in_force_nothing_is_read(text: str) -> None:
    answer = Client().post(URL, "{}", content_type="application/json", headers={"Authorization": f"Bearer {text}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_opens_nothing_and_both_steps_are_recorded(token: tuple[ApiToken, str]) -> None:
    made, text = token
    assert text not in made.token_sha256
    assert revoke_token(made, by=make.BY, at=make.now())
    assert not revoke_token(made, by=make.BY, at=make.now())
    assert send(text, due())[0] == 401
    verbs = ["make_api_token", "revoke_api_token"]
    assert list(AuditEntry.objects.filter(verb__in=verbs).order_by("pk").values_list("verb", flat=True)) == verbs


def test_its_last_use_is_noted(token: tuple[ApiToken, str]) -> None:
    send(token[1], due())
    token[0].refresh_from_db()
    assert token[0].last_used_at is not None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"rows": []}, "body_unreadable"),
        ({"rows": {}}, "body_unreadable"),
        ({"control": {"rows": 2}}, "control_rows"),
        ({"control": {"sum_gr": 9_999}}, "control_sum"),
        ({"control": {"rows": "dwa"}}, "control_unreadable"),
        ({"control": [1]}, "body_unreadable"),
        ({"as_of": "2026-03-15T18:00:00"}, "control_unreadable"),
        ({"as_of": "2099-03-15T18:00:00+01:00"}, "as_of_future"),
        ({"kind": "wszystko"}, "control_unreadable"),
    ],
)
def test_what_is_refused_whole_changes_nothing(token: tuple[ApiToken, str], body: dict[str, object], code: str) -> None:
    status, told, _ = send(token[1], due(), body=body)
    assert (status in {400, 422}, told["code"]) == (True, code)
    assert (Instalment.objects.count(), ImportRun.objects.count(), ApiAnswer.objects.count()) == (0, 0, 0)


def test_a_request_without_a_key_or_of_another_kind_is_refused(token: tuple[ApiToken, str]) -> None:
    assert send(token[1], due(), key="")[1]["code"] == "key_unusable"
    assert send(token[1], due(), content_type="text/plain")[0] == 415
    headers = {"Authorization": f"Bearer {token[1]}", "Idempotency-Key": "x"}
    broken = Client().post(URL, b'{"rows": [', content_type="application/json", headers=headers)
    assert (broken.status_code, broken.json()["code"]) == (400, "body_unreadable")


def test_too_much_at_once_is_refused(token: tuple[ApiToken, str], settings: Settings) -> None:
    assert send(token[1], *[{}] * 5_001)[1]["code"] == "rows_too_many"
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert send(token[1], due())[0] == 413


def test_too_many_requests_are_told_when_to_come_again(token: tuple[ApiToken, str], settings: Settings) -> None:
    settings.SIGN_IN_THROTTLES = {"api_by_token": (1, 60)}
    assert send(token[1], due())[0] == 201
    status, body, headers = send(token[1], due(), key="2")
    assert (status, body["code"], headers["Retry-After"]) == (429, "too_many", "60")


def test_the_description_is_served_and_names_what_the_answers_hold(token: tuple[ApiToken, str]) -> None:
    served = Client().get("/api/v1/openapi.json").json()
    assert served == document()
    assert served["openapi"].startswith("3.1")
    report = served["components"]["schemas"]["Report"]
    body = send(token[1], due())[1]
    assert set(body) == set(report["properties"]) == set(report["required"])
    assert set(body["results"][0]) == set(served["components"]["schemas"]["Result"]["properties"])
    assert set(due()) <= set(served["components"]["schemas"]["Row"]["properties"])
