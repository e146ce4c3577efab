"""Reads of the ledger: open dues, balance, credit, the account's entries. Each a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max, Q, QuerySet, Sum

from core.money import to_grosze
from liabilities.accrual import Circumstances, circumstances, fee_of, interest_of, is_missed
from liabilities.bearers import joint_with
from liabilities.figures import Figures, figures
from liabilities.interest import Interest
from liabilities.models import ImportRun, Instalment, LedgerAccount, LedgerEntry
from liabilities.regimes import extra_label
from residents.queries import same_person

NOTHING = Decimal("0.00")
ANNULLED = Q(is_annulled=True, outstanding=0, costs=0)


@dataclass(frozen=True)
class OpenDue:
    """One instalment as its payer sees it on a day; amounts in złoty. `joint_with` counts the others who owe it.

    `relief` names the decision that it stands under, `first_term` is its term before, and `is_missed` says that the
    new one was missed.
    """

    instalment_id: int
    liability_id: int
    title: str
    kind_code: str
    kind_name: str
    regime: str
    year: int
    number: int
    due_on: date
    payable_by: date
    moved_because: str
    account: str
    assessed: Decimal
    principal: Decimal
    interest: Interest
    costs: Decimal
    fee: Decimal
    total: Decimal
    is_overdue: bool
    joint_with: int
    relief: str
    first_term: date | None
    is_missed: bool

    @property
    def total_grosze(self) -> int:
        """The total in whole grosze, for the page's script that adds up what is ticked."""
        return to_grosze(self.total)

    @property
    def extra(self) -> Decimal:
        """What is due beside principal and costs: interest, the surcharge of a licence, the prolongation fee."""
        return self.interest.amount + self.fee

    @property
    def extra_label(self) -> str:
        """What `extra` is called."""
        return extra_label(self.regime, has_fee=self.fee > 0)

    @property
    def is_paid(self) -> bool:
        """Whether nothing is left of it."""
        return self.total == 0


@dataclass(frozen=True)
class Balance:
    """A payer's account on a day, in złoty: `total` is what is left to pay after the credit; negative is a credit."""

    principal: Decimal
    interest: Decimal
    costs: Decimal
    credit: Decimal
    total: Decimal
    interest_label: str = "Odsetki na dziś"


def _seen(instalment: Instalment, law: Figures, on: date, about: Circumstances, joint: int) -> OpenDue:
    kind = instalment.liability.kind
    interest, fee = interest_of(instalment, law=law, about=about, on=on), fee_of(instalment, on=on)
    return OpenDue(
        instalment_id=instalment.pk,
        liability_id=instalment.liability_id,
        title=instalment.liability.title,
        kind_code=kind.code,
        kind_name=kind.name,
        regime=kind.regime,
        year=instalment.liability.year,
        number=instalment.number,
        due_on=instalment.due_on,
        payable_by=instalment.payable_by,
        moved_because=law.moved(instalment.due_on, regime=kind.regime).reason
        if instalment.payable_by != instalment.due_on and instalment.accrues_after is None
        else "",
        account=instalment.account,
        assessed=instalment.assessed,
        principal=instalment.outstanding,
        interest=interest,
        costs=instalment.costs,
        fee=fee,
        total=instalment.outstanding + interest.amount + fee + instalment.costs,
        is_overdue=instalment.outstanding > 0 and instalment.payable_by < on,
        joint_with=joint,
        relief=str(instalment.decision) if instalment.decision else "",
        first_term=instalment.accrues_after,
        is_missed=is_missed(instalment, on=on),
    )


def _of_payer(payer_id: int) -> "QuerySet[Instalment]":
    return (
        Instalment.objects.for_payer(payer_id)
        .select_related("liability__kind", "decision")
        .order_by("payable_by", "liability_id", "number")
    )


def seen_on(instalments: Iterable[Instalment], *, on: date) -> list[OpenDue]:
    """Instalments (with liability and kind at hand) as their payer sees them *on* a day."""
    law, seen = figures(), list(instalments)
    about, joint = circumstances(seen), joint_with([instalment.liability_id for instalment in seen])
    return [_seen(due, law, on, about, joint.get(due.liability_id, 0)) for due in seen]


def open_dues(payer_id: int, *, on: date) -> list[OpenDue]:
    """The payer's dues with something left to pay, by term, with interest as of *on* and how it came about."""
    return seen_on(
        _of_payer(payer_id).filter(Q(outstanding__gt=0) | Q(costs__gt=0) | Q(booked_interest__gt=0) | Q(fee__gt=0)),
        on=on,
    )


def all_dues(payer_id: int, *, on: date) -> list[OpenDue]:
    """All the payer's dues, the paid ones too, by term, as of *on*, in a constant number of queries."""
    return seen_on(_of_payer(payer_id).exclude(ANNULLED), on=on)


