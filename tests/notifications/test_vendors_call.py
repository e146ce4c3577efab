"""Vendors that call a portal which serves: SerwerSMS's reports, Mailjet's events."""

from pytest_django.fixtures import Settings

from notifications.mailjet_events import apply_events
from notifications.models import Message, SuppressedAddress
from notifications.serwersms_reports import apply_pushes
from tests import make
from tests.notifications.posting import confirm, resident, send
from tests.sandbox_process import Sandbox

AT = make.now()
MAIL = "anna@example.com"
SECRET = "mailjet:tajne"


def test_serwersms_calls_until_it_is_answered(portal: str, sandbox: Sandbox, settings: Settings) -> None:
    settings.MESSAGE_GATEWAYS = {"sms": ["notifications.gateways.serwersms.SerwerSms"]}
    settings.SERWERSMS = {**settings.SERWERSMS, "report_secret": "tajne"}
    sandbox.control("PUT", "settings", serwersms_report_url=f"{portal}/hooks/serwersms/tajne/")
    for serial in (1, 2):
        confirm(resident(serial, phone=f"+4850010020{serial}", channels=("sms",)), at=AT)
    assert send(AT) == {"sent": 2}
    sandbox.control("POST", "flush")
    apply_pushes(at=AT)
    assert {message.state for message in Message.objects.all()} == {"delivered"}
    assert sandbox.control("GET", "sms/counts")["reports_waiting"] == 0


def test_mailjet_tells_what_became_of_letters_and_the_portal_believes_it(
    portal: str, sandbox: Sandbox, settings: Settings
) -> None:
    settings.MESSAGE_GATEWAYS = {"email": ["notifications.gateways.mailjet.Mailjet"]}
    settings.MAILJET = {**settings.MAILJET, "webhook_secret": SECRET}
    url = portal.replace("http://", f"http://{SECRET}@")
    sandbox.control("PUT", "settings", mailjet_webhook_url=f"{url}/hooks/mail/mailjet/")
    for serial, address in enumerate((MAIL, "odrzuc@example.com", "pelna@example.com"), 1):
        confirm(resident(serial, email=address, channels=("email",)), at=AT)
    assert send(AT) == {"sent": 3}
    sandbox.control("POST", "flush")
    apply_events(at=AT)
    told = {message.address: (message.state, message.reason) for message in Message.objects.all()}
    assert told == {
        MAIL: ("delivered", ""),
        "odrzuc@example.com": ("failed", "zwrot: user unknown"),
        "pelna@example.com": ("queued", "zwrot: quota exceeded"),
    }
    assert [row.address for row in SuppressedAddress.objects.all()] == ["odrzuc@example.com"]
