"""A request to `sms.do` or `vms.do`, read and checked before a single message of it leaves."""

import math
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.addresses import is_web_address
from sandbox.settings import Settings
from sandbox.sms_errors import VOICE_NO_TEXT, SmsRefused
from sandbox.sms_numbers import is_landline, is_polish, readable
from sandbox.sms_parts import Size, measured, normalized

WARSAW = ZoneInfo("Europe/Warsaw")
LECTORS = {"agnieszka", "ewa", "jacek", "jan", "maja"}
RESTRICTIONS = {"follow", "ignore", "nearest_available"}
THREE_MONTHS = 92 * 86400
Fields = dict[str, str]


@dataclass(slots=True)
class Batch:
    """What a correct request asks to send. The lists are aligned; `texts` and `parts` hold one entry a recipient."""

    kind: str
    sender: str
    numbers: list[str]
    submitted: list[str]
    idx: list[str | None]
    texts: list[str]
    parts: list[int]
    message: str
    size: Size
    send_at: float
    notify_url: str
    check_idx: bool
    test: bool
    details: bool
    invalid_numbers: list[dict[str, str]]


def read_batch(fields: Fields, kind: str, settings: Settings, at: float) -> Batch:
    """Read *fields* as SMSAPI does. Raises SmsRefused with the vendor's number."""
    sender = _sender(fields, settings)
    _check_options(fields, settings)
    submitted = _recipients(fields, settings)
    idx = _idx(fields, len(submitted))
    values = _values(fields, len(submitted))
    kept, numbers, invalid = _correct(submitted, fields, kind, settings)
    message, size = _message(fields, kind, settings)
    texts, parts = _texts(message, size, values, kept, fields, settings)
    batch = Batch(
        kind=kind,
        sender=sender,
        numbers=numbers,
        submitted=[submitted[place] for place in kept],
        idx=[idx[place] for place in kept],
        texts=texts,
        parts=parts,
        message=message,
        size=size,
        send_at=_send_at(fields, at),
        notify_url=fields.get("notify_url") or settings.sms_notify_url,
        check_idx=fields.get("check_idx") == "1",
        test=fields.get("test") == "1",
        details=fields.get("details") == "1",
        invalid_numbers=invalid,
    )
    _check_times(fields, batch, settings)
    return batch


def _sender(fields: Fields, settings: Settings) -> str:
    sender = fields.get("from") or "Test"
    if sender not in settings.sms_senders:
        raise SmsRefused(14)
    return sender


def _check_options(fields: Fields, settings: Settings) -> None:
    if "normalize" in fields and "datacoding" in fields:
        raise SmsRefused(25)
    if fields.get("time_restriction", "ignore").lower() not in RESTRICTIONS:
        raise SmsRefused(28)
    if "notify_url" in fields and not is_web_address(fields["notify_url"]):
        raise SmsRefused(70)
    if fields.get("template") and fields["template"] not in settings.sms_templates:
        raise SmsRefused(104)
    if "tts_lector" in fields and fields["tts_lector"].lower() not in LECTORS:
        raise SmsRefused(35)


def _recipients(fields: Fields, settings: Settings) -> list[str]:
    if fields.get("group"):
        if any(name in fields for name in ("param1", "param2", "param3", "param4")):
            raise SmsRefused(93)
        raise SmsRefused(40)
    submitted = fields.get("to", "").split(",") if fields.get("to") else []
    if not submitted:
        raise SmsRefused(13, invalid_numbers=[])
    if len(submitted) > settings.sms_most_recipients:
        raise SmsRefused(19)
    return submitted


def _idx(fields: Fields, count: int) -> list[str | None]:
    if not fields.get("idx"):
        return [None] * count
    given = fields["idx"].split("|")
    if len(given) != count:
        raise SmsRefused(20)
    if len(max(given, key=len)) > 255:
        raise SmsRefused(27)
    return [one or None for one in given]


def _values(fields: Fields, count: int) -> dict[str, list[str]]:
    values = {}
    for place in "1234":
        if f"param{place}" in fields:
            given = fields[f"param{place}"].split("|")
            if len(given) != count:
                raise SmsRefused(18)
            values[f"[%{place}%]"] = given
    return values