def paid_instalments(payer_id: int) -> "QuerySet[Instalment]":
    """The payer's instalments that are paid whole, the newest term first."""
    found = _of_payer(payer_id).filter(outstanding=0, costs=0, booked_interest=0, is_annulled=False)
    return found.order_by("-payable_by", "-pk")


def instalment_of(payer_id: int, instalment_id: int) -> Instalment | None:
    """The payer's instalment of that id; None when there is none, or it is somebody else's."""
    return _of_payer(payer_id).filter(pk=instalment_id).first()


def credit(payer_id: int) -> Decimal:
    """The payer's own money with the town (nadpłata), in złoty."""
    total = LedgerEntry.objects.filter(payer_id=payer_id, account=LedgerAccount.CREDIT).aggregate(total=Sum("amount"))[
        "total"
    ]
    return -(total or NOTHING)


def balance(payer_id: int, *, on: date) -> Balance:
    """What the payer's account says *on* a day, interest included."""
    return balance_of(open_dues(payer_id, on=on), credit(payer_id))


def balance_of(dues: Iterable[OpenDue], credited: Decimal) -> Balance:
    """The balance of dues already read."""
    dues = list(dues)
    principal = sum((due.principal for due in dues), NOTHING)
    interest = sum((due.extra for due in dues), NOTHING)
    costs = sum((due.costs for due in dues), NOTHING)
    total = principal + interest + costs - credited
    return Balance(principal, interest, costs, credited, total, interest_label(dues))


def interest_label(dues: Iterable[OpenDue]) -> str:
    """What the sum of what these dues cost beside principal and costs is called."""
    labels = {due.extra_label for due in dues if due.extra}
    label = next(iter(labels)) if len(labels) == 1 else "Odsetki i opłaty" if labels else "Odsetki"
    return label if "30%" in label else f"{label} na dziś"


def known_as_of(instalment: Instalment) -> datetime:
    """The newest moment of which its source told of the instalment, be it only that nothing had changed."""
    seen = ImportRun.objects.filter(
        source=instalment.source, as_of__gt=instalment.as_of, undone_at__isnull=True, seen__holds=instalment.pk
    )
    newest: datetime | None = seen.aggregate(newest=Max("as_of"))["newest"]
    return newest or instalment.as_of


def is_reversed(reference: str) -> bool:
    """Whether the event of that name was undone (storno)."""
    return LedgerEntry.objects.filter(reference=reference, reversed_by__isnull=False).exists()


def entries_of(instalment_id: int) -> "QuerySet[LedgerEntry]":
    """The ledger of one instalment, oldest first."""
    return LedgerEntry.objects.filter(instalment_id=instalment_id).order_by("booked_at", "pk")


def statement(payer_id: int) -> "QuerySet[LedgerEntry]":
    """Every entry of the payer's account, oldest first, with what it belongs to; of merged records too."""
    return (
        LedgerEntry.objects.filter(payer_id__in=same_person(payer_id))
        .select_related("instalment__liability__kind")
        .order_by("booked_at", "pk")
    )


def unproven_instalments() -> "list[int]":
    """Instalments whose kept sums differ from the sum of their entries: none, or the ledger is broken."""
    sums = Instalment.objects.raw(
        """
        SELECT i.id FROM liabilities_instalment i
        LEFT JOIN (
            SELECT instalment_id, COALESCE(sum(amount) FILTER (WHERE account = 'principal'), 0) AS principal,
                COALESCE(sum(amount) FILTER (WHERE account = 'principal' AND kind IN
                    ('assessment', 'write_off', 'remission', 'transfer')), 0) AS assessed,
                COALESCE(sum(amount) FILTER (WHERE account = 'costs'), 0) AS costs,
                COALESCE(sum(amount) FILTER (WHERE account = 'interest'), 0) AS interest,
                COALESCE(sum(amount) FILTER (WHERE account = 'surcharge'), 0) AS surcharge,
                COALESCE(sum(amount) FILTER (WHERE account = 'fee'), 0) AS fee
            FROM (
                SELECT e.instalment_id, e.account, e.amount,
                    CASE WHEN e.reverses_id IS NULL THEN e.kind ELSE r.kind END AS kind
                FROM liabilities_ledgerentry e LEFT JOIN liabilities_ledgerentry r ON r.id = e.reverses_id
                WHERE e.instalment_id IS NOT NULL
            ) told GROUP BY instalment_id
        ) e ON e.instalment_id = i.id
        WHERE ROW(i.outstanding, i.costs, i.booked_interest, i.fee, i.assessed, 0)
            <> ROW(COALESCE(e.principal, 0), COALESCE(e.costs, 0), COALESCE(e.interest, 0), COALESCE(e.fee, 0),
                COALESCE(e.assessed, 0), COALESCE(e.surcharge, 0))
        """
    )
    return [row.pk for row in sums]
