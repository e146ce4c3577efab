"""A full outbox, and processes of the portal that work on the test's own database."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

from django.db import connection
from django.db.models import CharField, DateTimeField, F, PositiveSmallIntegerField, TextField, Value
from django.db.models.functions import Cast, Concat, JSONObject

from consents.queries import permitted_contacts
from notifications.actions import MESSAGE_COLUMNS, queue_messages
from notifications.models import Message, message_reference
from notifications.states import OPEN
from spm import embedded
from tests import make
from tests.sandbox_process import Sandbox

PEOPLE = 20
LEASE_SECONDS = 1


def fill_outbox(count: int, *, channel: str, name: str = "load") -> None:
    """Queue *count* confirmations of payments (a multiple of 20), each with words of its own."""
    for serial in range(PEOPLE):
        number = make.pesel(serial + 1)
        make.payer(number, "Anna Nowak")
        make.consent(number, phone=f"+485001002{serial:02}", email=f"anna{serial}@example.com", channels=(channel,))
    text, at = CharField(), make.now()
    for place in range(count // PEOPLE):
        key = Concat(Value(f"{name}-{place}-"), Cast("payer_id", text), output_field=text)
        words = ("amount_pln", "paid_on", "balance_text", "town", "link")
        said = ("123.45", "2026-05-14", "wszystko opłacone", "Dolina", "https://portal.example/")
        columns = {
            "kind": Value("payment_posted"),
            "topic_code": F("topic__code"),
            "channel": F("channel"),
            "priority": Value(20, PositiveSmallIntegerField()),
            "payer_id": F("payer_id"),
            "address": Cast("address", TextField()),
            "about": key,
            "facts": JSONObject(reference=key, **dict(zip(words, map(Value, said), strict=True))),
            "dedupe_key": key,
            "not_before": Value(at, DateTimeField()),
            "expires_at": Value(None, DateTimeField()),
        }
        values = {f"message_{column}": columns[column] for column in MESSAGE_COLUMNS}
        rows = permitted_contacts().filter(topic__code="payments", channel=channel)
        queue_messages(rows.annotate(**values).values_list(*values))
    assert Message.objects.filter(dedupe_key__startswith=f"{name}-").count() == count


def counted() -> Counter[str]:
    """How many messages are in which state."""
    return Counter(Message.objects.values_list("state", flat=True))


def is_worked_off() -> bool:
    """Whether nothing waits or is on its way."""
    return not Message.objects.filter(state__in=OPEN).exists()


def references() -> list[str]:
    """How the gateways know the messages, sorted."""
    return sorted(message_reference(message_id) for message_id in Message.objects.values_list("pk", flat=True))


def wait_until(is_so: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait until *is_so*; fails with *what* after *seconds*."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s ({dict(counted())})"
        time.sleep(0.01)


def environment(sandbox: Sandbox, **more: str) -> dict[str, str]:
    """The environment of a process that works on this test's database and the sandbox, with short leases."""
    known = connection.settings_dict
    address = urlsplit(os.environ["DATABASE_URL"])
    return {
        **os.environ,
        "DATABASE_URL": urlunsplit(address._replace(path=f"/{known['NAME']}")),
        "SPM_SMSAPI_URL": f"{sandbox.url}/",
        "SPM_SMTP_HOST": "127.0.0.1",
        "SPM_SMTP_PORT": str(sandbox.smtp_port),
        "SPM_DISPATCH_LEASE_SECONDS": str(LEASE_SECONDS),
        "SPM_LOG_LEVEL": "ERROR",
        **more,
    }


@contextlib.contextmanager
def running(*command: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process in a session of its own; at the end it and its children are killed (SIGKILL)."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=embedded.ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
