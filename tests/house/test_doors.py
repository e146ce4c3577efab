"""Which page opens to whom: every route of the site map, as each of the cast (tests/house/doors.py)."""

import io
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import pikepdf
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import transaction
from django.template import engines
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from consents.actions import register_application
from consents.importing import import_applications
from consents.incoming import store_scan
from consents.models import ImportedPaper, Topic
from consents.paper_row import COLUMNS
from consents.printing import shared_form
from consents.replacement import Choice
from consents.signatures.trust import Trust
from consents.signed_files import receive_signed_file
from core import inbound
from core.actor import Actor
from core.models import AuditEntry
from liabilities import letter_runs
from liabilities.api_tokens import make_token
from liabilities.due_sources import set_source
from liabilities.models import BankRate, Decision, DueSource, ImportRun, LetterFile, MissingDue
from liabilities.posting_export import make_export
from notifications.models import Campaign, DailyCap, GatewayRest, Message, Route, Spending, SuppressedAddress
from payments.models import BankEntry, Payout, Refund, Reversal
from payments.virtual_accounts import virtual_account
from residents.actions import claim_payer
from residents.attorney import ask_to_act
from residents.merging import merge_payers
from residents.models import AccessRecord, Account, Payer
from residents.rodo import ask_correction
from tests import make
from tests.broadcasts.nights import sent_broadcast
from tests.conftest import settings_for
from tests.consents import papers
from tests.consents.authority import authority
from tests.consents.signed_forms import filled_form, sign_pdf
from tests.house.doors import CAST, STAFF, doors, manager_doors
from tests.house.site_map import address_of, routes
from tests.house.visitor import Visitor, error_pages_once
from tests.liabilities.dunning import arrear, order
from tests.mailroom.post import letter_with_photograph
from tests.payments.paying import pay
from tests.payments.statements.books import statement
from tests.payments.statements.samples import Transfer
from tests.sandbox_process import Sandbox

__all__ = ["error_pages_once"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("error_pages_once")]
DOORS = doors()
FILED = "moje-dane/pelnomocnictwa"
OWN = ("naleznosci", "platnosci", "wiadomosci", "moje-dane/umocowania", FILED)
ODD_IDS = ("0", "-1", "999999999999999999999999", "²", "x", "1%00", "1 OR 1=1", "%2e%2e")


def as_each_of(*cast: str) -> pytest.MarkDecorator:
    """The test runs once as each of them: *who* is their name, *visitor* their browser."""
    return pytest.mark.parametrize(("who", "visitor"), [(who, who) for who in cast], indirect=["visitor"])


