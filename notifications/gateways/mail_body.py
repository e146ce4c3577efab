"""What every e-mail says, as text and as HTML, whoever carries it: no remote pictures, nothing that tracks."""

import html
import re
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string

from notifications.gateways import Parcel

LINK = re.compile(r"https?://[^\s<>\"„”«»]+[^\s<>\"„”«».,;:!?)]")
NO_MORE = {
    "pl": "Wycofaj zgodę na takie e-maile jednym kliknięciem, bez logowania:",
    "en": "Withdraw your consent to such e-mails with one click, without signing in:",
    "uk": "Відкличте згоду на такі листи одним натисканням, без входу:",
}


def as_text(parcel: Parcel) -> str:
    """The body for text readers, with the link that takes a consent back where consent is the basis."""
    if not parcel.unsubscribe:
        return parcel.body
    return f"{parcel.body}\n\n{NO_MORE.get(parcel.language, NO_MORE['pl'])}\n{parcel.unsubscribe}"


def as_html(body: str, language: str) -> str:
    """The body as HTML: paragraphs, line breaks, links that show where they lead."""
    paragraphs = []
    for paragraph in body.split("\n\n"):
        safe = html.escape(paragraph.strip())
        linked = LINK.sub(lambda link: f'<a href="{link[0]}">{link[0]}</a>', safe)
        paragraphs.append(f"<p>{linked}</p>".replace("\n", "<br>\n"))
    before, after = _frame(settings.TOWN["name"], language)
    return f"{before}{''.join(paragraphs)}{after}"


def unsubscribe_headers(parcel: Parcel) -> dict[str, str]:
    """The headers by which mail programs show their own button (RFC 2369, RFC 8058)."""
    if not parcel.unsubscribe:
        return {}
    return {
        "List-Unsubscribe": f"<{parcel.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


@lru_cache(maxsize=8)
def _frame(_name: str, language: str) -> tuple[str, str]:
    """The HTML around every body, cut where the body stands: the template is rendered once, not once a message."""
    mark = "@@body@@"
    made = render_to_string("email/message.html", {"body": mark, "town": settings.TOWN, "language": language})
    before, _, after = made.partition(mark)
    return before, after
