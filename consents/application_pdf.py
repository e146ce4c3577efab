"""The paper application as PDF: blank, or with what the town knows of a signed-in resident."""

from itertools import groupby

from consents import clause
from consents.models import Topic
from core.pdf import render_pdf


def topics_by_group() -> list[tuple[str, list[Topic]]]:
    """The kinds of notification as the form shows them: group, then topics in order."""
    topics = Topic.objects.filter(is_active=True)
    return [(group, list(some)) for group, some in groupby(topics, key=lambda topic: topic.group)]


def application_pdf(*, name: str = "", phone: str = "", email: str = "") -> bytes:
    """The application, ready to print and sign. The identity number is left to be written by hand."""
    return render_pdf(
        "pdf/consent_application.html",
        {
            "groups": topics_by_group(),
            "clause": clause.TEXT,
            "version": clause.VERSION,
            "name": name,
            "phone": phone,
            "email": email,
        },
    )
