"""What a clerk of the demo town entered in the ledger: a joint due, a plan of instalments, a remission, a set-off."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.actor import job
from liabilities.actions import set_figure
from liabilities.bearers import set_bearers
from liabilities.credits import credits_of, kinds_by_code
from liabilities.models import Fee, FeeKind, Instalment, LedgerAccount, LedgerEntry
from liabilities.plan import equal_rates, spread
from liabilities.queries import OpenDue, open_dues
from liabilities.regimes import Regime
from liabilities.reliefs import Ruling
from liabilities.remission import remit
from liabilities.set_off import SetOff, set_off_credit
from liabilities.set_off_rules import Ground
from residents.models import Payer
from residents.queries import find_payer
from spm.demo.people import Inhabitant

BY = job("load_demo")
RATES = 6


def enter_decisions(inhabitants: Sequence[Inhabitant], *, today: date, now: datetime) -> None:
    """Anna's due is her husband's, too; her principal's arrear is spread over six months; a neighbour's is remitted."""
    set_figure(
        Fee(kind=FeeKind.PROLONGATION_PERCENT, amount=Decimal(50), source="uchwała Rady Gminy Dolina XII/80/2019"),
        by=BY,
    )
    anna, principal = _payer(inhabitants[0]), _payer(inhabitants[1])
    for due in open_dues(anna.pk, on=today)[:1]:
        set_bearers({due.liability_id: [principal.pk]}, reason="współwłasność: akt notarialny", by=BY)
    own = _dues(principal, today=today, regime=Regime.TAX)
    if own:
        _spread(principal, own[0], today=today, now=now)
    for who in inhabitants[40:]:
        found = [due for due in _dues(_payer(who), today=today, regime=Regime.TAX) if due.is_overdue]
        if found:
            half = (found[0].principal / 2).quantize(Decimal("0.01"))
            ruling = Ruling(f"FN.3120.2.{today.year}", today, today - timedelta(days=20), "pożar domu")
            instalment = Instalment.objects.select_related("liability").get(pk=found[0].instalment_id)
            remit(instalment, ruling, principal=half, interest=Decimal(0), by=BY, at=now)
            break


def _spread(payer: Payer, due: OpenDue, *, today: date, now: datetime) -> None:
    first = max(today, due.payable_by) + timedelta(days=30)
    spread(
        payer_id=payer.pk,
        instalment_ids=[due.instalment_id],
        rates=equal_rates(due.principal, [first + timedelta(days=30 * place) for place in range(RATES)]),
        ruling=Ruling(f"FN.3120.1.{today.year}", today, today - timedelta(days=14), "utrata pracy"),
        with_fee=True,
        by=BY,
        at=now,
    )


def set_off_a_credit(*, today: date, now: datetime) -> None:
    """The first credit of a tax that finds another public due of its payer pays it."""
    kinds = kinds_by_code()
    holders = LedgerEntry.objects.filter(account=LedgerAccount.CREDIT).order_by("payer_id")
    for payer_id in holders.values_list("payer_id", flat=True).distinct():
        taxes = [code for code in credits_of(payer_id) if code and kinds[code].regime == Regime.TAX]
        dues = [
            due
            for due in open_dues(payer_id, on=today)
            if due.regime == Regime.TAX and due.payable_by.year <= today.year
        ]
        if taxes and dues:
            wanted = SetOff(
                payer_id=payer_id,
                due_kind=taxes[0],
                instalment_ids=[dues[0].instalment_id],
                ground=Ground.EX_OFFICIO,
                document=f"FN.3123.1.{today.year}",
                key=f"demo-{today.year}",
            )
            set_off_credit(wanted, on=today, by=BY, at=now)
            return


def _payer(who: Inhabitant) -> Payer:
    payer = find_payer(who.number)
    if payer is None:
        raise LookupError(who.name)
    return payer


def _dues(payer: Payer, *, today: date, regime: Regime) -> list[OpenDue]:
    return [due for due in open_dues(payer.pk, on=today) if due.regime == regime and not due.joint_with]