class World:
    """One object of every kind, each anna's, and the addresses that name them."""

    def __init__(self, anna: Account, payer: Payer) -> None:
        self.anna, self.payer = anna, payer
        payment = pay(payer, anna)
        scanned = _scanned()
        Refund.objects.create(payer=payer, payment=payment, amount=1, reason="x", needs_second=True, requested_by=anna)
        Reversal.objects.create(payment=payment, kind="panel", key="x", amount=1, taken_on=make.today())
        inbound.receive("payu", key="x", headers={}, body=b"", is_verified=False)
        BankRate.objects.create(valid_from=make.today(), reference=4, lombard=5, seen_at=make.now())
        Decision.objects.create(kind="deferral", number="FN.1", payer=payer, decided_on=make.today(), reason="x")
        GatewayRest.objects.create(gateway="sms", until=make.now(), reason="brak środków")
        Route.objects.create(gateway="smsapi")
        DailyCap.objects.create(kind="due_approaching", most=1)
        told = {"kind": "payment_posted", "topic_code": "payments", "messages": 1, "parts": 1, "points": 1}
        Spending.objects.create(day=make.today(), gateway="smsapi", channel="sms", **told)
        _campaign()
        SuppressedAddress.objects.create(channel="sms", address="+48500100200", reason="błędny numer")
        AccessRecord.objects.create(account=anna, account_name="Anna Nowak", payer=payer, what="test", basis="test")
        make_token(name="FK", source="fk", by=Actor(name="Anna", account_id=anna.pk), at=make.now())
        set_source(DueSource(name="fk"), by=make.BY)
        MissingDue.objects.create(run=ImportRun.objects.latest("pk"), instalment=make.instalment("ANNA-1"))
        attorney = make.account("ewa@example.com", name="Ewa Pełnomocna")
        scan = ContentFile(b"%PDF-1.4 skan", "skan.pdf")
        mandate = make.mandate(attorney, payer, basis="attorney", scope="view", scan=scan)
        always: dict[str, Any] = {"valid_from": None, "valid_until": None, "by": make.BY, "at": make.now()}
        asked = ask_to_act(anna, number=make.pesel(500), principal="Jan Kos", scope="view", scan=scan, **always)
        ask_correction(payer, anna, wish="Literówka w nazwisku.", by=make.BY, at=make.now())
        merge_payers(
            kept=make.payer(make.nip(8)), duplicate=make.payer(make.nip(9)), reason="x", by=make.BY, at=make.now()
        )
        letter_with_photograph()
        self.warned = sent_broadcast().number
        claim_payer(make.account("druga@example.com"), payer, how="login.gov.pl", by=make.BY, at=make.now())
        virtual_account(payer)
        statement(Transfer("12.00", "nie wiadomo za co"))
        make_export(by=make.BY, at=make.now())
        self.entry = BankEntry.objects.latest("pk")
        Payout.objects.create(entry=self.entry, provider="payu", amount=12, gross=12, settled_by=anna)
        _letter()
        self.values: dict[str, object] = {
            "pk": mandate.pk,
            "export": 1,
            "instalment_id": make.instalment("ANNA-1").pk,
            "message_id": Message.objects.filter(payer=payer).latest("pk").pk,
            "number": payment.number,
            "payer_id": payer.pk,
            "secret": "zly",
            "provider": "payu",
            "recipient": "zly",
            "kind": "telefon",
            "token": "zly",
            "organization_slug": "login-gov-pl",
            "provider_id": "openid",
            "subscription_id": 1,
            "content_type_id": 1,
            "object_id": 1,
        }
        self.rows: dict[str, object] = {
            "consents/consentapplication": scanned,
            "consents/signedfile": _signed_file(),
            "consents/importedpaper": _imported_paper(),
            "payments/payment": payment.pk,
            "residents/mandate": mandate.pk,
        }
        self.filed = asked.pk

    def address(self, route: str, **values: object) -> str:
        """The address of *route* for anna's object; *values* name another."""
        folder, _, rest = route.partition("/")
        table = "/".join(rest.split("/")[:2])
        known: Mapping[str, object] = self.values
        if route.startswith(FILED):
            known = {"pk": self.filed}
        if folder == "ostrzezenia":
            known = {"number": self.warned}
        if folder == "urzad" and "<" in rest and not rest.startswith(("r/", "^", "(")):
            row = self._row(table)
            known = {"pk": row, "object_id": row, "run_id": row, "payer_id": self.values["payer_id"], "verb": "odpis"}
            known |= {"place": 1, "page": 1, "entry_id": self.entry.pk, "form": "csv", "part": 1}
        return address_of(route, {**known, **values})

    def _row(self, table: str) -> object:
        if table not in self.rows:
            model = apps.get_model(table.replace("/", "."))  # noqa: TID251  the route names the table
            self.rows[table] = model._default_manager.order_by("pk").values_list("pk", flat=True)[0]
        return self.rows[table]


def _letter() -> None:
    """A run that is done, with one letter; its sheet is left empty, for setting it takes seconds."""
    arrear(make.pesel(1), "ANNA-LATE")
    run = order()
    letter_runs.number_some(run, by=make.BY, at=make.now())
    sheet = io.BytesIO()
    with pikepdf.new() as empty:
        empty.add_blank_page()
        empty.save(sheet)
    LetterFile.objects.create(letter=run.letters.get(), body=sheet.getvalue(), sha256="x")
    letter_runs.work_runs(clock=make.now, by=make.BY)


def _campaign() -> None:
    told = {"title": "Koncert", "when": "w sobotę", "place": "Rynek 1", "link": "https://dolina.example/"}
    topic = Topic.objects.get(code="events_culture")
    Campaign.objects.create(topic=topic, channels=["sms"], starts_at=make.now(), until=make.now(), **told)


def _scanned() -> int:
    draft = register_application(
        number=make.pesel(1),
        name="Anna Nowak",
        phone="",
        email="anna@example.com",
        choices=[Choice("payments", "email")],
        signed_on=make.today(),
        arrived_by="paper",
        received_on=make.today(),
        scan=ContentFile(papers.PDF, "skan.pdf"),
        by=make.BY,
        at=make.now(),
    )
    store_scan(papers.PDF, name="skan.pdf", received_on=make.today(), by=make.BY, at=make.now())
    shared_form(at=make.now())
    return draft.pk


