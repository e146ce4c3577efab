"""What the control API can change: how the stand-ins answer, delay, repeat and fail."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SMS_FAULTS = ("http500", "http502", "http429", "error203", "error201", "cut", "cut_before", "hang", "truncated", "html")
PAYU_FAULTS = ("http500", "http503", "html", "status_number", "cut", "cut_after", "hang")
VENDOR_FAULTS = ("http500", "http503", "html", "cut", "cut_after", "hang")
SMS_STATUSES = ("DELIVERED", "UNDELIVERED", "EXPIRED", "FAILED", "REJECTED", "UNKNOWN", "SENT", "ACCEPTED", "QUEUE")
MAILJET_FAULTS = ("http429", "http500", "http503", "html", "cut", "cut_after", "hang")
WARNING_FAULTS = ("http500", "http503", "html", "cut", "hang", "truncated", "nonsense")
RETURN = re.compile(r"[45]\d\d [45]\.\d{1,3}\.\d{1,3} \S")
ALGORITHMS = ("MD5", "SHA", "SHA-1", "SHA-256", "SHA-384", "SHA-512")


class WrongSetting(ValueError):
    """A setting that does not exist, or a value that it cannot take."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default. Shares are from 0 to 1, times in seconds unless the name says ms.

    `…_next` are faults for the next requests, one each, before the shares are rolled: tests need no luck.
    """

    payu_algorithm: str = "MD5"
    payu_auto_receive: bool = True
    payu_down: bool = False
    payu_error_share: float = 0.0
    payu_next: list[str] = field(default_factory=list)
    payu_hang_s: float = 30.0
    payu_latency_ms: float = 0.0
    payu_late_s: float = 60.0
    payu_notice_delay_s: float = 0.0
    payu_notice_scale: float = 1.0
    payu_notice_timeout_s: float = 10.0
    payu_refund_s: float = 1.0
    payu_refund_status: str = "FINALIZED"
    payu_token_s: float = 43199.0

    p24_down: bool = False
    p24_refund_status: str = "completed"
    p24_next: list[str] = field(default_factory=list)
    paypal_down: bool = False
    paypal_refund_status: str = "COMPLETED"
    paypal_next: list[str] = field(default_factory=list)
    paypal_webhook_url: str = ""
    notice_scale: float = 1.0

    imgw_down: bool = False
    imgw_next: list[str] = field(default_factory=list)
    rso_down: bool = False
    rso_next: list[str] = field(default_factory=list)

    sms_latency_ms: float = 0.0
    sms_jitter_ms: float = 0.0
    sms_down: bool = False
    sms_error_share: float = 0.0
    sms_cut_share: float = 0.0
    sms_hang_share: float = 0.0
    sms_hang_s: float = 60.0
    sms_truncated_share: float = 0.0
    sms_http429_share: float = 0.0
    sms_error203_share: float = 0.0
    sms_next: list[str] = field(default_factory=list)
    sms_requests_per_s: int = 0
    sms_most_recipients: int = 10_000
    sms_most_parts: int = 10
    sms_credit: float = 1_000_000.0
    sms_senders: list[str] = field(default_factory=lambda: ["SPM", "Test", "Dolina"])
    sms_blacklist: list[str] = field(default_factory=list)
    sms_templates: list[str] = field(default_factory=list)
    sms_check_idx_hours: float = 24.0
    sms_drop_duplicates: bool = True
    sms_numbers: dict[str, str] = field(
        default_factory=lambda: {
            "48500000001": "UNDELIVERED",
            "48500000002": "EXPIRED",
            "48500000003": "SILENT",
            "48500000004": "INVALID",
        }
    )
    sms_status: str = "DELIVERED"
    sms_notify_url: str = ""
    sms_answers_url: str = ""
    serwersms_report_url: str = ""
    sms_report_before: list[str] = field(default_factory=list)
    sms_report_delay_s: float = 0.0
    sms_report_repeats: int = 1
    sms_report_retry_s: float = 10.0
    sms_report_shuffle: bool = False
    sms_report_tries: int = 100
    sms_report_timeout_s: float = 10.0
    sms_reports_per_call: int = 20
    vms_hours: list[int] = field(default_factory=lambda: [8, 22])

    mail_refusals: dict[str, str] = field(
        default_factory=lambda: {
            "odrzuc": "550 5.1.1 No such user here",
            "pelna": "452 4.2.2 Mailbox full",
        }
    )
    mail_returns: dict[str, str] = field(
        default_factory=lambda: {"odbij": "550 5.1.1 User unknown", "zapchana": "452 4.2.2 Mailbox full"}
    )
    mail_return_box: str = ""
    mail_down: bool = False
    push_down: bool = False
    push_next: list[str] = field(default_factory=list)
    mailjet_next: list[str] = field(default_factory=list)
    mailjet_domains: list[str] = field(default_factory=lambda: ["dolina.example"])
    mailjet_webhook_url: str = ""
    mail_latency_ms: float = 0.0


CHOICES: Mapping[str, tuple[str, ...]] = {
    "payu_algorithm": ALGORITHMS,
    "payu_next": PAYU_FAULTS,
    "p24_next": VENDOR_FAULTS,
    "paypal_next": VENDOR_FAULTS,
    "p24_refund_status": ("completed", "pending", "rejected"),
    "paypal_refund_status": ("COMPLETED", "PENDING", "FAILED"),
    "mailjet_next": MAILJET_FAULTS,
    "push_next": MAILJET_FAULTS,
    "imgw_next": WARNING_FAULTS,
    "rso_next": WARNING_FAULTS,
    "payu_refund_status": ("FINALIZED", "CANCELED", "PENDING"),
    "sms_next": SMS_FAULTS,
    "sms_status": SMS_STATUSES,
    "sms_report_before": SMS_STATUSES,
    "sms_numbers": (*SMS_STATUSES, "SILENT", "INVALID"),
}
SHARES = tuple(entry.name for entry in dataclasses.fields(Settings) if entry.name.endswith("_share"))


def changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """*settings* with *changes*, each checked. Raises WrongSetting and changes nothing when one of them is wrong."""
    known = {entry.name for entry in dataclasses.fields(Settings)}
    checked = {}
    for name, value in changes.items():
        if name not in known:
            raise WrongSetting(f"There is no setting {name!r}.")
        checked[name] = _checked(name, value, getattr(Settings(), name))
    return dataclasses.replace(settings, **checked)


def _checked(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(default):
        raise WrongSetting(f"{name} takes a {type(default).__name__}, not {value!r}.")
    if isinstance(value, int | float) and value < 0:
        raise WrongSetting(f"{name} cannot be negative.")
    if name in SHARES and value > 1:
        raise WrongSetting(f"{name} is a share from 0 to 1.")
    if name == "vms_hours" and not (len(value) == 2 and all(type(hour) is int for hour in value)):
        raise WrongSetting("vms_hours are two hours, the first and the one after the last.")
    if name == "mail_returns" and not all(RETURN.match(words) for words in value.values()):
        raise WrongSetting("mail_returns are words such as «550 5.1.1 User unknown».")
    if name == "mail_refusals" and not all(_is_smtp_answer(answer) for answer in value.values()):
        raise WrongSetting("mail_refusals are SMTP answers from 400 to 599, such as «550 5.1.1 No such user».")
    words = value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]
    if name in CHOICES and any(word not in CHOICES[name] for word in words):
        raise WrongSetting(f"{name} knows {', '.join(CHOICES[name])}.")
    if isinstance(value, list) and name != "vms_hours" and not all(isinstance(word, str) for word in value):
        raise WrongSetting(f"{name} is a list of strings.")
    return value


def _is_smtp_answer(answer: Any) -> bool:
    return isinstance(answer, str) and answer[:3].isdigit() and 400 <= int(answer[:3]) <= 599
