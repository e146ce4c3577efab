"""Template to PDF/UA, with the house's own style and fonts and no look outside."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import weasyprint
from django.conf import settings
from django.template.loader import render_to_string
from weasyprint.urls import URLFetcher

STATIC = Path(settings.BASE_DIR) / "static"


class _StaticOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
    """Opens files of our `static/` folder and data: addresses; a letter fetches nothing else from anywhere."""

    def fetch(self, url: str, headers: object = None) -> object:
        """The resource behind *url*. Raises ValueError for an address that a letter may not fetch."""
        parts = urlsplit(url)
        if parts.scheme != "data":
            path = Path(unquote(parts.path)).resolve()
            if parts.scheme != "file" or not path.is_relative_to(STATIC):
                raise ValueError("a letter may fetch only our static files")
        return super().fetch(url, headers)


def render_pdf(template: str, context: dict[str, object]) -> bytes:
    """Render *template* with *context* and the town as a PDF that a screen reader can read (PDF/UA-1).

    Addresses in the template are relative to `static/` («css/pdf.css»).
    """
    html = render_to_string(template, {"town": settings.TOWN, **context})
    document = weasyprint.HTML(string=html, base_url=f"{STATIC.as_uri()}/", url_fetcher=_StaticOnly())
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return made
