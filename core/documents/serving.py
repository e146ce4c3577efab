"""Documents shown to people: the safe rendition alone, under our type and our name, with everything in it switched off.

The caller is a view that asked who is looking and recorded it.
"""

from io import BytesIO

from django.http import FileResponse, Http404

from core.documents.kinds import CONTENT_TYPES, ENDINGS, Kind
from core.documents.workshop import draw
from core.errors import Refused
from core.models import StoredDocument

PREVIEW = 1_600  # pixels: a page beside a form


def shown_file(content: bytes, kind: Kind, *, name: str) -> FileResponse:
    """*content* of *kind* as *name* with the ending of its kind, shown in the browser."""
    shown = FileResponse(BytesIO(content), content_type=CONTENT_TYPES[kind], filename=f"{name}.{ENDINGS[kind]}")
    return _switched_off(shown)


def saved_file(content: bytes, *, file_name: str) -> FileResponse:
    """*content* to be saved as *file_name*, of no type that a browser opens."""
    saved = FileResponse(
        BytesIO(content), content_type="application/octet-stream", filename=file_name, as_attachment=True
    )
    return _switched_off(saved)


def _switched_off(response: FileResponse) -> FileResponse:
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def document_response(document: StoredDocument, *, name: str) -> FileResponse:
    """The document that is safe to show. Raises Http404 where there is none: XML, a refused file."""
    if not document.shown:
        raise Http404
    kind = Kind.PDF if document.rendition else Kind(document.kind)
    return shown_file(document.shown, kind, name=name)


def original_response(document: StoredDocument, *, name: str) -> FileResponse:
    """The bytes as they are kept, to be saved and never opened here: evidence for somebody else's verifier."""
    if not document.content:
        raise Http404
    return saved_file(document.content, file_name=f"{name}.{ENDINGS[Kind(document.kind)]}")


def page_response(document: StoredDocument, page: int, *, name: str, longest: int = PREVIEW) -> FileResponse:
    """Page *page*, from 1, as a picture. Raises Http404 where there is no such page."""
    if not document.shown or not 1 <= page <= document.pages:
        raise Http404
    try:
        kind, picture = draw(document.shown, page - 1, longest=longest)
    except Refused as refusal:
        raise Http404 from refusal
    return shown_file(picture, kind, name=f"{name}-{page}")
