"""Dues that a finance system sends by the API: checked, applied once for their key, answered row by row."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from core.actor import Actor
from core.errors import Refused
from liabilities.control_record import read_control
from liabilities.due_row import shown
from liabilities.dues_formats import SentRows
from liabilities.importing import HowToImport, ImportReport, import_dues, take_turn
from liabilities.models import ApiAnswer, ApiToken, ImportKind

MOST_ROWS = 5_000
LONGEST_KEY = 80
CREATED, OK = 201, 200
MEND = "Zobacz opis API: /api/v1/openapi.json."


@dataclass(frozen=True)
class Answer:
    """What is answered, and whether it was answered before."""

    status: int
    body: Mapping[str, Any]
    is_repeat: bool = False


def receive_dues(token: ApiToken, *, key: str, raw: bytes, on: date, at: datetime) -> Answer:
    """Apply the request *raw* of a finance system once for its *key*; the same request again gets the same answer.

    Raises Refused: `key_unusable`, `body_unreadable`, `rows_too_many`, `key_reused` (another request had it), and
    whatever import_dues refuses; nothing is applied then.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Refused(
            "key_unusable",
            f"Nagłówek Idempotency-Key to od 1 do {LONGEST_KEY} znaków ASCII, inne dla każdej nowej paczki.",
            mend=MEND,
        )
    digest = hashlib.sha256(raw).hexdigest()
    with transaction.atomic():
        take_turn(token.source, waits=False)
        if earlier := ApiAnswer.objects.filter(token=token, key=key).first():
            if earlier.request_sha256 != digest:
                raise Refused("key_reused", "Ten Idempotency-Key miało już inne żądanie.", mend="Nadaj nowy klucz.")
            return Answer(earlier.status, earlier.body, is_repeat=True)
        body = _apply(token, _parsed(raw), digest, on=on, at=at)
        status = CREATED if body["created"] else OK
        ApiAnswer.objects.create(token=token, key=key, request_sha256=digest, status=status, body=body, answered_at=at)
    return Answer(status, body)


def _parsed(raw: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused("body_unreadable", "Treść żądania nie jest poprawnym JSON-em w UTF-8.", mend=MEND) from error
    if not isinstance(said, dict) or not isinstance(said.get("rows"), list):
        raise Refused("body_unreadable", "Treść żądania to obiekt JSON z listą „rows”.", mend=MEND)
    if len(said["rows"]) > MOST_ROWS:
        raise Refused("rows_too_many", f"Najwyżej {MOST_ROWS} wierszy na raz.", mend="Podziel je na kilka żądań.")
    if not said["rows"]:
        raise Refused("body_unreadable", "Lista „rows” jest pusta.", mend=MEND)
    return said


def _apply(token: ApiToken, said: Mapping[str, Any], digest: str, *, on: date, at: datetime) -> dict[str, Any]:
    stated = {name: said[name] for name in ("as_of", "posted_until", "postings", "kind") if said.get(name) is not None}
    own = said.get("control") or {}
    if not isinstance(own, dict) or any(isinstance(value, dict | list) for value in (*stated.values(), *own.values())):
        raise Refused(
            "body_unreadable", "Pola „as_of”, „posted_until”, „kind” i „control” mają zły kształt.", mend=MEND
        )
    control = read_control({name: str(value) for name, value in {**own, **stated}.items() if name != "sha256"})
    report = import_dues(
        SentRows(said["rows"], control, sha256=digest),
        file_name="API",
        source=token.source,
        as_of=control.as_of or at,
        on=on,
        at=at,
        by=Actor(name=f"API: {token.name}"),
        how=HowToImport(
            kind=ImportKind.DELTA, keys_changed=said.get("keys_changed") is True, waits=False, tells_rows=True
        ),
    )
    return _told(said["rows"], report)


def _told(rows: list[Any], report: ImportReport) -> dict[str, Any]:
    errors: dict[int, list[dict[str, str]]] = {}
    for error in report.errors:
        told = {"field": error.column, "value": error.value, "message": error.message}
        errors.setdefault(error.line, []).append(told)
    results = []
    for number, row in enumerate(rows, start=1):
        key = row.get("external_id") if isinstance(row, dict) else None
        outcome = "rejected" if number in errors else report.outcomes.get(number, "unchanged")
        results.append(
            {
                "row": number,
                "external_id": shown("id", key) if isinstance(key, str) else None,
                "outcome": outcome,
                "errors": errors.get(number, []),
            }
        )
    return {
        "run": report.run_id,
        "rows": report.rows,
        "accepted": report.accepted,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "missing": report.missing,
        "results": results,
    }
