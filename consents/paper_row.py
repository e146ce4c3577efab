"""One row of a file of papers (docs/formats/applications.md): a checked value, or what is wrong with it in Polish."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from consents import clause
from consents.models import ArrivalWay, Topic
from consents.paper import address_faults, date_faults, read_phone, tick_faults
from consents.replacement import Choice
from core.dates import parse_date
from core.errors import Refused
from core.fields import LONGEST_ADDRESS
from residents.identity import IdentityNumber, mask_number, read_identity

COLUMNS = ("id", "numer", "nazwa", "telefon", "email", "podpisano", "wplynal", "jak_wplynal", "rodzaje")
OPTIONAL = ("klauzula",)
WAYS = {
    "papier": ArrivalWay.PAPER,
    "poczta": ArrivalWay.POST,
    "skan": ArrivalWay.EMAIL_SCAN,
    "epuap": ArrivalWay.EPUAP,
    "edoreczenia": ArrivalWay.EDELIVERY,
}
RESIGNS = "rezygnacja"
FIELDS = {  # the fields of consents/paper.py by column
    "phone": "telefon",
    "email": "email",
    "signed_on": "podpisano",
    "received_on": "wplynal",
    "choices": "rodzaje",
}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LONG_NUMBER = re.compile(r"[0-9]{9,14}")
BOX = re.compile(r"([a-z0-9_\-]{1,40}):([a-z]{1,10})")
SHOWN = 100


@dataclass(frozen=True)
class PaperRow:
    """A row that passed every check that needs no look at the register."""

    line: int
    key: str
    number: IdentityNumber
    name: str
    phone: str
    email: str
    signed_on: date
    received_on: date
    arrived_by: str
    choices: frozenset[Choice]
    clause_version: str

    @property
    def content(self) -> str:
        """Everything that the row says, for telling it from another row."""
        boxes = ",".join(sorted(f"{one.topic}:{one.channel}" for one in self.choices))
        said = (self.number.value, self.name, self.phone, self.email, self.signed_on, self.received_on)
        return "\n".join(str(one) for one in (*said, self.arrived_by, boxes, self.clause_version))


@dataclass(frozen=True)
class PaperProblem:
    """One fault: where it is, what stands there (numbers and addresses masked), how to mend it."""

    line: int
    column: str
    value: str
    message: str


def shown(column: str, cell: str) -> str:
    """What a report may show of *cell*."""
    text = CONTROL.sub("\ufffd", cell.strip())[:SHOWN]
    return mask_number(text) if column in {"numer", "telefon", "email"} or LONG_NUMBER.search(text) else text


class PaperReader:
    """Reads the rows of one file. *topics* are those in use by code, *on* is today."""

    def __init__(self, *, topics: Mapping[str, Topic], on: date) -> None:
        """Readers of the columns that stand alone."""
        self._topics, self._on = topics, on
        self._readers: dict[str, Callable[[str], object]] = {
            "id": lambda cell: _text(cell, 64),
            "numer": lambda cell: read_identity(cell, on=on),
            "nazwa": lambda cell: _text(cell, 200),
            "email": _email,
            "podpisano": parse_date,
            "wplynal": parse_date,
            "jak_wplynal": _way,
            "rodzaje": _choices,
            "klauzula": _clause,
        }

    def read(self, line: int, cells: Sequence[str]) -> PaperRow | tuple[PaperProblem, ...]:
        """The checked row, or every fault that it has; *cells* are in the order of COLUMNS and OPTIONAL."""
        said = dict(zip((*COLUMNS, *OPTIONAL), cells, strict=True))
        read: dict[str, object] = {}
        problems: list[PaperProblem] = []

        def fault(column: str, refusal: Refused) -> None:
            problems.append(PaperProblem(line, column, shown(column, said[column]), str(refusal)))

        for column, reader in self._readers.items():
            try:
                read[column] = reader(said[column])
            except Refused as refusal:
                fault(column, refusal)
        choices, phone = read.get("rodzaje"), said["telefon"]
        if isinstance(choices, frozenset):
            try:
                phone = read_phone(phone, choices)
            except Refused as refusal:
                fault("telefon", refusal)
            for found in (
                *tick_faults(choices, topics=self._topics),
                *address_faults(choices, phone=said["telefon"], email=said["email"]),
            ):
                fault(FIELDS[found.where], found)
        signed_on, received_on = read.get("podpisano"), read.get("wplynal")
        if isinstance(signed_on, date) and isinstance(received_on, date):
            for found in date_faults(signed_on=signed_on, received_on=received_on, on=self._on):
                fault(FIELDS[found.where], found)
        if problems:
            return tuple(problems)
        return _row(line, phone, read)


def _row(line: int, phone: str, read: dict[str, object]) -> PaperRow:
    number, signed_on, received_on, choices = (read[key] for key in ("numer", "podpisano", "wplynal", "rodzaje"))
    if not (
        isinstance(number, IdentityNumber)
        and isinstance(signed_on, date)
        and isinstance(received_on, date)
        and isinstance(choices, frozenset)
    ):
        raise TypeError
    texts = {key: str(read[key]) for key in ("id", "nazwa", "email", "jak_wplynal", "klauzula")}
    return PaperRow(
        line=line,
        key=texts["id"],
        number=number,
        name=texts["nazwa"],
        phone=phone,
        email=texts["email"],
        signed_on=signed_on,
        received_on=received_on,
        arrived_by=texts["jak_wplynal"],
        choices=choices,
        clause_version=texts["klauzula"],
    )


def _text(cell: str, longest: int) -> str:
    text = " ".join(cell.split())
    if not text:
        raise Refused("empty", "Kolumna jest pusta.", mend="Uzupełnij ją.")
    if CONTROL.search(text):
        raise Refused("control_character", "Niedozwolony znak sterujący.", mend="Usuń go.")
    if len(text) > longest:
        raise Refused("too_long", f"Więcej niż {longest} znaków.", mend="Skróć tekst.")
    return text


def _email(cell: str) -> str:
    text = cell.strip()
    if not text:
        return ""
    try:
        validate_email(text)
    except ValidationError as error:
        raise Refused(
            "email_unreadable", "To nie jest adres e-mail.", mend="Podaj adres jak jan@example.com."
        ) from error
    if len(text) > LONGEST_ADDRESS:
        raise Refused("too_long", f"Więcej niż {LONGEST_ADDRESS} znaków.", mend="Podaj krótszy adres.")
    return text


def _way(cell: str) -> str:
    way = WAYS.get(cell.strip().casefold())
    if way is None:
        raise Refused("way_unknown", "Nieznany sposób wpływu.", mend=f"Dozwolone: {', '.join(WAYS)}.")
    return way.value


def _clause(cell: str) -> str:
    version = cell.strip() or clause.VERSION
    if version not in clause.TEXTS:
        raise Refused("clause_unknown", "Nieznana wersja klauzuli.", mend=f"Znane: {', '.join(clause.TEXTS)}.")
    return version


def _choices(cell: str) -> frozenset[Choice]:
    words = cell.replace(",", " ").split()
    if words == [RESIGNS]:
        return frozenset()
    boxes = [BOX.fullmatch(word) for word in words]
    if not words or not all(boxes):
        raise Refused(
            "choices_unreadable",
            "Nie da się odczytać zaznaczonych rodzajów.",
            mend=f"Podaj je jak „waste:sms waste:email”, a rezygnację jako „{RESIGNS}”.",
        )
    return frozenset(Choice(box[1], box[2]) for box in boxes if box)
