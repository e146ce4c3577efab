"""The demo town: made through the doors that a town uses (dues files, papers, reminders, payments), from a seed."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import requests
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from consents.actions import accept_application, register_application
from consents.models import ArrivalWay, Topic
from consents.replacement import Choice
from core.actor import job
from liabilities.importing import import_dues
from liabilities.queries import open_dues
from liabilities.reminders import queue_reminders
from notifications.dispatch import dispatch
from notifications.models import Route
from notifications.routes import set_route
from payments.actions import ask_provider, expire_payment
from payments.checkout import start_payment
from payments.models import Payment
from payments.notices import handle_notices
from payments.states import State
from payments.wishes import Wish
from residents.actions import claim_payer, grant_mandate, issue_code, register_payers
from residents.models import Account, Payer
from residents.models.mandate import Basis, Scope
from residents.queries import find_payer
from spm.demo.arrears import dun
from spm.demo.browsers import add_browser
from spm.demo.dues import book, dues_file, reminders_tomorrow
from spm.demo.ledger import enter_decisions, set_off_a_credit
from spm.demo.messages import invite, prepare_messages
from spm.demo.people import Inhabitant, companies, people
from spm.demo.signins import PASSWORD, SIGN_INS
from spm.demo.unusual import make_unusual

BY = job("load_demo")
WAYS = (
    (ArrivalWay.PAPER, 60),
    (ArrivalWay.POST, 10),
    (ArrivalWay.EMAIL_SCAN, 14),
    (ArrivalWay.EPUAP, 10),
    (ArrivalWay.EDELIVERY, 4),
    (ArrivalWay.SIGNED_FILE, 2),
)
SHARE_OF_CONSENTS = 0.3
# What a payer does at the sandbox's pay page («» only opens it), and how many days ago.
OUTCOMES = (
    *(("pay", 0), ("pay", 0), ("pay", 0), ("cancel", 0), ("start", 0), ("", 0), ("pay-forged", 0)),
    *(("start", 8), ("", 3), ("reject", 0)),
)


@dataclass(frozen=True)
class Town:
    """How large a town, and when."""

    people: int
    companies: int
    today: date
    now: datetime


def load(town: Town, *, say: Callable[[str], None]) -> None:
    """Make the town: people and dues, consents, accounts; all or nothing."""
    inhabitants = people(town.people, today=town.today)
    firms = companies(town.companies)
    with transaction.atomic():
        say("należności z trzech lat …")
        _import_history(inhabitants, firms, town)
        _give_addresses([*inhabitants, *firms])
        enter_decisions(inhabitants, today=town.today, now=town.now)
        say("zgody …")
        _take_consents([*inhabitants, *firms], town)
        _make_accounts(inhabitants, firms, town)
        make_unusual(inhabitants, firms, today=town.today, now=town.now)
        dun(today=town.today, now=town.now)
        prepare_messages(inhabitants, today=town.today, now=town.now)


def liven(town: Town, *, say: Callable[[str], None]) -> None:
    """Send the town's messages and make its payments, through the gateways."""
    inhabitants = people(town.people, today=town.today)
    for gateway in ("serwersms", "mailjet"):  # they stand in for SMSAPI and the mail server
        set_route(Route(gateway=gateway, weight=0), by=BY)
    if whom := find_payer(inhabitants[0].number):
        add_browser(whom.pk, topics=["property_tax", "waste", "payments"], by=BY, at=town.now)
    say("przypomnienia i wiadomości …")
    for days_ago in (2, 1, 0):
        queue_reminders(on=town.today - timedelta(days=days_ago), at=town.now, by=BY)
    invite(now=town.now)
    dispatch(clock=timezone.now, worker="load_demo")
    say("płatności …")
    _make_payments([inhabitants[0], *companies(1), *inhabitants[1 : 1 + 3 * len(OUTCOMES)]], town)
    _pay_twice(inhabitants, town)
    set_off_a_credit(today=town.today, now=town.now)


def _import_history(inhabitants: Sequence[Inhabitant], firms: Sequence[Inhabitant], town: Town) -> None:
    rows = [
        *book(inhabitants, firms, today=town.today),
        *reminders_tomorrow(inhabitants, today=town.today),
    ]
    for days_ago in (365, 30, 0):
        known_on = town.today - timedelta(days=days_ago)
        known = [row for row in rows if row.due_on.year <= known_on.year or days_ago == 0]
        import_dues(
            dues_file(known, known_on=known_on),
            file_name=f"naleznosci-{known_on.isoformat()}.csv",
            source="fk",
            as_of=town.now - timedelta(days=days_ago, minutes=5),
            on=town.today,
            at=town.now - timedelta(days=days_ago),
            by=BY,
        )


def _give_addresses(inhabitants: Sequence[Inhabitant]) -> None:
    keys = register_payers({who.number: who.name for who in inhabitants}, by=BY)
    payers = Payer.objects.in_bulk(keys.values())
    changed = []
    for who in inhabitants:
        payer = payers[keys[who.number]]
        payer.street, payer.postal_code, payer.city = who.street, "00-001", "Dolina"
        changed.append(payer)
    Payer.objects.bulk_update(changed, ["street", "postal_code", "city"], batch_size=500)