def _imported_paper() -> int:
    """One that came in a file."""
    cells = f"K-1;{make.pesel(1).value};Anna Nowak;;anna@example.com;2026-01-02;2026-01-02;papier;waste:email"
    content = f"{';'.join(COLUMNS)}\n{cells}\n".encode()
    import_applications(content, source="arkusz", on=make.today(), by=make.BY, at=make.now())
    return ImportedPaper.objects.get().pk


def _signed_file() -> int:
    """One that waits: the town trusts nobody yet."""
    stored = receive_signed_file(
        sign_pdf(filled_form(make.pesel(1).value), authority().person(make.pesel(1).value)),
        name="wniosek.pdf",
        arrived_by="signed_file",
        trust=Trust(),
        by=make.BY,
        at=make.now(),
    )
    return stored.pk


@pytest.fixture(autouse=True)
def _templates_as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfold's templates rely on variables that are not always there, and count on their being empty."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


@pytest.fixture(scope="module")
def world_of_module(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, sandbox_of_session: Sandbox
) -> Iterator[World]:
    """Made once, in a transaction around the module's tests, each of which is rolled back to it."""
    sandbox_of_session.reset()
    pointed = override_settings(**settings_for(sandbox_of_session))
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # as in TestCase: verbs insist on being outermost
    with pointed, django_db_blocker.unblock(), around:
        payer = make.payer(make.pesel(1), "Anna Nowak")
        make.dues(make.row(make.pesel(1), key="ANNA-1"))
        make.consent(make.pesel(1))
        anna = make.account("anna@example.com", name="Anna Nowak")
        make.mandate(anna, payer)
        yield World(anna, payer)
        transaction.set_rollback(True)


@pytest.fixture
def world(world_of_module: World, db: None) -> World:
    """What the addresses name."""
    return world_of_module


@pytest.fixture
def anna(world: World) -> Account:
    """The one whose everything is."""
    return world.anna


@pytest.fixture
def anna_payer(world: World) -> Payer:
    """The one for whom piotr acts."""
    return world.payer


@pytest.fixture
def visitor(request: pytest.FixtureRequest) -> Visitor:
    """The one of the cast whom the test names."""
    who: str = request.param
    if who == "nobody":
        return Visitor(None)
    if who == "new":
        return Visitor(make.account("nowy@example.com", name="Nowy Mieszkaniec"))
    if who == "manager":
        account = make.account("kierownik@example.com", name="Kinga Kierownik", is_staff=True)
        account.groups.add(Group.objects.get(name="Administrator"))
        return Visitor(account)
    if who == "inspector":
        account = make.account("iod@example.com", name="Irena Inspektor", is_staff=True)
        account.groups.add(Group.objects.get(name="Inspektor ochrony danych"))
        return Visitor(account)
    account = request.getfixturevalue(who)
    assert isinstance(account, Account)
    return Visitor(account)


def test_every_route_has_its_doors_stated_and_every_statement_its_route() -> None:
    known, there = set(DOORS), set(routes())
    assert sorted(there - known) == [], "state who may open these pages in tests/house/doors.py"
    assert sorted(known - there) == [], "these pages are gone: strike them off tests/house/doors.py"


@as_each_of(*CAST)
def test_each_page_opens_to_whom_it_should_and_to_nobody_else(who: str, visitor: Visitor, world: World) -> None:
    wanted = {route: answers[who] for route, answers in DOORS.items()}
    shut = [route for route, answer in wanted.items() if answer == "403"]
    looks = AccessRecord.objects.count()
    found = {route: visitor.ask(world.address(route)) for route in shut}
    assert AccessRecord.objects.count() == looks, "a door that stays shut records no look"
    found |= {route: visitor.ask(world.address(route)) for route in DOORS if route not in found}
    assert found == wanted


@pytest.mark.parametrize("visitor", ["manager"], indirect=True)
def test_the_administrators_role_opens_its_own_pages_and_no_payer(visitor: Visitor, world: World) -> None:
    wanted = manager_doors()
    assert {route: visitor.ask(world.address(route)) for route in wanted} == wanted


