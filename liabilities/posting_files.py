"""The files of an export of postings: CSV and XML of the same rows. Pure text and bytes."""

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal

from lxml import etree

NAMESPACE = "urn:spm:postings:1"


@dataclass(frozen=True)
class PostingRow:
    """One entry as the finance system is told of it; «» where there is none. `payer` is the number on its card."""

    line: int
    entry: int
    reference: str
    kind: str
    account: str
    source: str
    external_id: str
    payer: str
    due_kind: str
    way: str
    amount: str
    value_on: str
    booked_at: str
    reverses: str


COLUMNS = tuple(field.name for field in fields(PostingRow))


def shown_amount(amount: Decimal) -> str:
    """Złoty with a point and two places, a minus in front: «-123.45»."""
    return f"{amount:.2f}"


def shown_day(day: date) -> str:
    """«2026-03-15»."""
    return day.isoformat()


def shown_moment(moment: datetime) -> str:
    """UTC to the microsecond: the same moment is always the same text."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def csv_file(number: int, rows: Sequence[PostingRow]) -> bytes:
    """UTF-8, `;`, CRLF, a header; each row begins with the export's number."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["export", *COLUMNS])
    for row in rows:
        writer.writerow([number, *astuple(row)])
    return text.getvalue().encode()


def xml_file(number: int, rows: Sequence[PostingRow], *, until: datetime, total: Decimal) -> bytes:
    """The same rows as elements `posting`; the root tells number, moment, count and sum."""
    root = etree.Element(
        f"{{{NAMESPACE}}}postings",
        nsmap={None: NAMESPACE},
        attrib={
            "export": str(number),
            "until": shown_moment(until),
            "rows": str(len(rows)),
            "sum": shown_amount(total),
        },
    )
    for row in rows:
        values = {name: str(getattr(row, name)) for name in COLUMNS}
        etree.SubElement(root, f"{{{NAMESPACE}}}posting", attrib={name: said for name, said in values.items() if said})
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return made
