"""The demo town's people and companies: from a seed, with numbers that check and belong to nobody."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from residents.identity import IdentityNumber, NumberKind, make_nip, make_pesel, make_regon
from spm.demo.names import CHANGING, COMPANIES, COMPANY_TAILS, MEN, STREETS, UNCHANGING, WOMEN, feminine

SEED = 20_260_101


@dataclass(frozen=True)
class Inhabitant:
    """A payer of the demo town."""

    number: IdentityNumber
    name: str
    street: str
    phone: str  # E.164, from a range that the sandbox phone owns
    email: str
    is_company: bool


def _plain(text: str) -> str:
    return text.lower().translate(str.maketrans("ąćęłńóśźż ", "acelnoszz."))


def _phone(place: int) -> str:
    return f"+4850{1_000_000 + place * 10:07d}"  # ends in 0: the sandbox delivers these


def _person(place: int, chance: random.Random, today: date) -> Inhabitant:
    woman = chance.random() < 0.52
    first = chance.choice(WOMEN if woman else MEN)
    surname = chance.choice(CHANGING if chance.random() < 0.5 else UNCHANGING)
    surname = feminine(surname) if woman else surname
    born = today - timedelta(days=chance.randrange(19 * 365, 90 * 365))
    number = IdentityNumber(NumberKind.PESEL, make_pesel(born, place % 1000, woman))
    street = f"{chance.choice(STREETS)} {chance.randrange(1, 90)}"
    email = f"{_plain(first)}.{_plain(surname)}.{place}@poczta.example"
    return Inhabitant(number, f"{first} {surname}", street, _phone(place), email, is_company=False)


def _company(place: int, chance: random.Random) -> Inhabitant:
    name = f"{chance.choice(COMPANIES)} {chance.choice(CHANGING)} {chance.choice(COMPANY_TAILS)}"
    number = _regon(place) if place % 10 == 9 else _nip(place)
    street = f"{chance.choice(STREETS)} {chance.randrange(1, 90)}"
    return Inhabitant(number, name, street, _phone(5000 + place), f"biuro{place}@firma.example", is_company=True)


def _nip(place: int) -> IdentityNumber:
    first9 = 547_000_000 + place * 20
    while True:
        try:
            return IdentityNumber(NumberKind.NIP, make_nip(str(first9)))
        except ValueError:  # remainder 10 is never issued
            first9 += 1


def _regon(place: int) -> IdentityNumber:
    return IdentityNumber(NumberKind.REGON, make_regon(f"{24_000_000 + place:08d}"))


def people(count: int, *, today: date) -> list[Inhabitant]:
    """*count* residents, the same for the same *today*'s year; the first is Anna Zielińska of the printed sign-in."""
    chance = random.Random(SEED)
    anna = Inhabitant(
        IdentityNumber(NumberKind.PESEL, make_pesel(date(1984, 5, 17), 482, True)),
        "Anna Zielińska",
        "Lipowa 12",
        _phone(0),
        "anna@dolina.example",
        is_company=False,
    )
    found: dict[IdentityNumber, Inhabitant] = {anna.number: anna}
    place = 1
    while len(found) < count:
        person = _person(place, chance, date(today.year, 1, 1))
        found.setdefault(person.number, person)
        place += 1
    return list(found.values())


def companies(count: int) -> list[Inhabitant]:
    """*count* companies; the first is the one of the printed accountant."""
    chance = random.Random(SEED + 1)
    first = Inhabitant(
        _nip(0), "Stolarnia Lis sp. z o.o.", "Młyńska 4", _phone(5000), "ksiegowa@dolina.example", is_company=True
    )
    return [first, *(_company(place, chance) for place in range(1, count))]
