"""QR codes on the pages of a document, whichever way the paper lay. Runs in the child (core/documents/child.py)."""

from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from core.documents.kinds import Kind
from core.documents.pdf_pages import draw_page
from core.documents.pictures import open_picture, plain

LONGEST = 2_600  # pixels: A4 at 220 dpi
SMALL = 2_000  # pixels of the longer side under which a page is also tried enlarged
MOST_PAGES = 20
MOST_CLEANED = 4  # pages that are cleaned and looked at again: an application has two


def read_codes(content: bytes, kind: Kind, *, beginning: str) -> list[str]:
    """The texts of QR codes that begin so, each once, in the order of the pages. Raises Refused."""
    pages = list(_pages(content, kind))
    found = [text for page in pages for text in _texts(page, beginning)]
    for page in pages[:MOST_CLEANED] if not found else ():
        found += next((texts for cleaned in _cleaned(page) if (texts := _texts(cleaned, beginning))), [])
    return list(dict.fromkeys(found))


def _pages(content: bytes, kind: Kind) -> Iterator[Image.Image]:
    if kind != Kind.PDF:
        yield plain(open_picture(content, kind), longest=LONGEST).convert("L")
        return
    for number in range(min(MOST_PAGES, len(pypdfium2.PdfDocument(content)))):
        yield draw_page(content, number, longest=LONGEST).convert("L")


def _texts(picture: Image.Image, beginning: str) -> list[str]:
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [code.text for code in found if code.text.upper().startswith(beginning)]


def _cleaned(page: Image.Image) -> Iterator[Image.Image]:
    """The page, cleaned in ways that each save some bad scan: dust, grey paper, few dots an inch."""
    yield ImageOps.autocontrast(page.filter(ImageFilter.MedianFilter(3)), cutoff=2)
    if max(page.size) < SMALL:
        larger = page.resize((page.width * 2, page.height * 2), Image.Resampling.BICUBIC)
        yield larger
        yield ImageOps.autocontrast(larger.filter(ImageFilter.GaussianBlur(2)), cutoff=2)
    yield page.filter(ImageFilter.GaussianBlur(1.5)).resize((page.width // 2, page.height // 2))
