"""Terms as an iCalendar file (RFC 5545): values in, text out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LONGEST = 75  # octets of a line, without its end
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


@dataclass(frozen=True)
class Term:
    """One day on which something is due. `key` never changes for the same term, so that calendars update it."""

    key: str
    on: date
    title: str
    details: str
    link: str


def _text(value: str) -> str:
    return value.translate(ESCAPED)


def _folded(line: str) -> str:
    """A line of at most 75 octets, the rest on lines that begin with a space; no letter is cut in two."""
    parts, part, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > LONGEST:
            parts.append(part)
            part, size = " ", 1
        part, size = part + sign, size + width
    return "\r\n".join([*parts, part])


def _event(term: Term, host: str, stamp: str) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{term.key}@{host}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{term.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{term.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(term.title)}",
        f"DESCRIPTION:{_text(term.details)}",
        f"URL:{term.link}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def calendar_text(terms: Iterable[Term], *, name: str, host: str, at: datetime) -> str:
    """A calendar of whole-day events called *name*; *host* makes the keys unique, *at* is when it was made."""
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//SPM//Terminy//PL",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
        *(line for term in terms for line in _event(term, host, stamp)),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)
