"""A finance system of a small town, for tests: what it assessed and took at its desk, and the files that it writes.

It hears of what was entered in the portal only when it takes that over, as a real one does, and tells the whole back.
"""

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.money import to_grosze
from liabilities.models import LedgerEntry, PostingExport
from residents.identity import IdentityNumber
from tests.make import ACCOUNT

SOURCE = "fk"


@dataclass
class Due:
    """A line of its books, in złoty. `waived` and `paid_here` are what it has heard of the portal."""

    key: str
    number: IdentityNumber
    name: str
    kind: str
    term: date
    assessed: Decimal
    title: str = "Należność za rok 2026"
    desk: Decimal = Decimal(0)
    waived: Decimal = Decimal(0)
    paid_here: Decimal = Decimal(0)
    version: int = 1
    is_annulled: bool = False

    @property
    def amount(self) -> Decimal:
        """What is assessed by now."""
        return self.assessed - self.waived

    @property
    def paid(self) -> Decimal:
        """What it counts as paid; what exceeds the due it keeps elsewhere."""
        return min(self.amount, self.desk + self.paid_here)

    def row(self) -> dict[str, object]:
        """The line in the neutral exchange."""
        return {
            "external_id": self.key,
            "version": self.version,
            "pesel": self.number.value,
            "name": self.name,
            "kind_code": self.kind,
            "title": self.title,
            "tax_year": 2026,
            "instalment_no": 1,
            "due_date": self.term.isoformat(),
            "principal_gr": to_grosze(self.amount),
            "paid_gr": to_grosze(self.paid),
            "account_no": ACCOUNT,
            "status": "ANNULLED" if self.is_annulled else "ACTIVE",
            "decision_no": f"FN.3120.{self.key}.2026",
        }


class FinanceSystem:
    """Its books, which rows changed since its last file, and how far it has heard of the portal."""

    def __init__(self) -> None:
        self.dues: dict[str, Due] = {}
        self._fresh: dict[str, None] = {}
        self._heard: set[int] = set()
        self._until: datetime | None = None
        self._postings = 0
        self._refused: dict[tuple[int, int], dict[str, str]] = {}

    def assess(self, due: Due) -> None:
        """A new due."""
        self.dues[due.key] = due
        self._fresh[due.key] = None

    def touch(self, key: str) -> Due:
        """A due that is about to change."""
        self._fresh[key] = None
        due = self.dues[key]
        due.version += 1
        return due

    def take_over(self, *, until: datetime) -> None:
        """Hear of the principal that the portal entered by then; it forgets nothing and hears nothing twice."""
        self._until = until
        entries = LedgerEntry.objects.filter(
            account="principal", instalment__source=SOURCE, booked_at__lte=until
        ).exclude(reference__startswith="import:")
        for entry in entries.exclude(pk__in=self._heard).select_related("instalment", "reverses"):
            assert entry.instalment is not None
            self._hear(entry.instalment.external_id, (entry.reverses or entry).kind, entry.amount)
            self._heard.add(entry.pk)

    def _hear(self, key: str, kind: str, amount: Decimal) -> None:
        due = self.touch(key)
        if kind in {"payment", "set_off"}:
            due.paid_here -= amount
        else:
            due.waived -= amount

    def take_export(self, export: PostingExport, *, refuses: int | None) -> bool:
        """Book the lines of an export of postings but for one that it refuses; whether there is such a line."""
        self._postings = export.number
        for row in csv.DictReader(io.StringIO(bytes(export.csv).decode()), delimiter=";"):
            if int(row["line"]) == refuses:
                self._refused[export.number, refuses] = row
            else:
                self._book(row)
        return (export.number, refuses) in self._refused

    def take_refused(self) -> list[tuple[int, int]]:
        """Book what it refused before; the exports and lines."""
        taken, self._refused = self._refused, {}
        for row in taken.values():
            self._book(row)
        return list(taken)

    def _book(self, row: Mapping[str, str]) -> None:
        if row["account"] == "principal" and row["source"] == SOURCE:
            of = LedgerEntry.objects.get(pk=int(row["reverses"] or row["entry"]))
            self._hear(row["external_id"], of.kind, Decimal(row["amount"]))

    def file(self, *, as_of: datetime, full: bool, as_lines: bool) -> bytes:
        """What it knows: every due, or those that changed since its last file; with a control record.

        Only JSON Lines say how far it heard of the portal: by which moment, or which exports of postings it booked.
        """
        rows = [due.row() for due in (self.dues.values() if full else map(self.dues.__getitem__, self._fresh))]
        self._fresh = {}
        kind = "full" if full else "delta"
        control = {"rows": len(rows), "sum_gr": sum(int(str(row["principal_gr"])) for row in rows), "kind": kind}
        names = list(next(iter(self.dues.values())).row())
        if as_lines and rows:
            body = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
            record = {**control, "as_of": as_of.isoformat(), "sha256": hashlib.sha256(body).hexdigest()}
            if self._until is not None:
                record["posted_until"] = self._until.isoformat()
            if self._postings:
                record["postings"] = self._postings
            return body + json.dumps({"control": record}).encode()
        lines = [";".join(names), *(";".join(str(cell) for cell in row.values()) for row in rows)]
        body = ("\n".join(lines) + "\n").encode()
        told = {**control, "as_of": as_of.isoformat(), "sha256": hashlib.sha256(body).hexdigest()}
        return body + ";".join(["#control", *(f"{name}={value}" for name, value in told.items())]).encode()
