"""What a PDF holds besides its pages: scripts, actions, files, films, a signature. Found in its parsed objects.

After ISO 32000-2: 12.6 (actions), 7.11.4 (embedded files), 13 (multimedia), 12.7.9 (XFA), 12.8 (signatures).
Runs in the child (core/documents/child.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import pikepdf

from core.documents.kinds import MOST_PAGES, damaged, locked, too_heavy, too_many_pages

MOST_OBJECTS = 100_000
SCRIPTS, ACTIONS, FILES, MEDIA, FORMS = (
    "skrypty",
    "działania automatyczne",
    "załączone pliki",
    "multimedia",
    "formularz XFA",
)
ACTIVE_KEYS = {
    "/JS": SCRIPTS,
    "/JavaScript": SCRIPTS,
    "/AA": ACTIONS,
    "/EmbeddedFiles": FILES,
    "/EF": FILES,
    "/AF": FILES,
    "/RichMediaContent": MEDIA,
    "/RichMediaSettings": MEDIA,
    "/XFA": FORMS,
}
ACTIVE_ACTIONS = {
    "/JavaScript": SCRIPTS,
    "/Launch": ACTIONS,
    "/SubmitForm": ACTIONS,
    "/ImportData": ACTIONS,
    "/GoToE": ACTIONS,
    "/GoToR": ACTIONS,
    "/Rendition": MEDIA,
    "/Movie": MEDIA,
    "/Sound": MEDIA,
    "/RichMediaExecute": MEDIA,
}
ACTIVE_SUBTYPES = {
    "/RichMedia": MEDIA,
    "/Screen": MEDIA,
    "/Movie": MEDIA,
    "/Sound": MEDIA,
    "/3D": MEDIA,
    "/FileAttachment": FILES,
}


@dataclass
class PdfContent:
    """What was found: `active` in Polish words; `is_encrypted` though everybody may open it."""

    pages: int
    is_encrypted: bool
    is_signed: bool = False
    active: set[str] = field(default_factory=set)


def read_pdf(content: bytes) -> tuple[PdfContent, bytes]:
    """What the PDF holds, and the PDF written anew from its objects: nothing before, behind or between them is left.

    Raises Refused: what only a password or a repair opens, what has no page or too many, a form that is all program.
    """
    try:
        with pikepdf.open(BytesIO(content), attempt_recovery=False) as pdf:
            found = PdfContent(pages=len(pdf.pages), is_encrypted=pdf.is_encrypted)
            if not found.pages or pdf.Root.get("/NeedsRendering", False):
                raise damaged()
            if found.pages > MOST_PAGES:
                raise too_many_pages()
            if len(pdf.objects) > MOST_OBJECTS:
                raise too_heavy()
            _look_through(pdf, found)
            out = BytesIO()
            pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    except pikepdf.PasswordError as error:
        raise locked() from error
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, KeyError, AttributeError) as error:
        raise damaged() from error
    return found, out.getvalue()


def _look_through(pdf: pikepdf.Pdf, found: PdfContent) -> None:
    opens_with = pdf.Root.get("/OpenAction")
    if isinstance(opens_with, pikepdf.Dictionary) and opens_with.get("/S") != pikepdf.Name.GoTo:
        found.active.add(ACTIONS)
    for one in pdf.objects:
        for dictionary in _dictionaries(one):
            _look_at(dictionary, found)


def _look_at(dictionary: pikepdf.Object, found: PdfContent) -> None:
    keys = set(dictionary.keys())
    found.active |= {words for key, words in ACTIVE_KEYS.items() if key in keys}
    for key, meanings in (("/S", ACTIVE_ACTIONS), ("/Subtype", ACTIVE_SUBTYPES)):
        said = dictionary.get(key)
        if isinstance(said, pikepdf.Name) and (words := meanings.get(str(said))):
            found.active.add(words)
    if {"/ByteRange", "/Contents"} <= keys:
        found.is_signed = True


def _dictionaries(one: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The dictionaries within one object, deep; what it only refers to is an object of its own."""
    waiting = [one]
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            yield item
            inner = [item[key] for key in dict(item)]
        elif isinstance(item, pikepdf.Array):
            inner = list(item)
        else:
            continue
        waiting += [part for part in inner if isinstance(part, pikepdf.Object) and not part.is_indirect]
