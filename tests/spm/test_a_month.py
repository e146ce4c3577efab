"""A month of a small town's life, day by day: at its end the finance system and the portal agree to the grosz."""

import io
import random
import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from core.dates import WARSAW
from liabilities.actions import PaymentPart, charge_costs, post_payment, write_off
from liabilities.credits import credits_of
from liabilities.due_sources import set_source
from liabilities.import_undo import undo_import
from liabilities.importing import HowToImport, ImportReport, import_dues
from liabilities.models import DueSource, ImportRun, Instalment, LedgerEntry
from liabilities.queries import unproven_instalments
from liabilities.reconciliation import differences, reconcile
from liabilities.refund import refund_credit
from liabilities.reliefs import Ruling
from liabilities.remission import remit
from liabilities.set_off import SetOff, set_off_credit
from liabilities.set_off_rules import Ground
from liabilities.storno import reverse_event
from payments.actions import complete_payment
from payments.clearing import choose_payer, pass_reversal
from payments.clearing_queries import clearing_account
from payments.models import BankEntry, Payment
from payments.statement_proof import unproven_statements
from payments.statements import import_statement
from payments.virtual_accounts import virtual_account
from residents.models import Account, Payer
from tests import make
from tests.finance_system import SOURCE, Due, FinanceSystem
from tests.payments.paying import notice, start
from tests.payments.statements.samples import Transfer, mt940, profile_named
from tests.sandbox_process import Sandbox

FIRST, DAYS = date(2026, 3, 1), 31
KINDS = ("PODATEK_NIERUCHOMOSCI_OF", "ODPADY", "DZIERZAWA")
PAYERS, TRANSFERRING = 9, 3  # the last three pay by bank alone: whom a transfer pays is told by the virtual account
FRIDAY, SUNDAY = 4, 6
BANK = profile_named("Santander")
HAPPENED = {
    *("assessment", "write_off", "remission", "payment", "interest", "costs", "set_off", "refund", "correction"),
}


