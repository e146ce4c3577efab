"""A small town that may be warned, and a second officer."""

import pytest

from residents.models import Account, Payer
from tests import make


@pytest.fixture
def colleague(db: None) -> Account:
    """A second officer."""
    return make.account("drugi@example.com", name="Karol Drugi", is_staff=True)


@pytest.fixture
def town(db: None) -> list[Payer]:
    """Three residents who may be warned, in two streets, and one who did not consent."""
    streets = ("ul. Polna 3", "Leśna 7/2", "")
    people = []
    for place, street in enumerate(streets):
        number = make.pesel(100 + place)
        make.consent(
            number, name=f"Osoba {place}", phone=f"+4850010030{place}", email=f"o{place}@example.com", topics=["crisis"]
        )
        payer = Payer.objects.with_number(number).get()
        Payer.objects.filter(pk=payer.pk).update(street=street, postal_code="00-001" if street else "")
        people.append(payer)
    make.consent(make.pesel(110), name="Bez Zgody", topics=["waste"])
    return people