@as_each_of(*STAFF[:4])
def test_a_page_that_is_shut_to_a_role_is_shut_to_what_it_sends(who: str, visitor: Visitor, world: World) -> None:
    shut = [route for route, answers in DOORS.items() if route.startswith("urzad/") and answers[who] == "403"]
    audited = AuditEntry.objects.count()
    answers = {route: visitor.ask(world.address(route), "post") for route in shut}
    assert {route for route, answer in answers.items() if answer not in {"403", "405"}} == set()
    assert AuditEntry.objects.count() == audited


@pytest.mark.parametrize("visitor", ["obcy"], indirect=True)
def test_what_is_anothers_is_not_there(visitor: Visitor, world: World) -> None:
    own = [route for route, told in DOORS.items() if "<" in route and route.startswith(OWN) and told["anna"] != "405"]
    assert len(own) == 10
    assert {visitor.ask(world.address(route)) for route in own} == {"404"}


@as_each_of(*CAST)
def test_whoever_is_led_on_arrives_at_a_page(who: str, visitor: Visitor, world: World) -> None:
    led = [route for route, answers in DOORS.items() if answers[who] in {"go", "desk"} and "logout" not in route]
    # Whether "desk" leads to the office's sign-in is each page's own test; one of them is followed to it.
    desk = [route for route in led if DOORS[route][who] == "desk"]
    arrived = {route: visitor.ask(world.address(route), follow=True) for route in led if route not in desk[1:]}
    # Admin leads from a row's bare address to its page, and a resident to the office's sign-in, which may be shut.
    may_be_shut = {route for route in led if route.endswith("<path:object_id>/")} | {*desk}
    assert {route for route, answer in arrived.items() if answer != "200"} <= may_be_shut
    assert set(arrived.values()) <= {"200", "403"}


def _reached(who: str) -> list[str]:
    """What they come to at all; that the office is shut to residents by every method, other tests prove."""
    return [route for route, answers in DOORS.items() if answers[who] != "desk"]


@as_each_of("nobody", "anna", "administrator")
def test_no_method_breaks_a_page(who: str, visitor: Visitor, world: World) -> None:
    # Admin's own pages take a PUT for a GET, which each page's own test asks.
    ours = [route for route in DOORS if not route.startswith("urzad/")]
    for method, asked in (("put", ours), ("post", _reached(who))):
        answers = {route: visitor.ask(world.address(route), method) for route in asked}
        assert {f"{method} {route}": answer for route, answer in answers.items() if answer.startswith("5")} == {}


@as_each_of("nobody", "anna", "administrator")
def test_no_id_breaks_a_page(who: str, visitor: Visitor, world: World) -> None:
    named = (
        *("pk", "payer_id", "object_id", "run_id", "instalment_id", "message_id", "subscription_id"),
        *("content_type_id", "number", "secret", "provider", "recipient"),
    )
    places = {route: place for place, route in enumerate(route for route in _reached(who) if "<" in route)}
    for turn, odd in enumerate(ODD_IDS):
        values = dict.fromkeys(named, odd)
        # Admin's own pages of a row are one code: the odd ids take turns among them.
        asked = [
            route
            for route, place in places.items()
            if not (route.startswith("urzad/") and "<path:object_id>" in route) or place % len(ODD_IDS) == turn
        ]
        answers = {route: visitor.ask(world.address(route, **values)) for route in asked}
        assert {f"{odd} in {route}": answer for route, answer in answers.items() if answer.startswith("5")} == {}


@pytest.mark.parametrize("visitor", ["nobody", "anna"], indirect=True)
def test_the_office_is_shut_to_residents_by_every_method(visitor: Visitor, world: World) -> None:
    signing = {"urzad/login/", "urzad/logout/"}
    office = [world.address(route) for route in DOORS if route.startswith("urzad/") and route not in signing]
    methods = itertools.cycle(("post", "put", "delete"))
    assert {visitor.ask(address, method) for address, method in zip(office, methods, strict=False)} == {"desk"}
    assert {visitor.ask(address, "post") for address in office} == {"desk"}


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "head"])
def test_a_hook_knows_its_methods_only(client: Client, method: str) -> None:
    for hook in ("/hooks/payu/", f"/hooks/sms/{settings.SMSAPI['report_secret']}/"):
        assert getattr(client, method)(hook).status_code == 405
