"""HTML to PDF/UA, one sheet after another: fonts and the style sheet are read once and shared by all of them.

No Django here: `python -m core.typesetting STATIC` is also the process that core/press.py keeps one of on each core. It
reads frames – four bytes of length, then HTML – on standard input and answers each with a sign («+» or «!»), four bytes
of length, and the PDF or what went wrong. It ends when its input does, so that it never outlives who started it.
"""

import sys
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

import weasyprint
from fontTools.ttLib import woff2
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

STYLE = "css/pdf.css"
LINK = f'<link rel="stylesheet" href="{STYLE}">'
LENGTH = 4
DONE, FAILED = b"+", b"!"


class StaticOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
    """Opens files of our `static/` folder and data: addresses; a letter fetches nothing else from anywhere."""

    def __init__(self, static: Path) -> None:
        """Of the folder *static*."""
        super().__init__()
        self._static = static

    def fetch(self, url: str, headers: object = None) -> object:
        """The resource behind *url*. Raises ValueError for an address that a letter may not fetch."""
        parts = urlsplit(url)
        if parts.scheme != "data":
            path = Path(unquote(parts.path)).resolve()
            if parts.scheme != "file" or not path.is_relative_to(self._static):
                raise ValueError("a letter may fetch only our static files")
            if path.suffix == ".woff2":
                return URLFetcherResponse(url, _unpacked(path))
        return super().fetch(url, headers)


@cache
def _unpacked(font: Path) -> bytes:
    """A font as a PDF wants it. WeasyPrint would unpack it anew for each document, which is a third of its time."""
    out = BytesIO()
    woff2.decompress(BytesIO(font.read_bytes()), out)
    return out.getvalue()


class Typesetter:
    """Sets many sheets in the house's style. Most of a sheet's time would go into reading fonts and style again."""

    def __init__(self, static: Path) -> None:
        """Read fonts and style from the folder *static*."""
        self._base = f"{static.as_uri()}/"
        self._fetcher = StaticOnly(static)
        self._fonts = FontConfiguration()
        self._style = weasyprint.CSS(url=f"{self._base}{STYLE}", url_fetcher=self._fetcher, font_config=self._fonts)

    def pdf(self, html: str) -> bytes:
        """*html*, which names the house's style and no other, as PDF/UA-1."""
        bare = html.replace(LINK, "", 1)
        sheet = weasyprint.HTML(string=bare, base_url=self._base, url_fetcher=self._fetcher)
        made: bytes = sheet.write_pdf(pdf_variant="pdf/ua-1", stylesheets=[self._style], font_config=self._fonts)
        return made


def send_frame(stream: BinaryIO, content: bytes, sign: bytes = b"") -> None:
    """Write one frame."""
    stream.write(sign + len(content).to_bytes(LENGTH, "big") + content)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The content of the next frame; None at the end of the stream."""
    head = stream.read(LENGTH)
    if len(head) < LENGTH:
        return None
    size = int.from_bytes(head, "big")
    content = stream.read(size)
    return content if len(content) == size else None


def main() -> None:
    """Set what comes until nothing comes."""
    typesetter = Typesetter(Path(sys.argv[1]))
    took, gave = sys.stdin.buffer, sys.stdout.buffer
    while (html := read_frame(took)) is not None:
        try:
            send_frame(gave, typesetter.pdf(html.decode()), DONE)
        except Exception as error:  # one sheet's fault must not end the others
            send_frame(gave, type(error).__name__.encode(), FAILED)


if __name__ == "__main__":
    main()
