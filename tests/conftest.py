"""The cast that every test knows, and the servers behind it.

anna owes property tax and consented; piotr may see and pay for her; obcy is a stranger with dues of his own; firma is a
company and ksiegowa acts for it; clerk, treasurer, officer and admin work at the office.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.template import engines
from django.test import Client
from pytest_django.fixtures import Settings

from residents.models import Account, Payer
from tests import make
from tests.live_portal import portal_of_session, redis_is_away
from tests.mailbox import mailbox_of_session
from tests.migrated_template import migrated_template
from tests.sandbox_process import Sandbox, running_sandbox
from tests.shared_database import committed, transactional_db, written_tables

__all__ = [
    "committed",
    "mailbox_of_session",
    "portal_of_session",
    "redis_is_away",
    "transactional_db",
    "written_tables",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test of the committed database that asks for the other one too would empty the seeded tables at its end."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "transactional_db" in names and ("db" in names or item.get_closest_marker("django_db")):
            raise pytest.UsageError(f"{item.nodeid}: either `db` or `transactional_db`, not both")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker's database is a copy of one that was migrated once."""
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated_template()


@pytest.fixture(scope="session")
def sandbox_of_session() -> Iterator[Sandbox]:
    """One sandbox process a test worker."""
    with running_sandbox() as sandbox:
        yield sandbox


def settings_for(sandbox: Sandbox) -> dict[str, object]:
    """The settings that point at the sandbox."""
    return {
        "SMSAPI": {**settings.SMSAPI, "url": f"{sandbox.url}/"},
        "SERWERSMS": {**settings.SERWERSMS, "url": f"{sandbox.url}/serwersms/"},
        "MAILJET": {**settings.MAILJET, "url": f"{sandbox.url}/mailjet/v3.1/"},
        "PAYU": {**settings.PAYU, "url": sandbox.url},
        "PRZELEWY24": {**settings.PRZELEWY24, "url": sandbox.url},
        "PAYPAL": {**settings.PAYPAL, "url": sandbox.url},
        "WARNINGS": {
            **settings.WARNINGS,
            "teryt": "2461011",
            "imgw_url": f"{sandbox.url}/imgw",
            "rso_url": f"{sandbox.url}/rso",
        },
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": sandbox.smtp_port,
        "EMAIL_USE_TLS": False,
    }


@pytest.fixture
def sandbox(sandbox_of_session: Sandbox, settings: Settings) -> Sandbox:
    """The sandbox, emptied, with the settings pointing at it; what a test sets itself is undone in one order."""
    sandbox_of_session.reset()
    for name, value in settings_for(sandbox_of_session).items():
        setattr(settings, name, value)
    return sandbox_of_session


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    """Throttles and tokens of one test are not another's."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()


@pytest.fixture(autouse=True)
def _undefined_is_empty(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a test lets undefined variables of others' templates be, none is traced to its origin: a page has many."""
    if request.node.get_closest_marker("ignore_template_errors"):
        monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


@pytest.fixture
def anna_payer(db: None) -> Payer:
    """Anna as a payer: one open due of 100 zł in 30 days, consents by SMS and e-mail."""
    number = make.pesel(1)
    who = make.payer(number, "Anna Nowak")
    make.dues(make.row(number, key="ANNA-1"))
    make.consent(number)
    return who


@pytest.fixture
def anna(anna_payer: Payer) -> Account:
    """Anna's account with a confirmed identity."""
    who = make.account("anna@example.com", name="Anna Nowak")
    make.mandate(who, anna_payer)
    return who


@pytest.fixture
def piotr(anna_payer: Payer) -> Account:
    """May see and pay Anna's dues."""
    who = make.account("piotr@example.com", name="Piotr Nowak")
    make.mandate(who, anna_payer, basis="attorney", scope="pay")
    return who


@pytest.fixture
def obcy(db: None) -> Account:
    """A stranger with a confirmed identity and a due of his own."""
    number = make.pesel(77)
    whom = make.payer(number, "Jan Obcy")
    make.dues(make.row(number, key="OBCY-1", name="Jan Obcy"))
    who = make.account("obcy@example.com", name="Jan Obcy")
    make.mandate(who, whom)
    return who


@pytest.fixture
def firma(db: None) -> Payer:
    """A company with two dues."""
    number = make.nip(1)
    whom = make.payer(number, "Stolarnia Dolina sp. z o.o.")
    make.dues(
        make.row(number, key="FIRMA-1", name=whom.name, kind="PODATEK_NIERUCHOMOSCI_OP", amount="1 250,00"),
        make.row(number, key="FIRMA-2", name=whom.name, kind="PODATEK_TRANSPORTOWY", title="Podatek od pojazdów"),
    )
    return whom


@pytest.fixture
def ksiegowa(firma: Payer) -> Account:
    """The company's accountant."""
    who = make.account("ksiegowa@example.com", name="Ewa Liczy")
    make.mandate(who, firma, basis="representative")
    return who


def _staff(email: str, name: str, group: str) -> Account:
    who = make.account(email, name=name, is_staff=True)
    who.groups.add(Group.objects.get(name=group))
    return who


@pytest.fixture
def clerk(db: None) -> Account:
    """Registers consents and issues codes."""
    return _staff("referent@example.com", "Maria Referent", "Referent")


@pytest.fixture
def treasurer(db: None) -> Account:
    """Imports dues and looks after payments."""
    return _staff("skarbnik@example.com", "Tomasz Skarbnik", "Księgowość")


@pytest.fixture
def officer(db: None) -> Account:
    """Warns the town."""
    return _staff("kryzys@example.com", "Olga Kryzys", "Zarządzanie kryzysowe")


@pytest.fixture
def administrator(db: None) -> Account:
    """May do everything in admin."""
    return make.account("admin@example.com", name="Adam Admin", is_staff=True, is_superuser=True)


@pytest.fixture
def signed_in() -> "SignIn":
    """`signed_in(anna)` gives a client in which Anna is signed in."""
    return SignIn()


class SignIn:
    """Makes clients that are signed in."""

    def __call__(self, who: Account) -> Client:
        """A client of its own for *who*."""
        client = Client()
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        return client