class Town:
    """The portal, the finance system, residents and clerks; `day` is the day that it is."""

    def __init__(self) -> None:
        self.chance = random.Random("a month")
        self.fk, self.day = FinanceSystem(), FIRST
        self.in_portal = Decimal(0)
        self.opening, self.transfers = Decimal("1000.00"), list[Transfer]()
        self.last_file: tuple[bytes, datetime] | None = None
        for place in range(PAYERS * 4):
            term = FIRST + timedelta(days=self.chance.randrange(-60, 60))
            amount = Decimal(self.chance.randrange(20_000, 90_000)).scaleb(-2)
            number = make.pesel(place % PAYERS)
            self.fk.assess(Due(f"K{place}", number, f"Płatnik {place % PAYERS}", KINDS[place % 3], term, amount))
        set_source(DueSource(name=SOURCE, posts_within=2, needs_control=True), by=make.BY)
        self.account: Account = make.account("platnik@example.com")

    def at(self, hour: int, minute: int = 0) -> datetime:
        """A time of the day."""
        return datetime.combine(self.day, time(hour, minute), WARSAW)

    def left(self, key: str) -> Decimal:
        """What is truly left of a due: what each side knows of it put together."""
        due = self.fk.dues[key]
        entered = LedgerEntry.objects.filter(account="principal", instalment__external_id=key)
        here = entered.exclude(reference__startswith="import:").aggregate(total=Sum("amount"))["total"] or 0
        return due.assessed + Decimal(here) - due.desk

    def some_due(self, *, of_bank: bool = False, least: int = 30) -> str:
        """The key of a due with enough left to pay a part of it."""
        keys = [key for key in self.fk.dues if (int(key[1:]) % PAYERS >= PAYERS - TRANSFERRING) is of_bank]
        self.chance.shuffle(keys)
        return next(key for key in keys if not self.fk.dues[key].is_annulled and self.left(key) > least)

    def part_of(self, key: str) -> Decimal:
        """A part of what is left, to the grosz."""
        return (self.left(key) * self.chance.randrange(10, 60) / 100).quantize(Decimal("0.01"))

    def pay_at_the_desk(self) -> None:
        """The finance system takes cash; the portal hears of it at night."""
        key = self.some_due()
        self.fk.touch(key).desk += self.part_of(key)

    def pay(self, key: str, amount: Decimal) -> None:
        """A resident pays in the portal."""
        due = make.instalment(key)
        reference = f"payment:{uuid.UUID(int=self.chance.getrandbits(128))}"
        parts = [PaymentPart(due.pk, amount)]
        payer_id, on = due.liability.payer_id, self.day
        post_payment(payer_id=payer_id, parts=parts, value_on=on, reference=reference, by=make.BY, at=self.at(10))
        self.in_portal += amount

    def pay_by_payu(self) -> None:
        """The same through PayU, from the basket to the notice, which comes twice."""
        key = self.some_due()
        payer = make.instalment(key).liability.payer
        payment = start(payer, self.account, key, at=self.at(11))
        for _ in range(2):
            assert complete_payment(payment.pk, notice=notice(payment), at=self.at(11, 5)) == ""
        self.in_portal += Payment.objects.get(pk=payment.pk).amount

    def transfer(self) -> None:
        """A resident pays at a bank; the town hears of it on Friday."""
        key = self.some_due(of_bank=True)
        payer = make.instalment(key).liability.payer
        self.transfers.append(
            Transfer(str(self.part_of(key)), "podatki i opłaty", payer.name, credited=virtual_account(payer))
        )

    def bring_statement(self) -> None:
        """The week's statement, and once more by mistake."""
        content = mt940(
            BANK,
            self.transfers,
            number=str(self.day.day),
            opening=str(self.opening),
            on=self.day,  # type: ignore[arg-type]
        )
        for name in ("wyciag.sta", "wyciag-kopia.sta"):
            report = import_statement(io.BytesIO(content), name=name, by=make.BY, at=self.at(15))
            assert report.errors == ()
        for one in self.transfers:
            self.opening += Decimal(one.amount) if one.mark == "C" else -Decimal(one.amount)
        self.transfers = []

    def hear_at_night(self) -> None:
        """The finance system takes over the portal's postings of yesterday and tells the portal what it knows."""
        self.fk.take_over(until=self.at(0))
        as_of = self.at(23)
        content = self.fk.file(as_of=as_of, full=self.day.weekday() == SUNDAY, as_lines=self.day.day % 2 == 0)
        self.bring(content, as_of)
        if self.day.day % 5 == 0 and self.last_file is not None:
            assert self.bring(*self.last_file).updated == 0  # yesterday's, late and once more
        self.last_file = content, as_of

    def bring(self, content: bytes, as_of: datetime) -> ImportReport:
        """Import a file: nothing of it is refused."""
        report = import_dues(
            content,
            file_name="fk",
            source=SOURCE,
            as_of=as_of,
            on=self.day,
            at=self.at(23, 30),
            by=make.BY,
            how=HowToImport(),
        )
        assert report.errors == ()
        return report

    def undo_tonight(self) -> None:
        """Last night's import was a mistake, and then it was not."""
        run = ImportRun.objects.filter(undone_at__isnull=True).latest("pk")
        undo_import(run, by=make.BY, at=self.at(0, 30))
        assert self.last_file is not None
        self.bring(*self.last_file)


def _events(town: Town) -> dict[int, Iterator[None]]:
    """What clerks do, by the day of the month; each goes on where it stopped."""
    lost_and_returned, waived, credited, annulled = _bank(town), _waived(town), _credited(town), _annulled(town)
    return {
        **dict.fromkeys((2, 9, 17, 23), lost_and_returned),
        **dict.fromkeys((3, 5, 23), waived),
        **dict.fromkeys((10, 11, 12, 19), credited),
        **dict.fromkeys((4, 13, 18, 26), annulled),
    }


def _bank(town: Town) -> Iterator[None]:
    """A transfer that says nothing, placed by a clerk later; another that the bank takes back."""
    town.transfers.append(Transfer("35.00", "dziękuję", "NIKT ZNANY", sender=make.ACCOUNT))
    yield
    lost = BankEntry.objects.get(state="waiting")
    choose_payer(lost.pk, payer_id=Payer.objects.latest("pk").pk, by=make.BY, at=town.at(14))
    yield
    posted = BankEntry.objects.filter(state="posted", mark="C").earliest("pk")
    town.transfers.append(Transfer(str(posted.amount), "zwrot", "BANK", mark="RC"))
    yield
    reversal = BankEntry.objects.get(mark="RC")
    pass_reversal(reversal.pk, original_id=posted.pk, by=make.BY, at=town.at(14))
    yield


def _waived(town: Town) -> Iterator[None]:
    """A write-off that is undone weeks later, a remission that stays, the cost of a letter."""
    due = make.instalment(town.some_due(least=100))
    entry = write_off(due, amount=Decimal(20), reason="pomyłka", on=town.day, by=make.BY, at=town.at(14))
    yield
    due = make.instalment(town.some_due(least=100))
    ruling = Ruling("FN.1.2026", town.day, None, "ważny interes")
    remit(due, ruling, principal=Decimal("33.33"), interest=Decimal(0), by=make.BY, at=town.at(14))
    due = make.instalment(town.some_due(least=100))
    charge_costs(due, amount=Decimal(16), reference="letter:1", on=town.day, by=make.BY, at=town.at(14))
    yield
    reverse_event(entry, reason="jednak nie", on=town.day, by=make.BY, at=town.at(14))
    yield


