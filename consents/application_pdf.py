"""The paper application as PDF: blank, or with what the town knows of a signed-in resident.

Each carries its number, as text and as a QR code (consents/form_code.py), by which a paper that comes back is found.
"""

from dataclasses import dataclass, field
from itertools import groupby

import segno

from consents import clause
from consents.grid import grid
from consents.models import Channel, PrintedForm, Topic
from consents.pdf_fields import CLAUSE, EMAIL, FORM, NAME, NUMBER, PHONE, RESIGNS, TICK
from consents.replacement import Choice
from core.pdf import render_form, render_pdf
from core.phones import format_phone

QUIET_ZONE = 4  # modules of white around the code, as ISO/IEC 18004 asks


@dataclass(frozen=True)
class Known:
    """What the town knows of whom a form is for. The number opens the registration filled; it is never printed."""

    number: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    ticked: frozenset[Choice] = field(default_factory=frozenset)


@dataclass(frozen=True)
class _Field:
    name: str
    label: str
    value: str = ""


def topics_by_group() -> list[tuple[str, list[Topic]]]:
    """The kinds of notification as the form shows them: group, then topics in order."""
    topics = Topic.objects.filter(is_active=True)
    return [(group, list(some)) for group, some in groupby(topics, key=lambda topic: topic.group)]


def application_pdf(form: PrintedForm, known: Known | None = None) -> bytes:
    """The application, to fill in on a screen or on paper. The identity number is left to whoever signs."""
    return render_form("pdf/consent_application.html", _context([form], known or Known()), locked=(CLAUSE, FORM))


def application_pdfs(forms: list[PrintedForm]) -> bytes:
    """Several blank ones in one file, for the counters' printer: nothing in it is filled in on a screen."""
    return render_pdf("pdf/consent_application.html", _context(forms, Known()))


def _context(forms: list[PrintedForm], known: Known) -> dict[str, object]:
    return {
        "sheets": [(form, _qr(form)) for form in forms],
        "known": known,
        "fields": [
            _Field(NAME, "Imię i nazwisko lub nazwa", known.name),
            _Field(NUMBER, "PESEL, NIP lub REGON"),
            _Field(PHONE, "Telefon komórkowy", format_phone(known.phone) if known.phone else ""),
            _Field(EMAIL, "Adres e-mail", known.email),
        ],
        "groups": grid(known.ticked, channels=list(Channel)),
        "channels": list(Channel),
        "clause": clause.TEXT,
        "names": {"tick": TICK, "resigns": RESIGNS, "clause": CLAUSE, "form": FORM},
    }


def _qr(form: PrintedForm) -> str:
    qr = segno.make(form.code, error="h", boost_error=False, micro=False)
    return str(qr.svg_data_uri(border=QUIET_ZONE))
