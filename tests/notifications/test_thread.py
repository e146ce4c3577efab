"""The whole way with real parts: dispatch, the sandbox's own reports over HTTP, a portal that serves."""

from collections import Counter

import pytest

from core.models import InboundEvent
from notifications import tasks
from notifications.models import Message
from tests import make
from tests.notifications.posting import confirm, resident, send
from tests.sandbox_process import Sandbox

AT = make.now()
ENDS = {"+48500100200": "delivered", "+48500000001": "failed", "+48500000002": "expired", "+48500000003": "sent"}


@pytest.mark.parametrize(
    "changes",
    [
        {"sms_reports_per_call": 20},
        {"sms_reports_per_call": 1},
        {"sms_report_repeats": 3, "sms_report_shuffle": True, "sms_report_before": ["QUEUE", "SENT"]},
    ],
)
def test_what_the_phone_does_is_known_in_the_end(portal: str, sandbox: Sandbox, changes: dict[str, object]) -> None:
    sandbox.control("PUT", "settings", sms_report_delay_s=3600.0, **changes)
    for serial, phone in enumerate(ENDS, start=1):
        whom = resident(serial, phone=phone, channels=("sms",))
        for place in range(5):
            confirm(whom, str(place), at=AT)
    assert send(AT) == {"sent": 20}
    waiting = sandbox.control("POST", "flush")["waiting"]
    assert waiting["reports"] == 0
    tasks.apply_reports()
    assert Counter(Message.objects.values_list("state", flat=True)) == dict.fromkeys(ENDS.values(), 5)
    assert not InboundEvent.objects.exclude(problem="", is_verified=True).exists()
