"""Make test data by the front door: typed functions that call actions, so that no test builds a forbidden world."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from consents.actions import accept_application, register_application
from consents.models import ConsentApplication, Topic
from consents.replacement import Choice
from consents.topics import change_topic
from core.actor import Actor, job
from core.dates import next_working_day
from core.nrb import make_nrb
from liabilities.importing import ImportReport, import_dues
from liabilities.models import Instalment
from residents.actions import grant_mandate, register_payer
from residents.identity import IdentityNumber, NumberKind, make_nip, make_pesel
from residents.models import Account, Mandate, Payer

BY = job("test")
ACCOUNT = make_nrb("10201026", "0000120100000001")
HEADER = "id;identyfikator;nazwa;rodzaj;tytul;rok;rata;termin;kwota;zaplacono;konto"
PASSWORD = "Bardzo-Tajne-Haslo-2026"


def now() -> datetime:
    """This moment, aware."""
    return datetime.now(UTC)  # noqa: TID251  the tests' own edge


def today() -> date:
    """Today in Warsaw."""
    return timezone.localdate(now())


def pesel(serial: int = 1, born: date = date(1980, 5, 17)) -> IdentityNumber:
    """A valid PESEL that nobody bears."""
    return IdentityNumber(NumberKind.PESEL, make_pesel(born, serial, True))


def nip(serial: int = 1) -> IdentityNumber:
    """A valid NIP that nobody bears."""
    for first9 in range(500_000_000 + serial * 100, 500_000_100 + serial * 100):
        try:
            return IdentityNumber(NumberKind.NIP, make_nip(str(first9)))
        except ValueError:  # remainder 10: never issued
            continue
    raise AssertionError


def payer(number: IdentityNumber, name: str = "Anna Nowak") -> Payer:
    """A registered payer."""
    kind = "person" if number.kind == NumberKind.PESEL else "company"
    return register_payer(kind=kind, name=name, number=number, by=BY)


def account(email: str, *, name: str = "Anna Nowak", **extra: object) -> Account:
    """An account whose e-mail address is confirmed."""
    made = Account.objects.create_user(email, PASSWORD, full_name=name, **extra)
    made.emailaddress_set.create(email=email, verified=True, primary=True)
    return made


def mandate(
    who: Account, whom: Payer, *, basis: str = "self", scope: str = "all", scan: "ContentFile[bytes] | None" = None
) -> Mandate:
    """A mandate in force since yesterday."""
    return grant_mandate(
        account=who,
        payer=whom,
        basis=basis,
        scope=scope,
        confirmed_how="w teście",
        by=BY,
        at=now() - timedelta(days=1),
        scan=scan,
    )


def consent(
    number: IdentityNumber,
    *,
    name: str = "Anna Nowak",
    phone: str = "+48500100200",
    email: str = "anna@example.com",
    topics: Collection[str] = ("property_tax", "payments"),
    channels: Collection[str] = ("sms", "email"),
    signed_on: date | None = None,
    at: datetime | None = None,
) -> ConsentApplication:
    """An accepted paper application."""
    day = signed_on or today() - timedelta(days=30)
    moment = at or now() - timedelta(minutes=1)  # in force for a transaction that began just now
    draft = register_application(
        number=number,
        name=name,
        phone=phone,
        email=email,
        choices=[Choice(topic, channel) for topic in topics for channel in channels],
        signed_on=day,
        arrived_by="paper",
        received_on=day,
        scan=None,
        by=BY,
        at=moment,
    )
    return accept_application(draft, by=BY, at=moment)


def topic(code: str, *, by: Actor = BY, at: datetime | None = None, **changed: object) -> Topic:
    """A kind of notification, *changed* as the administrator would."""
    known = Topic.objects.get(code=code)
    fields = ("name", "group", "basis", "ground", "channels", "position", "is_active", "department")
    said: dict[str, Any] = {field: getattr(known, field) for field in fields} | changed
    return change_topic(known, **said, by=by, at=at or now())


def statutory(code: str) -> Topic:
    """A kind that the law makes the town send, from now on."""
    return topic(code, basis=Topic.Basis.STATUTE, ground="art. 21a ustawy o zarządzaniu kryzysowym")


def row(
    number: IdentityNumber,
    *,
    key: str = "A-1",
    name: str = "Anna Nowak",
    kind: str = "PODATEK_NIERUCHOMOSCI_OF",
    title: str = "Podatek od nieruchomości",
    year: int | None = None,
    instalment: int = 1,
    due_on: date | None = None,
    amount: str = "100,00",
    paid: str = "0,00",
    account_number: str = ACCOUNT,
) -> str:
    """One line of a dues file."""
    day = due_on or today() + timedelta(days=30)
    return ";".join(
        [
            *(key, number.value, name, kind, title, str(year or day.year), str(instalment)),
            *(day.isoformat(), amount, paid, account_number),
        ]
    )


def dues(*lines: str, source: str = "test", as_of: datetime | None = None, by: Actor = BY) -> ImportReport:
    """Import a dues file of *lines*."""
    moment = as_of or now()
    return import_dues(
        "\n".join([HEADER, *lines]).encode(),
        file_name="dues.csv",
        source=source,
        as_of=moment,
        on=timezone.localdate(moment),
        by=by,
    )


def instalment(key: str = "A-1") -> Instalment:
    """The instalment of that key, fresh from the database."""
    return Instalment.objects.get(external_id=key)


def pln(text: str) -> Decimal:
    """An amount in złoty."""
    return Decimal(text)


def payable_by(term: date) -> date:
    """The day to which the law moves a term."""
    return next_working_day(term)