def _correct(
    submitted: list[str], fields: Fields, kind: str, settings: Settings
) -> tuple[list[int], list[str], list[dict[str, str]]]:
    """Places and numbers of the recipients that get the message, and why the others do not."""
    kept: list[int] = []
    numbers: list[str] = []
    invalid: list[dict[str, str]] = []
    codes: set[int] = set()
    seen: set[str] = set()
    special = tuple(end for end, what in settings.sms_numbers.items() if what == "INVALID")
    black = {readable(number) for number in settings.sms_blacklist}
    twice_allowed = fields.get("allow_duplicates") == "1" or not settings.sms_drop_duplicates
    for place, given in enumerate(submitted):
        number = readable(given)
        code = 0
        if not number or number.endswith(special):
            code = 13
        elif kind == "vms" and not is_polish(number):
            code = 32
        elif kind == "sms" and is_landline(number):
            code = 55
        elif number in black:
            code = 57
        if code:
            codes.add(code)
            invalid.append({"number": number, "submitted_number": given, "message": _reason(code)})
        elif twice_allowed or number not in seen:
            seen.add(number)
            kept.append(place)
            numbers.append(number)
    if not kept:
        raise SmsRefused(codes.pop() if len(codes) == 1 else 13, invalid_numbers=invalid)
    return kept, numbers, invalid


def _reason(code: int) -> str:
    return "Invalid phone number" if code == 13 else str(SmsRefused(code).message)


def _message(fields: Fields, kind: str, settings: Settings) -> tuple[str, Size]:
    if kind == "vms":
        text = fields.get("tts", "") or ("[WAV]" if "file" in fields else "")
        if not text:
            raise SmsRefused(11, VOICE_NO_TEXT)
        return text, Size(len(text), 1, unicode=False)
    text = fields.get("message", "")
    text = normalized(text) if fields.get("normalize") == "1" else text
    if not text.strip():
        raise SmsRefused(11)
    return text, _allowed(text, fields, settings)


def _allowed(text: str, fields: Fields, settings: Settings) -> Size:
    size = measured(text)
    if size.unicode and fields.get("nounicode") == "1":
        raise SmsRefused(11)
    if size.unicode and fields.get("flash") == "1":
        raise SmsRefused(17)
    if size.parts > settings.sms_most_parts:
        raise SmsRefused(11)
    most = fields.get("max_parts", "")
    if most.isdecimal() and size.parts > int(most):
        raise SmsRefused(12)
    return size


def _texts(
    message: str, size: Size, values: dict[str, list[str]], kept: list[int], fields: Fields, settings: Settings
) -> tuple[list[str], list[int]]:
    used = {mark: given for mark, given in values.items() if mark in message}
    if not used:
        return [message] * len(kept), [size.parts] * len(kept)
    normalize = fields.get("normalize") == "1"
    texts, parts = [], []
    for place in kept:
        text = message
        for mark, given in used.items():
            text = text.replace(mark, given[place])
        text = normalized(text) if normalize else text
        texts.append(text)
        parts.append(_allowed(text, fields, settings).parts)
    return texts, parts


def _moment(text: str) -> float:
    """Unix seconds or ISO 8601, in Warsaw time when no zone is said. Raises ValueError."""
    if text.isdecimal():
        return float(text[:15])
    read = datetime.fromisoformat(text)
    if not 1970 < read.year < 9999:
        raise ValueError(text)
    return (read if read.tzinfo else read.replace(tzinfo=WARSAW)).timestamp()


def _send_at(fields: Fields, at: float) -> float:
    if not fields.get("date"):
        return at
    try:
        wanted = _moment(fields["date"])
    except ValueError:
        if fields.get("date_validate") == "1":
            raise SmsRefused(54) from None
        return at
    if wanted > at + THREE_MONTHS:
        raise SmsRefused(50)
    return max(wanted, at)


def _check_times(fields: Fields, batch: Batch, settings: Settings) -> None:
    if fields.get("expiration_date"):
        try:
            hours = (_moment(fields["expiration_date"]) - batch.send_at) / 3600
        except ValueError:
            raise SmsRefused(54) from None
        if not 1 <= math.ceil(hours * 3600) / 3600 <= 72:
            raise SmsRefused(56)
    if batch.kind == "vms":
        first, end = settings.vms_hours
        if not first <= datetime.fromtimestamp(batch.send_at, WARSAW).hour < end:
            raise SmsRefused(51)
