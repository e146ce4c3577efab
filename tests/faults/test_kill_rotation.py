"""`manage.py rotate_keys` killed by SIGKILL between its batches: the next run goes on, and nothing was lost."""

import base64
import secrets
from datetime import date

from django.db import connection
from pytest_django.fixtures import Settings

from core.encryption import sealed_prefix
from core.models import AuditEntry
from residents.actions import register_payers
from residents.models import Payer
from tests import make
from tests.faults.outbox import environment, running, wait_until
from tests.sandbox_process import Sandbox

PAYERS = 1_500


def _sealed_anew(prefix: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM residents_payer WHERE starts_with(pesel, %s)", [prefix])
        count: int = cursor.fetchone()[0]
        return count


def test_a_killed_rotation_goes_on_where_it_was(transactional_db: None, sandbox: Sandbox, settings: Settings) -> None:
    numbers = {
        make.pesel(serial % 1000, date(1980, 5, 17 + serial // 1000)): f"Osoba {serial}" for serial in range(PAYERS)
    }
    register_payers(numbers, by=make.BY)
    keys = [base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(), *settings.ENCRYPTION_KEYS]
    settings.ENCRYPTION_KEYS = keys
    prefix = sealed_prefix()
    told = environment(sandbox, SPM_ENCRYPTION_KEYS=",".join(keys))
    with running("manage.py", "rotate_keys", "--batch", "10", environment=told):
        wait_until(lambda: _sealed_anew(prefix) >= 100, seconds=60, what="some batches are sealed anew")
    done = _sealed_anew(prefix)
    assert 100 <= done < PAYERS, "the kill came too late: the test proves nothing"
    assert sorted(Payer.objects.values_list("pesel", flat=True)) == sorted(number.value for number in numbers)
    with running("manage.py", "rotate_keys", "--batch", "500", environment=told) as second:
        assert second.wait(60) == 0
    assert AuditEntry.objects.get(verb="rotate_keys").details["residents.Payer"] == PAYERS - done
    settings.ENCRYPTION_KEYS = keys[:1]
    assert sorted(Payer.objects.values_list("pesel", flat=True)) == sorted(number.value for number in numbers)
