"""Pictures drawn anew: what comes out holds pixels and nothing else, turned the way up that the camera noted.

EXIF (where and by what it was taken), comments, thumbnails, colour profiles, alpha and what hangs behind the picture
stay behind. Runs in the child (core/documents/child.py).
"""

from collections.abc import Iterator
from io import BytesIO

import pillow_heif
from PIL import Image, ImageOps, ImageSequence

from core.documents.kinds import MOST_PAGES, MOST_PIXELS, Kind, damaged, too_heavy, too_many_pages

PARSERS = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.HEIC: "HEIF", Kind.TIFF: "TIFF"}
LONGEST_SIDE = 5_000  # pixels: A4 at 400 dpi
SCAN_DPI = 200
QUALITY = 88
Image.MAX_IMAGE_PIXELS = None  # counted by ourselves, before anything is unpacked
pillow_heif.register_heif_opener()


def open_picture(content: bytes, kind: Kind) -> Image.Image:
    """The picture, not yet unpacked, by the parser of *kind* alone. Raises Refused."""
    try:
        picture = Image.open(BytesIO(content), formats=[PARSERS[kind]])
    except (OSError, ValueError, SyntaxError) as error:
        raise damaged() from error
    _check_size(picture)
    return picture


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if not width or not height:
        raise damaged()
    if width * height > MOST_PIXELS:
        raise too_heavy()


def plain(picture: Image.Image, *, longest: int = LONGEST_SIDE) -> Image.Image:
    """Its pixels in black and white, grey or RGB on white, at most *longest* a side. Raises Refused."""
    _check_size(picture)
    try:
        if picture.format == "JPEG":
            picture.draft("RGB" if picture.mode != "L" else "L", (longest, longest))
        turned = ImageOps.exif_transpose(picture)
        if turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info:
            over = turned.convert("RGBA")
            turned = Image.new("RGB", over.size, "white")
            turned.paste(over, mask=over.getchannel("A"))
        elif turned.mode.startswith("I") or turned.mode == "F":
            turned = turned.convert("L")
        elif turned.mode not in {"1", "L", "RGB"}:
            turned = turned.convert("RGB")
        if max(turned.size) > longest:
            turned = turned.convert("L") if turned.mode == "1" else turned
            turned.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, IndexError) as error:
        raise damaged() from error
    bare = Image.new(turned.mode, turned.size)
    bare.paste(turned)
    return bare


def encoded(picture: Image.Image) -> tuple[Kind, bytes]:
    """A plain picture as a file: PNG where it is black and white, JPEG otherwise."""
    kind = Kind.PNG if picture.mode == "1" else Kind.JPEG
    out = BytesIO()
    picture.save(out, format=PARSERS[kind], quality=QUALITY, optimize=True)
    return kind, out.getvalue()


def as_pdf(pages: Iterator[Image.Image]) -> bytes:
    """Plain pictures as the pages of one PDF."""
    out = BytesIO()
    first = next(pages)
    first.save(out, format="PDF", save_all=True, append_images=pages, resolution=SCAN_DPI, quality=QUALITY)
    return out.getvalue()


def redraw_picture(content: bytes, kind: Kind) -> tuple[Kind, bytes, int]:
    """A picture drawn anew: the kind of file that it is now, the file, the number of its pages. Raises Refused.

    A TIFF of many pages, as fax machines and scanners make, becomes a PDF of pictures.
    """
    picture = open_picture(content, kind)
    pages = getattr(picture, "n_frames", 1) if kind == Kind.TIFF else 1
    if pages > MOST_PAGES:
        raise too_many_pages()
    if pages > 1:
        return Kind.PDF, as_pdf(plain(frame) for frame in ImageSequence.Iterator(picture)), pages
    return *encoded(plain(picture)), 1
