"""Whatever clerks and payers do, in any order: the ledger adds up, nothing goes below zero, nothing is undone twice."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Count, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Refused
from liabilities.actions import charge_costs, write_off
from liabilities.credits import credits_of, lots_of
from liabilities.deferral import defer
from liabilities.models import Decision, Instalment, LedgerEntry
from liabilities.plan import equal_rates, spread
from liabilities.queries import balance, open_dues, unproven_instalments
from liabilities.refund import refund_credit
from liabilities.relief_end import end_relief, lapse_reliefs
from liabilities.remission import remit
from liabilities.set_off_rules import Ground
from liabilities.storno import reverse_event
from tests import make
from tests.liabilities.ledger_town import council_resolved_a_fee, due, moment, pay, ruling, set_off

KINDS = ("PODATEK_ROLNY", "DZIERZAWA", "KONCESJA_ALKOHOLOWA")


class Office:
    """Two dues of a kind, one of another, and what may be done with them as days go by."""

    def __init__(self) -> None:
        council_resolved_a_fee()
        self.day = date(2026, 2, 2)
        self.ticks = 0
        dues = [due(f"A-{place}", amount="100,00", kind=kind) for place, kind in enumerate((*KINDS, KINDS[0]))]
        self.payer_id = dues[0].liability.payer_id
        self.paid = self.refunded = Decimal(0)

    def one(self, which: int) -> Instalment:
        """One of the instalments there are by now."""
        found = list(Instalment.objects.select_related("liability").order_by("pk"))
        return found[which % len(found)]

    def pay(self, which: int, grosze: int) -> None:
        amount = Decimal(grosze).scaleb(-2)
        pay(self.one(which), str(amount), on=self.day)
        self.paid += amount

    def write_off(self, which: int, grosze: int) -> None:
        amount = Decimal(grosze).scaleb(-2)
        write_off(self.one(which), amount=amount, reason="x", on=self.day, by=make.BY, at=self.at())

    def charge(self, which: int, grosze: int) -> None:
        reference = f"letter:{LedgerEntry.objects.count()}"
        charge_costs(self.one(which), amount=Decimal(16), reference=reference, on=self.day, by=make.BY, at=self.at())

    def remit(self, which: int, grosze: int) -> None:
        principal, interest = Decimal(grosze).scaleb(-2), Decimal(grosze % 5)
        remit(self.one(which), ruling(self.day), principal=principal, interest=interest, by=make.BY, at=self.at())

    def defer(self, which: int, grosze: int) -> None:
        until = self.day + timedelta(days=grosze % 90)
        defer(self.one(which), ruling(self.day), until=until, with_fee=True, by=make.BY, at=self.at())

    def spread(self, which: int, grosze: int) -> None:
        old = self.one(which)
        terms = [self.day + timedelta(days=30 * place) for place in range(1, 2 + grosze % 4)]
        spread(
            payer_id=self.payer_id,
            instalment_ids=[old.pk],
            rates=equal_rates(old.outstanding, terms),
            ruling=ruling(self.day),
            with_fee=True,
            by=make.BY,
            at=self.at(),
        )

    def end(self, which: int, grosze: int) -> None:
        decision = Decision.objects.order_by("pk").last()
        if decision is not None:
            end_relief(decision, why="uchylona", on=self.day, by=make.BY, at=self.at())

    def set_off(self, which: int, grosze: int) -> None:
        held = sorted(str(code) for code in credits_of(self.payer_id))
        if held:
            ground = list(Ground)[grosze % 3]
            set_off(self.one(which), of=held[grosze % len(held)], ground=ground, on=self.day)

    def refund(self, which: int, grosze: int) -> None:
        for code in credits_of(self.payer_id):
            amount = Decimal(grosze).scaleb(-2)
            reference = f"refund:{LedgerEntry.objects.count()}"
            kept = {"payer_id": self.payer_id, "due_kind": code, "reference": reference, "on": self.day}
            refund_credit(amount=amount, by=make.BY, at=self.at(), **kept)  # type: ignore[arg-type]

    def undo(self, which: int, grosze: int) -> None:
        entries = list(LedgerEntry.objects.order_by("pk"))
        reverse_event(entries[grosze % len(entries)], reason="x", on=self.day, by=make.BY, at=self.at())

    def wait(self, which: int, grosze: int) -> None:
        self.day += timedelta(days=grosze % 60)
        lapse_reliefs(on=self.day, by=make.BY, at=self.at())

    def at(self) -> datetime:
        self.ticks += 1
        return moment(self.day) + timedelta(seconds=self.ticks)

    def adds_up(self) -> None:
        """The invariants."""
        assert unproven_instalments() == []
        for entry in LedgerEntry.objects.values("reverses").annotate(times=Count("pk")).exclude(reverses=None):
            assert entry["times"] == 1
        assert all(amount > 0 for amount in credits_of(self.payer_id).values())
        for code, amount in credits_of(self.payer_id).items():
            assert sum(lot.amount for lot in lots_of(self.payer_id, code)) == amount
        sums = LedgerEntry.objects.values("instalment", "account").annotate(left=Sum("amount"))
        assert all(row["left"] >= 0 for row in sums.exclude(instalment=None))
        kept = sum(
            row.outstanding + row.costs + row.booked_interest + row.fee for row in Instalment.objects.all()
        ) - sum(credits_of(self.payer_id).values(), Decimal(0))
        assert kept == LedgerEntry.objects.aggregate(total=Sum("amount"))["total"]
        seen = balance(self.payer_id, on=self.day)
        assert seen.total == sum(one.total for one in open_dues(self.payer_id, on=self.day)) - seen.credit


VERBS = sorted(set(vars(Office)) - {"one", "at", "adds_up"} - {name for name in vars(Office) if name[0] == "_"})
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 9), st.integers(1, 15_000)), min_size=1, max_size=10)


@pytest.mark.django_db
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_ledger_adds_up_whatever_is_done(steps: list[tuple[str, int, int]]) -> None:
    with transaction.atomic():
        office = Office()
        for name, which, grosze in steps:
            verb: Callable[[int, int], None] = getattr(office, name)
            try:
                with transaction.atomic():
                    verb(which, grosze)
            except Refused:
                pass
        office.adds_up()
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_undone_from_the_last_to_the_first_every_event_leaves_nothing_behind(steps: list[tuple[str, int, int]]) -> None:
    """Of payments, set-offs, refunds, costs and write-offs: decisions on terms end in their own way."""
    with transaction.atomic():
        office = Office()
        before = balance(office.payer_id, on=office.day)
        for name, which, grosze in steps:
            if name in {"pay", "set_off", "refund", "charge", "write_off", "remit"}:
                try:
                    with transaction.atomic():
                        getattr(office, name)(which, grosze)
                except Refused:
                    pass
        while (
            last := LedgerEntry.objects.filter(reversed_by=None)
            .exclude(kind__in=["correction", "assessment"])
            .order_by("pk")
            .last()
        ) is not None:
            reverse_event(last, reason="x", on=office.day, by=make.BY, at=moment(office.day))
        assert balance(office.payer_id, on=office.day) == before
        office.adds_up()
        transaction.set_rollback(True)
