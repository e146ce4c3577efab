"""Exports of postings as the API tells them, and the answers of the finance system as the API reads them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.actor import Actor
from core.errors import Refused
from core.money import to_grosze
from liabilities.models import ApiToken, PostingExport
from liabilities.posting_export import LineAnswer, acknowledge, signed_export
from liabilities.posting_files import shown_moment

MOST_LISTED = 100
LONGEST_REFERENCE, LONGEST_ANSWER = 60, 200
MEND = "Zobacz opis API: /api/v1/openapi.json."


def listed(after: int) -> dict[str, Any]:
    """Signed exports after that number, the first ones first."""
    rows = PostingExport.objects.filter(signed_at__isnull=False, number__gt=after).defer("csv", "xml")
    return {"exports": [_told(one) for one in rows.order_by("number")[:MOST_LISTED]]}


def _told(export: PostingExport) -> dict[str, Any]:
    return {
        "number": export.number,
        "until": shown_moment(export.until),
        "rows": export.entries,
        "sum_gr": to_grosze(export.total),
        "csv_sha256": export.csv_sha256,
        "xml_sha256": export.xml_sha256,
        "signed_at": shown_moment(export.signed_at) if export.signed_at else None,
        "acknowledged_at": shown_moment(export.acknowledged_at) if export.acknowledged_at else None,
    }


def file_of(number: int, form: str) -> tuple[bytes, str, str]:
    """A signed export as `csv` or `xml`: its bytes, media type and SHA-256. Raises Refused `no_such_export`,
    `format_unknown`.
    """
    export = signed_export(number)
    if form == "csv":
        return bytes(export.csv), "text/csv; charset=utf-8", export.csv_sha256
    if form == "xml":
        return bytes(export.xml), "application/xml", export.xml_sha256
    raise Refused("format_unknown", "Eksport jest w formatach csv i xml.", mend=MEND)


def take_answers(token: ApiToken, number: int, raw: bytes, *, at: datetime) -> dict[str, Any]:
    """Keep what the request *raw* says of an export's lines. Raises Refused `body_unreadable`, and as `acknowledge`."""
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused("body_unreadable", "Treść żądania nie jest poprawnym JSON-em w UTF-8.", mend=MEND) from error
    lines = said.get("lines") if isinstance(said, dict) else None
    if not isinstance(lines, list) or not lines:
        raise Refused("body_unreadable", "Treść żądania to obiekt JSON z listą „lines”.", mend=MEND)
    export = acknowledge(number, [_answer(one) for one in lines], by=Actor(name=f"API: {token.name}"), at=at)
    refused = export.lines.filter(is_accepted=False).order_by("line").values_list("line", flat=True)
    return {
        **_told(export),
        "waiting": export.lines.filter(is_accepted__isnull=True).count(),
        "refused": list(refused[:1_000]),
    }


def _answer(said: Any) -> LineAnswer:
    if not isinstance(said, Mapping):
        raise Refused("body_unreadable", "Każdy element „lines” to obiekt.", mend=MEND)
    line, taken = said.get("line"), said.get("accepted")
    reference, answer = said.get("reference") or "", said.get("reason") or ""
    is_right = (
        isinstance(line, int)
        and not isinstance(line, bool)
        and isinstance(taken, bool)
        and isinstance(reference, str)
        and isinstance(answer, str)
        and len(reference) <= LONGEST_REFERENCE
        and (not taken or reference)
        and (taken or answer)
    )
    if not is_right:
        raise Refused(
            "body_unreadable",
            "Wiersz odpowiedzi ma „line” i „accepted”, przyjęty „reference” (do 60 znaków), odrzucony „reason”.",
            mend=MEND,
        )
    return LineAnswer(int(line or 0), bool(taken), str(reference), str(answer)[:LONGEST_ANSWER])
