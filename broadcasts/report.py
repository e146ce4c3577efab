"""The report of a warning: who decided what and when, reach, times, failures, cost; as PDF and as CSV."""

import csv
import io
from datetime import datetime, timedelta

from broadcasts.composed import LANGUAGES, OWN_NAMES, long_text, title
from broadcasts.following import causes_of, cost_of, progress_of, times_of
from broadcasts.models import Broadcast
from broadcasts.wordings import area_words, words_of
from consents.models import Topic
from core.dates import WARSAW
from core.money import format_pln
from core.pdf import render_pdf

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def told_time(length: timedelta) -> str:
    """«2 min 5 s»."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def report_of(broadcast: Broadcast, *, at: datetime) -> dict[str, object]:
    """Everything that the report tells, *at* a moment."""
    words = words_of(broadcast)
    bases = {str(value): str(label) for value, label in Topic.Basis.choices}
    return {
        "broadcast": broadcast,
        "heading": title(words, "pl"),
        "area": area_words(broadcast),
        "basis": bases.get(broadcast.basis, ""),
        "texts": [
            (OWN_NAMES[one], long_text(words, one)) for one in LANGUAGES if one == "pl" or words.sms[one].strip()
        ],
        "steps": list(broadcast.steps.all()),
        "progress": progress_of(broadcast),
        "times": [(share, told_time(length)) for share, length in times_of(broadcast)],
        "causes": causes_of(broadcast),
        "cost": cost_of(broadcast),
        "at": at,
    }


def report_pdf(broadcast: Broadcast, *, at: datetime) -> bytes:
    """The report on paper."""
    return render_pdf("pdf/broadcast_report.html", report_of(broadcast, at=at))


def report_csv(broadcast: Broadcast, *, at: datetime) -> bytes:
    """The report as rows «part; what; value», for a spreadsheet (UTF-8 with a mark, semicolons)."""
    told = report_of(broadcast, at=at)
    rows: list[tuple[str, str, str]] = [
        ("ostrzeżenie", "numer", str(broadcast.number)),
        ("ostrzeżenie", "co to jest", str(broadcast.get_kind_display())),
        ("ostrzeżenie", "tytuł", str(told["heading"])),
        ("ostrzeżenie", "obszar", str(told["area"])),
        ("ostrzeżenie", "obowiązuje do", _moment(broadcast.until)),
        ("ostrzeżenie", "podstawa", f"{told['basis']} {broadcast.ground}".strip()),
        ("ostrzeżenie", "osób", str(broadcast.people or 0)),
        ("ostrzeżenie", "wiadomości", str(broadcast.audience or 0)),
        ("ostrzeżenie", "koszt netto", format_pln(cost_of(broadcast))),
    ]
    for step in broadcast.steps.all():
        rows.append(("krok", f"{_moment(step.at)} {step.who}", f"{step.get_kind_display()} {step.words}".strip()))
    for one in progress_of(broadcast):
        rows += [
            ("droga", f"{one.channel}: {name}", str(count))
            for name, count in (
                *(("wszystkie", one.total), ("czeka", one.waiting), ("przyjęte", one.accepted)),
                *(("doręczone", one.delivered), ("niedoręczone", one.failed), ("niewysłane", one.not_sent)),
            )
        ]
    rows += [("czas", f"{share}% przyjętych", told_time(length)) for share, length in times_of(broadcast)]
    rows += [("przyczyna", f"{one.state}: {one.reason}", str(one.count)) for one in causes_of(broadcast)]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(("część", "co", "wartość"))
    writer.writerows(tuple(_cell(cell) for cell in row) for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _moment(at: datetime) -> str:
    return f"{at.astimezone(WARSAW):%d.%m.%Y %H:%M:%S}"


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
