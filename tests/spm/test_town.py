"""The demo town: the same for everybody, with numbers that check, and something of everything to look at."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.validators import validate_email
from django.db.models import F, Sum
from django.test import override_settings

from consents.models import (
    ApplicationState,
    Consent,
    ConsentApplication,
    IncomingScan,
    PrintedForm,
    SignedFileState,
)
from consents.signatures.trust import town_trust
from consents.signed_files import receive_signed_file
from core.nrb import parse_nrb
from core.phones import parse_mobile
from liabilities.models import Decision, ImportRun, Instalment, LedgerEntry, LiabilityBearer
from liabilities.queries import credit, open_dues, unproven_instalments
from notifications.models import Message
from payments.models import Payment
from payments.states import State
from residents.identity import NumberKind, read_identity
from residents.models import AccessRecord, Account, AttorneyRequest, Claim, DataRequest, Mandate, Payer, PayerMerge
from residents.queries import find_payer
from residents.rodo import DOWNLOADED
from spm.demo.dues import book, reminders_tomorrow
from spm.demo.papers import lay_out_papers
from spm.demo.people import companies, people
from spm.demo.signed import ALTERED, ANOTHERS, GOOD, write_signed
from spm.demo.signins import PASSWORD, SIGN_INS
from spm.demo.town import Town, liven, load
from tests import make
from tests.sandbox_process import Sandbox

DAY = date(2026, 3, 10)
PEOPLE, COMPANIES = 2000, 150
DAYS = [date(2026, 1, 1), date(2026, 11, 21), date(2026, 12, 31), date(2028, 2, 29)]


def test_the_town_has_two_thousand_residents_and_a_hundred_and_fifty_companies() -> None:
    assert (settings.DEMO_PEOPLE, settings.DEMO_COMPANIES) == (PEOPLE, COMPANIES)
    assert (len(people(PEOPLE, today=DAY)), len(companies(COMPANIES))) == (PEOPLE, COMPANIES)


def test_the_same_year_makes_the_same_town_and_a_smaller_one_is_its_beginning() -> None:
    assert people(300, today=DAY) == people(300, today=DAY + timedelta(days=200))
    assert people(30, today=DAY) == people(300, today=DAY)[:30]
    assert companies(9) == companies(COMPANIES)[:9]
    inhabitants, firms = people(300, today=DAY), companies(30)
    assert list(book(inhabitants, firms, today=DAY)) == list(book(inhabitants, firms, today=DAY))


@pytest.mark.parametrize("today", DAYS)
def test_every_number_phone_and_address_checks_and_is_one_persons(today: date) -> None:
    everybody = [*people(PEOPLE, today=today), *companies(COMPANIES)]
    for who in everybody:
        assert read_identity(who.number.value, on=today) == who.number
        assert (who.number.kind == NumberKind.PESEL) is not who.is_company
        assert parse_mobile(who.phone) == who.phone
        validate_email(who.email)
    for one in ("number", "phone", "email"):
        assert len({getattr(who, one) for who in everybody}) == len(everybody)


@pytest.mark.parametrize("today", DAYS)
def test_dues_of_every_kind_stand_in_the_book_paid_and_unpaid(today: date) -> None:
    rows = list(book(people(PEOPLE, today=today), companies(COMPANIES), today=today))
    kinds = {row.plan.kind for row in rows}
    assert len(kinds) == 14
    assert {row.plan.kind for row in rows if row.paid_on} == kinds
    assert any(row.paid_on is None and row.due_on < today for row in rows)
    assert len({row.key for row in rows}) == len(rows)
    assert len({row.account for row in rows}) == len({row.who.number for row in rows})
    assert all(parse_nrb(row.account) for row in rows[:500])
    terms = {row.due_on - today for row in reminders_tomorrow(people(300, today=today), today=today)}
    assert {timedelta(days=days) for days in (-14, -7, -3, 0, 1, 3, 7)} <= terms


@pytest.fixture
def town(db: None, sandbox: Sandbox) -> Town:
    """A small town, loaded and livened on a day that stays: who consented hangs on the year."""
    made = Town(60, 10, DAY, datetime(2026, 3, 10, 11, 0, tzinfo=UTC))
    load(made, say=lambda _text: None)
    liven(made, say=lambda _text: None)
    return made


def test_a_loaded_town_shows_something_of_everything(town: Town, tmp_path: Path) -> None:
    """One loading for many looks: it takes a second and a half."""
    assert Payer.objects.count() == town.people + town.companies + 1
    assert set(ImportRun.objects.values_list("rejected", flat=True)) == {0}
    _arrears_and_credit(town)
    _ledger_of_the_trade()
    _payments_in_every_lasting_state()
    _consents_and_messages()
    _sign_ins_that_work(town)
    _payers_of_every_kind_and_what_waits_for_clerks(town)
    _papers_of_the_desk(town)
    _signed_files_to_try(town, tmp_path)


def _arrears_and_credit(town: Town) -> None:
    assert Instalment.objects.filter(outstanding__gt=0, payable_by__lt=town.today).exists()
    assert Instalment.objects.filter(outstanding__gt=0, payable_by__gt=town.today).exists()
    assert Instalment.objects.filter(outstanding=0).exists()
    holders = LedgerEntry.objects.filter(account="credit").values_list("payer_id", flat=True)
    assert any(credit(payer) > 0 for payer in set(holders))
    charged = LedgerEntry.objects.filter(account="principal").aggregate(left=Sum("amount"))["left"]
    assert charged == Instalment.objects.aggregate(left=Sum("outstanding"))["left"] > Decimal(0)
    anna = find_payer(people(1, today=town.today)[0].number)
    assert anna is not None
    assert open_dues(anna.pk, on=town.today)


def _ledger_of_the_trade() -> None:
    assert set(Decision.objects.values_list("kind", flat=True)) == {"instalments", "remission"}
    assert {"set_off", "remission", "prolongation", "transfer"} <= set(
        LedgerEntry.objects.values_list("kind", flat=True)
    )
    assert LiabilityBearer.objects.count() == 1
    assert unproven_instalments() == []


def _payments_in_every_lasting_state() -> None:
    lasting = {State.REDIRECTED, State.PENDING, State.PAID, State.CANCELLED, State.EXPIRED, State.CLERK}
    assert set(Payment.objects.values_list("state", flat=True)) == lasting
    assert not Payment.objects.filter(state=State.PAID, posted_at__isnull=True).exists()


def _consents_and_messages() -> None:
    states = set(ConsentApplication.objects.values_list("state", flat=True))
    assert states == {ApplicationState.ACCEPTED, ApplicationState.DRAFT}
    assert set(Consent.objects.values_list("channel", flat=True)) == {"sms", "email"}
    assert {"due_approaching", "payment_posted"} <= set(Message.objects.values_list("kind", flat=True))
    assert not Message.objects.filter(state__in=["queued", "sending", "failed"]).exists()


def _payers_of_every_kind_and_what_waits_for_clerks(town: Town) -> None:
    foreigner = Payer.objects.get(kind="foreigner")
    assert open_dues(foreigner.pk, on=town.today)
    assert Payer.objects.filter(deceased_on__isnull=False).count() == 1
    assert Payer.objects.filter(merged_into__isnull=False).count() == PayerMerge.objects.count() == 1
    assert DataRequest.objects.get().kind == "correction"
    assert AttorneyRequest.objects.get().state == "waiting"
    assert AccessRecord.objects.filter(what=DOWNLOADED).count() == 1


def _papers_of_the_desk(town: Town) -> None:
    lay_out_papers(people(town.people, today=town.today), today=town.today, now=town.now)
    application, other = IncomingScan.objects.waiting().values_list("printed_form__payer__name", flat=True)
    assert (application, other) == (people(5, today=town.today)[4].name, None)
    assert PrintedForm.objects.filter(payer__isnull=True, is_shared=False).count() == 3
    assert ConsentApplication.objects.get(printed_form__isnull=False).state == ApplicationState.ACCEPTED


def _signed_files_to_try(town: Town, folder: Path) -> None:
    """One is accepted as it is sent, the others wait with why; made anew by no second start."""
    for _ in range(2):
        write_signed(people(2, today=town.today), trusted=folder / "ca", samples=folder / "pdf", at=make.now())
    with override_settings(SIGNATURES={**settings.SIGNATURES, "folder": str(folder / "ca"), "trust_list": ""}):
        trust = town_trust()
    told = {}
    for name in (ANOTHERS, ALTERED, GOOD):
        content = (folder / "pdf" / name).read_bytes()
        told[name] = receive_signed_file(
            content, name=name, arrived_by="signed_file", trust=trust, by=make.BY, at=make.now()
        )
    assert told[GOOD].state == SignedFileState.ACCEPTED, told[GOOD].reasons
    assert "inny niż na wniosku" in " ".join(told[ANOTHERS].reasons)
    assert "zmieniono po podpisaniu" in " ".join(told[ALTERED].reasons)


def _sign_ins_that_work(town: Town) -> None:
    assert Account.objects.count() == len(SIGN_INS)
    for sign_in in SIGN_INS:
        account = authenticate(None, username=sign_in.email, password=PASSWORD)
        assert isinstance(account, Account)
        assert account.emailaddress_set.filter(verified=True, primary=True, email=F("user__email")).exists()
        assert [group.name for group in account.groups.all()] in ([], [sign_in.group])
    bases = set(Mandate.objects.values_list("account__email", "basis"))
    assert {("anna@dolina.example", "self"), ("ksiegowa@dolina.example", "representative")} <= bases
    assert ("pelnomocnik@dolina.example", "attorney") in bases
    assert list(Claim.objects.values_list("account__email", "state")) == [("druga@dolina.example", "waiting")]