def _credited(town: Town) -> Iterator[None]:
    """A payment undone; one that is too much: a part of the credit is set off, the rest goes back."""
    key = town.some_due(least=100)
    town.pay(key, Decimal(50))
    wrong = LedgerEntry.objects.latest("pk")
    yield
    reverse_event(wrong, reason="nie ta osoba", on=town.day, by=make.BY, at=town.at(14))
    town.in_portal -= 50
    yield
    due = make.instalment(town.some_due())
    payer_id, kind = due.liability.payer_id, due.liability.kind_id
    town.pay(due.external_id, town.left(due.external_id) + 500)
    others = Instalment.objects.filter(liability__payer_id=payer_id, liability__kind_id=kind, outstanding__gt=0)
    wanted = SetOff(payer_id, kind, [one.pk for one in others], Ground.EX_OFFICIO, "FN.2.2026", "1", Decimal(40))
    set_off_credit(wanted, on=town.day, by=make.BY, at=town.at(14))
    yield
    for code, amount in credits_of(payer_id).items():
        refund_credit(
            payer_id=payer_id,
            due_kind=code,
            amount=amount,
            reference="refund:1",
            on=town.day,
            by=make.BY,
            at=town.at(14),
        )
        town.in_portal -= amount
    yield


def _annulled(town: Town) -> Iterator[None]:
    """The finance system corrects sums, annuls a due and brings it back, and assesses a new one."""
    up, down = town.some_due(), town.some_due(least=150)
    town.fk.touch(up).assessed += Decimal("12.34")
    town.fk.touch(down).assessed -= Decimal("56.78")
    yield
    untouched = Due("K99", make.pesel(0), "Płatnik 0", "ODPADY", FIRST, Decimal(77), title="Inna")
    town.fk.assess(untouched)
    yield
    town.fk.touch("K99").is_annulled = True
    yield
    town.fk.touch("K99").is_annulled = False
    town.undo_tonight()
    yield


@pytest.mark.django_db
def test_after_a_month_of_life_the_portal_and_the_finance_system_agree(sandbox: Sandbox) -> None:
    town = Town()
    town.hear_at_night()
    events = _events(town)
    for number in range(1, DAYS):
        town.day = FIRST + timedelta(days=number)
        town.pay_at_the_desk()
        key = town.some_due()
        town.pay(key, town.part_of(key))
        town.transfer()
        if town.day.day % 6 == 0:
            town.pay_by_payu()
        if town.day.day in events:
            next(events[town.day.day])
        if town.day.weekday() == FRIDAY:
            town.bring_statement()
        town.hear_at_night()
        assert unproven_instalments() == []
        assert [one for one in differences(SOURCE) if one.unexplained] == []
    town.day += timedelta(days=1)
    town.bring_statement()
    town.fk.take_over(until=town.at(22))
    town.bring(town.fk.file(as_of=town.at(23), full=True, as_lines=False), town.at(23))
    report = reconcile(SOURCE)
    assert (list(differences(SOURCE)), report.is_empty, report.there) == ([], True, report.here)
    assert (unproven_instalments(), unproven_statements()) == ([], {})
    assert set(LedgerEntry.objects.values_list("kind", flat=True)) == HAPPENED
    assert clearing_account(on=town.day)[0].adds_up
    assert _taken("payment:") - _refunded() == town.in_portal
    assert _taken("bank:") == clearing_account(on=town.day)[0].posted - _returned()
    assert _taken("import:") == sum(due.desk for due in town.fk.dues.values())


def _taken(origin: str) -> Decimal:
    """What the ledger took in from an origin, less what was undone of it, the interest paid of it too."""
    entries = LedgerEntry.objects.filter(kind="payment", reference__startswith=origin)
    undone = LedgerEntry.objects.filter(reverses__in=entries)
    total = sum((one.aggregate(total=Sum("amount"))["total"] or Decimal(0)) for one in (entries, undone))
    return Decimal(-total)


def _refunded() -> Decimal:
    return LedgerEntry.objects.filter(kind="refund").aggregate(total=Sum("amount"))["total"] or Decimal(0)


def _returned() -> Decimal:
    """What banks took back."""
    reversals = BankEntry.objects.filter(mark="RC", state="posted")
    return reversals.aggregate(total=Sum("amount"))["total"] or Decimal(0)
