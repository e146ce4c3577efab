"""`manage.py rotate_keys`: everything under the newest keys, nothing lost, and what it cannot do is said."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.fixtures import Settings

from consents.models import ConsentApplication
from core import inbound
from core.encryption import alike_prefix, fingerprint_prefix, seal, sealed_prefix
from core.models import AuditEntry, InboundEvent
from core.rotation import reseal
from notifications.models import Message
from residents.actions import confirm_identity, issue_code
from residents.models import Account, Contact, Mandate, Payer
from residents.queries import contacts_of, find_payer
from tests import make
from tests.core.test_encryption import new_key

pytestmark = pytest.mark.django_db
NUMBER = make.pesel(1)
COLUMNS = {
    "residents_payer": ("pesel", "pesel_fingerprint"),
    "residents_contact": ("address", "address_fingerprint"),
    "consents_consentapplication": ("identity_number", "phone", "email"),
    "residents_account": ("email",),
    "account_emailaddress": ("email",),
    "core_inboundevent": ("body",),
}


def stored(table: str, column: str) -> list[str]:
    """What the column holds, undeciphered."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")
        return [value.tobytes().decode("latin-1") if column == "body" else value for (value,) in cursor.fetchall()]


@pytest.fixture
def anna_stored(anna: Account) -> Payer:
    """Anna with an account, a paper, contacts and an event from outside."""
    inbound.receive("payu", key="1", headers={}, body=b"anna@example.com", is_verified=True)
    found = find_payer(NUMBER)
    assert found is not None
    return found


@pytest.fixture
def rotated(anna_stored: Payer, settings: Settings) -> Settings:
    """New keys before the old ones."""
    settings.ENCRYPTION_KEYS = [new_key(), *settings.ENCRYPTION_KEYS]
    settings.INDEX_KEYS = [new_key(), *settings.INDEX_KEYS]
    return settings


def run(**options: object) -> tuple[dict[str, dict[str, int]], list[str]]:
    """The command's answer, and the lines of its progress."""
    out, progress = io.StringIO(), io.StringIO()
    call_command("rotate_keys", "--json", stdout=out, stderr=progress, **options)
    return json.loads(out.getvalue()), progress.getvalue().splitlines()


def test_after_a_rotation_only_the_new_keys_are_needed(rotated: Settings, anna_stored: Payer) -> None:
    answer, _ = run()
    assert answer["resealed"]["residents.Payer"] == 1
    rotated.ENCRYPTION_KEYS, rotated.INDEX_KEYS = rotated.ENCRYPTION_KEYS[:1], rotated.INDEX_KEYS[:1]
    beginnings = (sealed_prefix(), fingerprint_prefix(), alike_prefix())
    for table, columns in COLUMNS.items():
        for column in columns:
            values = stored(table, column)
            assert values
            assert all(value.startswith(beginnings) for value in values), (table, column)
    assert find_payer(NUMBER) == anna_stored
    assert Payer.objects.get(pk=anna_stored.pk).pesel == NUMBER.value
    assert contacts_of(anna_stored.pk) == {"phone": "+48500100200", "email": "anna@example.com"}
    paper = ConsentApplication.objects.get()
    assert (paper.identity_number, paper.phone, paper.email) == (NUMBER.value, "+48500100200", "anna@example.com")
    assert Account.objects.get(email="anna@example.com").emailaddress_set.get().email == "anna@example.com"
    assert InboundEvent.objects.get().body == b"anna@example.com"


def test_while_both_keys_are_in_use_everything_is_found(rotated: Settings, anna_stored: Payer) -> None:
    assert find_payer(NUMBER) == anna_stored
    assert make.payer(NUMBER) == anna_stored
    make.dues(make.row(NUMBER, key="A-9"), make.row(make.pesel(2), key="B-9"))
    assert make.instalment("A-9").liability.payer == anna_stored
    assert Payer.objects.count() == 2


