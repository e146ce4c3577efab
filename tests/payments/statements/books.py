"""Helpers of the tests of statements: a file imported, the sums of the books."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from liabilities.models import LedgerEntry
from payments.formats.profiles import BankProfile
from payments.models import BankEntry
from payments.statements import FileReport, import_statement
from tests import make
from tests.payments.statements.samples import DAY, Transfer, mt940, profile_named

BANK = profile_named("Santander")


def bring(content: bytes, *, name: str = "wyciag.sta", form: str = "auto") -> FileReport:
    """Import a file of these bytes."""
    return import_statement(io.BytesIO(content), name=name, form=form, by=make.BY, at=make.now())


def statement(
    *transfers: Transfer, number: str = "1", opening: str = "0.00", on: date = DAY, profile: BankProfile = BANK
) -> FileReport:
    """Import a statement of these transfers."""
    return bring(mt940(profile, transfers, number=number, opening=opening, on=on))  # type: ignore[arg-type]


def entries() -> Sequence[BankEntry]:
    """Every entry, in order."""
    return list(BankEntry.objects.order_by("pk").select_related("payer"))


def states() -> list[str]:
    """The states of all entries, in order."""
    return [entry.state for entry in entries()]


def in_ledger(reference_start: str = "bank:") -> Decimal:
    """What the ledger says was paid by statements, in złoty."""
    paid = LedgerEntry.objects.filter(kind="payment", reference__startswith=reference_start)
    return -(paid.aggregate(total=Sum("amount"))["total"] or Decimal("0.00"))
