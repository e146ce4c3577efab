"""Pages of a PDF as pictures, by PDFium without its script engine. Runs in the child (core/documents/child.py)."""

from collections.abc import Iterator

import pypdfium2
from PIL import Image

from core.documents.kinds import damaged
from core.documents.pictures import SCAN_DPI, as_pdf

POINTS = 72  # an inch
LONGEST_PAGE = 3_600  # pixels: A4 at 300 dpi, A3 at 200
TRIAL = 300  # pixels of a page that is drawn only to see whether it can be


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(content)
        document.init_forms()
    except (pypdfium2.PdfiumError, RuntimeError) as error:
        raise damaged() from error
    return document


def _drawn(document: pypdfium2.PdfDocument, number: int, *, longest: int) -> Image.Image:
    try:
        page = document[number]
        side = max(page.get_size())
        if side <= 0:
            raise damaged()
        picture: Image.Image = page.render(scale=min(SCAN_DPI * 1.5 / POINTS, longest / side)).to_pil()
        page.close()
    except (pypdfium2.PdfiumError, IndexError, ValueError) as error:
        raise damaged() from error
    return picture.convert("RGB")


def draw_page(content: bytes, number: int, *, longest: int) -> Image.Image:
    """Page *number*, from 0, at most *longest* pixels a side. Raises Refused when it cannot be shown."""
    return _drawn(_opened(content), number, longest=longest)


def prove_pages(content: bytes) -> None:
    """Draw every page small. Raises Refused at the first that cannot be shown."""
    document = _opened(content)
    for number in range(len(document)):
        _drawn(document, number, longest=TRIAL)


def redraw_pdf(content: bytes) -> bytes:
    """A PDF of nothing but pictures of its pages, forms and signatures as they look. Raises Refused."""
    document = _opened(content)
    longest = LONGEST_PAGE * SCAN_DPI // 300

    def pages() -> Iterator[Image.Image]:
        for number in range(len(document)):
            yield _drawn(document, number, longest=longest)

    return as_pdf(pages())