def test_a_code_of_before_the_rotation_still_confirms(rotated: Settings, anna_stored: Payer) -> None:
    old_keys = rotated.INDEX_KEYS
    rotated.INDEX_KEYS = old_keys[1:]
    code = issue_code(anna_stored, by=make.BY, at=make.now())
    rotated.INDEX_KEYS = old_keys
    Mandate.objects.update(revoked_at=make.now() - timedelta(minutes=1))
    newcomer = make.account("nowy@example.com")
    mandate = confirm_identity(newcomer, number=NUMBER, code=code, by=make.BY, at=make.now())
    assert mandate.payer == anna_stored


def test_a_second_run_has_nothing_to_do_and_progress_is_told_by_the_batch(
    rotated: Settings, anna_stored: Payer
) -> None:
    for serial in range(2, 6):
        Payer.objects.create(kind="person", name="X", pesel=make.pesel(serial).value)
    rotated.ENCRYPTION_KEYS = [new_key(), *rotated.ENCRYPTION_KEYS]
    answer, progress = run(batch=2)
    assert answer["resealed"]["residents.Payer"] == 5
    assert [line for line in progress if line.startswith("residents.Payer:")] == [
        "residents.Payer: 2 z 5",
        "residents.Payer: 4 z 5",
        "residents.Payer: 5 z 5",
    ]
    again, progress = run(batch=2)
    assert set(again["resealed"].values()) == {0}
    assert progress == []
    assert AuditEntry.objects.filter(verb="rotate_keys").count() == 2


def test_evidence_is_sealed_anew_and_nothing_else_of_it_changes(settings: Settings) -> None:
    make.consent(NUMBER)
    before = ConsentApplication.objects.values().get()
    settings.ENCRYPTION_KEYS = [new_key(), *settings.ENCRYPTION_KEYS]
    reseal(by=make.BY)
    after = ConsentApplication.objects.values().get()
    after.pop("identity_fingerprint")
    before.pop("identity_fingerprint")
    assert before == after
    with pytest.raises(Exception, match="Cannot update or delete"):
        ConsentApplication.objects.update(name="Inna")


def test_what_no_key_opens_is_listed_and_the_old_keys_are_to_stay(rotated: Settings, anna_stored: Payer) -> None:
    lost = rotated.ENCRYPTION_KEYS
    rotated.ENCRYPTION_KEYS = [new_key()]
    broken = seal("+48600100200")
    rotated.ENCRYPTION_KEYS = lost
    with connection.cursor() as cursor:
        cursor.execute("UPDATE residents_contact SET address = %s WHERE kind = 'phone'", [broken])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 2
    assert stored("residents_contact", "address").count(broken) == 1
    assert Contact.objects.get(kind="email").address == "anna@example.com"


def test_one_number_registered_twice_under_two_keys_is_told_and_kept(rotated: Settings, anna_stored: Payer) -> None:
    """Two processes, one of which did not know the new key yet, registered one person at once."""
    double = Payer.objects.create(kind="person", name="Anna Nowak", pesel=NUMBER.value)
    done = {one.table: one for one in reseal(by=make.BY)}
    assert done["residents.Payer"].doubles == [anna_stored.pk]
    assert Payer.objects.filter(pk__in=[double.pk, anna_stored.pk]).count() == 2


@pytest.mark.parametrize(
    ("setting", "keys", "code"), [("ENCRYPTION_KEYS", ["x"], "wrong_key"), ("INDEX_KEYS", [], "wrong_key")]
)
def test_wrong_keys_change_nothing(settings: Settings, setting: str, keys: list[str], code: str) -> None:
    setattr(settings, setting, keys)
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("rotate_keys", "--json", stdout=out, stderr=io.StringIO())
    assert json.loads(out.getvalue())["error"] == code


def test_a_batch_of_nothing_is_refused() -> None:
    with pytest.raises(SystemExit):
        call_command("rotate_keys", "--batch", "0", stderr=io.StringIO())
    assert not Message.objects.exists()
