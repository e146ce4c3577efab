"""Payers and how they are reached."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from core.models import AuditEntry
from residents.actions import correct_payer, drop_contact, register_payer, register_payers, set_contact
from residents.models import Contact, Payer
from residents.queries import contacts_of, find_payer
from tests import make

NUMBER = make.pesel(1)


@pytest.mark.django_db
def test_a_payer_is_found_by_their_number_and_sealed_in_the_database() -> None:
    made = make.payer(NUMBER)
    assert find_payer(NUMBER) == made
    assert find_payer(make.pesel(2)) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM residents_payer")
        assert NUMBER.value not in str(cursor.fetchall())


@pytest.mark.django_db
def test_registering_a_known_number_again_keeps_the_first_name() -> None:
    made = make.payer(NUMBER, "Anna Nowak")
    assert make.payer(NUMBER, "Anna Kowalska") == made
    assert [payer.name for payer in Payer.objects.all()] == ["Anna Nowak"]
    assert AuditEntry.objects.filter(verb="register_payer").count() == 1


@pytest.mark.django_db
def test_payers_without_a_number_are_each_their_own() -> None:
    for _ in range(2):
        register_payer(kind="person", name="spadek po Janie Nowaku", number=None, by=make.BY)
    assert Payer.objects.count() == 2


def test_two_clerks_who_register_one_number_at_once_get_one_payer(committed: None) -> None:
    def register(name: str) -> int:
        try:
            return make.payer(NUMBER, name).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as clerks:
        made = set(clerks.map(register, [f"Anna {place}" for place in range(8)]))
    assert len(made) == 1
    assert Payer.objects.count() == 1


@pytest.mark.django_db
def test_many_are_registered_at_once_and_found_again() -> None:
    known = make.payer(NUMBER, "Anna Nowak")
    people = {NUMBER: "Inna", make.pesel(2): "Jan Nowak", make.nip(1): "Stolarnia", make.nip(2): "Tartak"}
    made = register_payers(people, by=make.BY)
    assert made[NUMBER] == known.pk
    assert sorted(Payer.objects.values_list("name", "kind")) == [
        ("Anna Nowak", "person"),
        ("Jan Nowak", "person"),
        ("Stolarnia", "company"),
        ("Tartak", "company"),
    ]
    assert register_payers(people, by=make.BY) == made
    assert AuditEntry.objects.get(verb="register_payers").details == {"count": 3}
    assert find_payer(make.pesel(2)) == Payer.objects.get(name="Jan Nowak")


@pytest.mark.django_db
def test_a_name_and_address_are_corrected() -> None:
    payer = make.payer(NUMBER)
    correct_payer(payer, name="Anna Lis", street="Polna 1", postal_code="00-001", city="Dolina", by=make.BY)
    payer.refresh_from_db()
    assert (payer.name, payer.street, payer.postal_code, payer.city) == ("Anna Lis", "Polna 1", "00-001", "Dolina")
    assert find_payer(NUMBER) == payer


@pytest.mark.django_db
def test_a_new_contact_takes_the_place_of_the_old_one() -> None:
    payer = make.payer(NUMBER)
    for address in ("+48500100200", "+48600100200"):
        set_contact(payer.pk, kind="phone", address=address, source="w teście", by=make.BY, at=make.now())
    assert contacts_of(payer.pk) == {"phone": "+48600100200"}
    assert Contact.objects.count() == 1


@pytest.mark.django_db
def test_dropping_a_contact_twice_is_audited_once() -> None:
    payer = make.payer(NUMBER)
    set_contact(payer.pk, kind="email", address="anna@example.com", source="w teście", by=make.BY, at=make.now())
    drop_contact(payer.pk, kind="email", by=make.BY)
    drop_contact(payer.pk, kind="email", by=make.BY)
    assert contacts_of(payer.pk) == {}
    assert AuditEntry.objects.filter(verb="drop_contact").count() == 1


@pytest.mark.django_db
def test_the_journal_holds_no_number_phone_or_address() -> None:
    payer = make.payer(NUMBER)
    set_contact(payer.pk, kind="phone", address="+48500100200", source="wniosek nr 1", by=make.BY, at=make.now())
    written = str(list(AuditEntry.objects.values()))
    assert NUMBER.value not in written
    assert "500100200" not in written


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("payer_pesel_once", "UPDATE residents_payer SET pesel_fingerprint = 'x', pesel = 'x'"),
        ("payer_nip_once", "UPDATE residents_payer SET nip = '1060000062'"),
        ("payer_regon_once", "UPDATE residents_payer SET regon = '123456785'"),
        ("payer_pesel_with_fingerprint", "UPDATE residents_payer SET pesel_fingerprint = ''"),
        ("contact_one_of_each_kind", "UPDATE residents_contact SET kind = 'phone'"),
    ],
)
def test_the_database_itself_refuses(constraint: str, change: str) -> None:
    payer = make.payer(NUMBER)
    make.payer(make.pesel(2), "Jan")
    for kind, address in (("phone", "+48500100200"), ("email", "anna@example.com")):
        set_contact(payer.pk, kind=kind, address=address, source="w teście", by=make.BY, at=make.now())
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
