"""A payer, dues and clerks' verbs in few words, for the tests of the ledger."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

from liabilities.actions import PaymentPart, post_payment
from liabilities.models import Fee, FeeKind, Instalment, LedgerEntry
from liabilities.posting import Posting
from liabilities.queries import OpenDue, seen_on
from liabilities.reliefs import Ruling
from liabilities.set_off import SetOff, set_off_credit
from liabilities.set_off_rules import Ground
from tests import make

NUMBER = make.pesel(5)
KNOWN = datetime(2026, 1, 2, tzinfo=UTC)
TERM = date(2026, 1, 15)
TAX = "PODATEK_NIERUCHOMOSCI_OF"


def moment(day: date) -> datetime:
    """Ten o'clock of a day."""
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)


def due(key: str = "A-1", *, amount: str = "1000,00", due_on: date = TERM, kind: str = TAX) -> Instalment:
    """A due of the payer's as the finance system told of it."""
    make.dues(make.row(NUMBER, key=key, amount=amount, due_on=due_on, kind=kind, title=key), as_of=KNOWN)
    return make.instalment(key)


def pay(instalment: Instalment, amount: str, *, on: date, reference: str = "") -> Posting:
    """A payment of one due."""
    return post_payment(
        payer_id=instalment.liability.payer_id,
        parts=[PaymentPart(instalment.pk, Decimal(amount))],
        value_on=on,
        reference=reference or f"payment:{uuid4()}",
        by=make.BY,
        at=moment(on),
    )


def set_off(instalment: Instalment, *, of: str | None, ground: Ground, on: date, amount: str = "") -> Posting:
    """The credit from a kind of due pays a due."""
    wanted = SetOff(
        payer_id=instalment.liability.payer_id,
        due_kind=of,
        instalment_ids=[instalment.pk],
        ground=ground,
        document="FN.3120.7.2026",
        key=str(uuid4()),
        amount=Decimal(amount) if amount else None,
    )
    return set_off_credit(wanted, on=on, by=make.BY, at=moment(on))


def ruling(on: date, *, number: str = "", applied_on: date | None = None) -> Ruling:
    """A decision of a day."""
    return Ruling(number or f"FN.{uuid4().hex[:8]}", on, applied_on, "trudna sytuacja")


def seen(instalment: Instalment, *, on: date) -> OpenDue:
    """The due as its payer sees it on a day."""
    fresh = Instalment.objects.select_related("liability__kind", "decision").get(pk=instalment.pk)
    return seen_on([fresh], on=on)[0]


def council_resolved_a_fee(percent: int = 50) -> None:
    """The council brought in a prolongation fee."""
    Fee.objects.create(kind=FeeKind.PROLONGATION_PERCENT, amount=Decimal(percent), source="uchwała XII/80/2019")


def total_of(payer_id: int) -> Decimal:
    """All that the ledger says of a payer."""
    return sum(LedgerEntry.objects.filter(payer_id=payer_id).values_list("amount", flat=True), Decimal(0))