def _take_consents(inhabitants: Sequence[Inhabitant], town: Town) -> None:
    chance = random.Random(f"consents {town.today.year}")
    codes = list(Topic.objects.values_list("code", flat=True))
    ways, weights = zip(*WAYS, strict=True)
    for place, who in enumerate(inhabitants):
        if place and chance.random() >= SHARE_OF_CONSENTS:
            continue
        if place == 0 or chance.random() < 0.4:
            topics = codes
        else:
            topics = [code for code in codes if chance.random() < 0.5] or ["payments"]
        channels = ("sms", "email") if place == 0 or chance.random() < 0.6 else (chance.choice(("sms", "email")),)
        received = town.today - timedelta(days=chance.randrange(20, 700))
        # A day later: at night the same hour of a winter's day is the day before.
        typed_at = town.now - timedelta(days=(town.today - received).days - 1)
        draft = register_application(
            number=who.number,
            name=who.name,
            phone=who.phone,
            email=who.email,
            choices=[Choice(topic, channel) for topic in topics for channel in channels],
            signed_on=received - timedelta(days=chance.randrange(0, 9)),
            arrived_by=chance.choices(ways, weights)[0],
            received_on=received,
            scan=None,
            by=BY,
            at=typed_at,
        )
        if place % 40 != 7:  # a few wait for a clerk
            accept_application(draft, by=BY, at=typed_at)


def _make_accounts(inhabitants: Sequence[Inhabitant], firms: Sequence[Inhabitant], town: Town) -> None:
    owners = {"anna@dolina.example": inhabitants[0], "ksiegowa@dolina.example": firms[0]}
    password = make_password(PASSWORD)  # everybody's is the same and printed: one hash, which takes long, will do
    for sign_in in SIGN_INS:
        account = Account.objects.create(
            email=sign_in.email,
            password=password,
            full_name=sign_in.name,
            is_staff=bool(sign_in.group),
            is_superuser=sign_in.group == "Administrator",
        )
        EmailAddress.objects.create(user=account, email=sign_in.email, verified=True, primary=True)
        if sign_in.group and not account.is_superuser:
            account.groups.add(Group.objects.get(name=sign_in.group))
        if sign_in.email in owners:
            _tie(account, owners[sign_in.email], town)
    _tie(Account.objects.get(email="anna@dolina.example"), inhabitants[1], town, basis=Basis.ATTORNEY)
    _tie(Account.objects.get(email="pelnomocnik@dolina.example"), inhabitants[0], town, basis=Basis.ATTORNEY)
    _dispute(Account.objects.get(email="druga@dolina.example"), inhabitants[0], town)
    newcomer = find_payer(inhabitants[2].number)
    if newcomer is not None:
        issue_code(newcomer, by=BY, at=town.now)


def _dispute(account: Account, whom: Inhabitant, town: Town) -> None:
    """A second account proves to be somebody who has one: a clerk is to decide."""
    payer = find_payer(whom.number)
    if payer is not None:
        claim_payer(account, payer, how="login.gov.pl", by=BY, at=town.now)


def _tie(account: Account, whom: Inhabitant, town: Town, *, basis: str = "") -> None:
    payer = find_payer(whom.number)
    if payer is None:
        return
    grant_mandate(
        account=account,
        payer=payer,
        basis=basis or (Basis.REPRESENTATIVE if whom.is_company else Basis.SELF),
        scope=Scope.VIEW_AND_PAY if basis else Scope.ALL,
        # A resident of the demo can also come back by the stand-in of login.gov.pl: to the same account.
        confirmed_how="dokument okazany w urzędzie" if basis or whom.is_company else "login.gov.pl",
        by=BY,
        at=town.now - timedelta(days=100),
    )


def _make_payments(inhabitants: Sequence[Inhabitant], town: Town) -> None:
    """Payments in several states, each through the sandbox PayU by the protocol; the first two are paid."""
    anna = Account.objects.get(email="anna@dolina.example")
    for place, who in enumerate(inhabitants):
        payer = find_payer(who.number)
        dues = open_dues(payer.pk, on=town.today) if payer is not None else []
        if payer is None or not dues:
            continue
        outcome, days_ago = OUTCOMES[place % len(OUTCOMES)]
        payment = start_payment(
            payers=[payer],
            wishes=[Wish(due.instalment_id) for due in dues[: 1 if place < 2 else 2]],
            provider="payu",
            made_by=anna,
            by=BY,
            on=town.today - timedelta(days=days_ago),
            at=town.now - timedelta(days=days_ago),
            customer_ip="127.0.0.1",
            number=UUID(int=place + 1, version=4),
        )
        _play(payment, outcome)
        ask_provider(payment, at=town.now)
        expire_payment(payment, at=town.now)
    handle_notices(at=town.now)
    dispatch(clock=timezone.now, worker="load_demo")


def _pay_twice(inhabitants: Sequence[Inhabitant], town: Town) -> None:
    """A few paid at the counter too, a moment before: the finance system says so, and what is too much is credit."""
    firms = companies(town.companies)
    paid = Payment.objects.filter(state=State.PAID, number__gt=UUID(int=2, version=4)).order_by("pk")[:3]
    keys = set(paid.values_list("lines__instalment__external_id", flat=True))
    rows = [*book(inhabitants, firms, today=town.today), *reminders_tomorrow(inhabitants, today=town.today)]
    twice = [replace(row, paid_on=town.today) for row in rows if row.key in keys]
    if not twice:
        return
    import_dues(
        dues_file(twice, known_on=town.today),
        file_name="kasa.csv",
        source="fk",
        as_of=town.now - timedelta(minutes=4),
        on=town.today,
        at=town.now,
        by=BY,
    )


def _play(payment: Payment, outcome: str) -> None:
    """Do at the sandbox's pay page what a payer would."""
    if not outcome or not re.fullmatch(r"[A-Z0-9]+", payment.provider_order_id):
        return
    address = f"{settings.PAYU['url']}/control/payu/{payment.provider_order_id}/{outcome}"
    requests.post(address, timeout=10).raise_for_status()
