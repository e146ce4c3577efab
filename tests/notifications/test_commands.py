"""The same from a shell: `dispatch` and `sms_parts`."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from notifications.models import Message
from residents.models import Payer
from tests import make
from tests.notifications.posting import confirm, report
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    """What the command printed."""
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_dispatch_once_sends_what_is_due_and_tells_by_state(sandbox: Sandbox, anna_told: Payer) -> None:
    confirm(anna_told, at=make.now())
    assert json.loads(run("dispatch", "--once", "--json")) == {"states": {"sent": 2}}
    assert json.loads(run("dispatch", "--once", "--json")) == {"states": {}}
    assert len(sandbox.sms("+48500100200")) == 1


def test_dispatch_once_applies_the_reports_that_came(sandbox: Sandbox, anna_told: Payer) -> None:
    sandbox.control("PUT", "settings", sms_report_delay_s=3600.0)
    confirm(anna_told, at=make.now())
    run("dispatch", "--once")
    report(Message.objects.get(channel="sms"))
    run("dispatch", "--once")
    assert Message.objects.get(channel="sms").state == "delivered"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Zaplac do jutra", {"encoding": "GSM-7", "units": 15, "parts": 1, "non_gsm": []}),
        ("Zapłać do jutra", {"encoding": "UCS-2", "units": 15, "parts": 1, "non_gsm": ["ć", "ł"]}),
        ("€" * 81, {"encoding": "GSM-7", "units": 162, "parts": 2, "non_gsm": []}),
    ],
)
def test_sms_parts_counts_a_text(text: str, told: dict[str, object]) -> None:
    assert json.loads(run("sms_parts", text, "--json")) == told


def test_sms_parts_without_json_is_for_people() -> None:
    assert "parts: 2" in run("sms_parts", "ą" * 71)
