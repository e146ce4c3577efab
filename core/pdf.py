"""Template to PDF/UA, with the house's own style and fonts and no look outside."""

from collections.abc import Collection
from io import BytesIO
from pathlib import Path

import pikepdf
import weasyprint
from django.conf import settings
from django.template.loader import render_to_string

from core.typesetting import StaticOnly

STATIC = Path(settings.BASE_DIR) / "static"
LARGEST_TYPE = 10.5  # points
WIDTH_OF_LETTER = 0.56  # of the size of the type, on the wide side of Lato
BOX = [0, 0, 1, 1]
READ_ONLY = 1  # ISO 32000-1, table 221: the first bit of a field's flags


def render_pdf(template: str, context: dict[str, object]) -> bytes:
    """Render *template* with *context* and the town as a PDF that a screen reader can read (PDF/UA-1).

    Addresses in the template are relative to `static/` («css/pdf.css»).
    """
    made: bytes = _document(template, context).write_pdf(pdf_variant="pdf/ua-1")
    return made


def _document(template: str, context: dict[str, object]) -> weasyprint.HTML:
    html = render_to_string(template, {"town": settings.TOWN, **context})
    return weasyprint.HTML(string=html, base_url=f"{STATIC.as_uri()}/", url_fetcher=StaticOnly(STATIC))


def render_form(template: str, context: dict[str, object], *, locked: Collection[str] = ()) -> bytes:
    """Render *template* as `render_pdf` does, its inputs as fields that can be filled and that a screen reader names.

    Each takes its name from `title`. Values are drawn here and not left to whoever shows the file: readers draw them in
    fonts of their own, some without Polish letters. Who fills the form cannot change the fields named in *locked*.
    """
    made: bytes = _document(template, context).write_pdf(pdf_variant="pdf/ua-1", pdf_forms=True)
    with pikepdf.open(BytesIO(made)) as pdf:
        filled = [one for one in pdf.Root.AcroForm.Fields if one.get("/FT") == "/Tx" and str(one.get("/V", ""))]
        if filled:
            with pikepdf.open(BytesIO(_drawn_values(filled))) as drawings:
                for one, drawing in zip(filled, drawings.pages, strict=True):
                    look = pdf.copy_foreign(drawing.as_form_xobject())
                    one.AP = pikepdf.Dictionary(N=look)
        for one in pdf.Root.AcroForm.Fields:
            if one.get("/FT") == "/Btn":
                # Without a picture of the empty box and with a colour of its frame, readers draw a frame of their own.
                one.AP.N.Off = pdf.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=BOX)
                del one["/MK"]
            if str(one.T) in locked:
                one.Ff = int(one.get("/Ff", 0)) | READ_ONLY
        del pdf.Root.AcroForm["/NeedAppearances"]
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def _drawn_values(fields: list[pikepdf.Object]) -> bytes:
    """A page for each field, of its size, with its value."""
    sizes = [[float(edge) for edge in one.Rect] for one in fields]
    boxes = [
        _value_box(str(one.V), abs(right - left), abs(top - bottom))
        for one, (left, bottom, right, top) in zip(fields, sizes, strict=True)
    ]
    drawn: bytes = _document("pdf/field_values.html", {"boxes": boxes}).write_pdf()
    return drawn


def _value_box(text: str, width: float, height: float) -> dict[str, object]:
    """A long value is set smaller, so that nothing of it is cut off."""
    usual = min(LARGEST_TYPE, height * 0.7)
    size = max(4.0, min(usual, width / (len(text) * WIDTH_OF_LETTER)))
    return {"text": text, "width": f"{width:.2f}", "height": f"{height:.2f}", "size": f"{size:.2f}"}
