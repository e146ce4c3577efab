"""What decisions on reliefs have in common: who decided what, by which law, and what it does to limitation."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.money import GROSZ
from liabilities.figures import Figures
from liabilities.interest import Rate
from liabilities.limitation import Effect
from liabilities.models import Decision, DecisionKind, Fee, FeeKind, Instalment, LimitationFact
from liabilities.regimes import Regime

NOTHING = Decimal("0.00")
BASES = {
    DecisionKind.DEFERRAL: "Ordynacja podatkowa art. 67a § 1 pkt 1",
    DecisionKind.INSTALMENTS: "Ordynacja podatkowa art. 67a § 1 pkt 2",
    DecisionKind.REMISSION: "Ordynacja podatkowa art. 67a § 1 pkt 3",
}
CIVIL_BASIS = "ustawa o finansach publicznych art. 59"
CIVIL = frozenset({Regime.CIVIL, Regime.COMMERCIAL})


@dataclass(frozen=True)
class Ruling:
    """A decision as a clerk types it in: its sign, its day, the day of the application (None: ex officio), and why."""

    number: str
    decided_on: date
    applied_on: date | None
    reason: str


def record_decision(kind: DecisionKind, ruling: Ruling, due: Instalment, *, by: Actor, at: datetime) -> Decision:
    """Write a decision down, once for its number, inside the caller's transaction.

    Raises Refused `number_missing`, `reason_missing`, `decision_known`, `application_later`, `decision_future`.
    """
    if not ruling.number.strip():
        raise Refused("number_missing", "Podaj znak decyzji.", where="number")
    if not ruling.reason.strip():
        raise Refused("reason_missing", "Napisz krótko, dlaczego.", where="reason")
    if ruling.applied_on is not None and ruling.applied_on > ruling.decided_on:
        raise Refused("application_later", "Wniosek nie może być późniejszy niż decyzja.", where="applied_on")
    if ruling.decided_on > timezone.localdate(at):
        raise Refused("decision_future", "Dzień decyzji leży w przyszłości.", where="decided_on")
    basis = CIVIL_BASIS if due.liability.kind.regime in CIVIL else BASES[kind]
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                kind=kind,
                number=ruling.number.strip(),
                payer_id=due.liability.payer_id,
                decided_on=ruling.decided_on,
                applied_on=ruling.applied_on,
                reason=ruling.reason.strip(),
                legal_basis=basis,
                recorded_by_id=by.account_id,
                recorded_at=at,
            )
    except IntegrityError as error:
        raise Refused("decision_known", "Decyzja o tym znaku jest już zapisana.", where="number") from error
    audit.record(f"record_{kind.value}", f"decision:{decision.pk}", by=by, number=decision.number, reason=ruling.reason)
    return decision


def may_be_put_off(due: Instalment) -> None:
    """Raises Refused `relief_closed`, `relief_licence` and `relief_twice` for a due whose term cannot be moved."""
    if due.outstanding <= 0:
        raise Refused("relief_closed", "Ta rata jest opłacona: nie ma czego odraczać.")
    if due.liability.kind.regime == Regime.ALCOHOL:
        raise Refused("relief_licence", "Opłaty za zezwolenie na alkohol nie można odroczyć: zezwolenie by wygasło.")
    if due.decision_id is not None and due.accrues_after is not None:
        raise Refused("relief_twice", "Ta rata ma już nowy termin z decyzji.", mend="Najpierw zakończ tamtą decyzję.")


def fee_percent(law: Figures, regime: str, *, on: date) -> Decimal:
    """The yearly rate of the prolongation fee on the day of a decision, in per cent; zero where there is none."""
    if regime != Regime.TAX:
        return NOTHING
    shares = Fee.objects.filter(kind=FeeKind.PROLONGATION_PERCENT).values_list("valid_from", "amount")
    share = _newest([Rate(since or date.min, amount) for since, amount in shares], on)
    full = _newest(law.rates.get(Regime.TAX, []), on)
    return (full * share / 100).quantize(GROSZ)


def _newest(rates: list[Rate], on: date) -> Decimal:
    known = [rate for rate in sorted(rates, key=lambda one: one.valid_from) if rate.valid_from <= on]
    return known[-1].percent if known else NOTHING


def suspend_limitation(due: Instalment, decision: Decision, until: date, *, by: Actor) -> None:
    """A term put off stops the time of limitation of a tax until it (OP art. 70 § 2 pkt 1)."""
    if due.liability.kind.regime in CIVIL:
        return
    LimitationFact.objects.create(
        instalment=due,
        effect=Effect.SUSPENDED,
        from_on=decision.decided_on,
        until_on=until,
        basis=f"Ordynacja podatkowa art. 70 § 2 pkt 1, decyzja {decision.number}",
        recorded_by=by.name,
    )
