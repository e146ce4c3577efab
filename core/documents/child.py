"""The process in which a document from outside is parsed: no secrets, no network of ours, little memory, little time.

What a parser's fault would give away, it gives away here. Called by core/documents/workshop.py as
`python -m core.documents.child TASK [NUMBER LONGEST | BEGINNING]`: the document on standard input; on standard output
one line of JSON (what it is, or `refused`) and after it the bytes of the document that is safe to show.
"""

import json
import resource
import sys

from lxml import etree

from core.documents.codes import read_codes
from core.documents.kinds import Kind, apparent_kind, damaged, too_heavy, unknown_kind
from core.documents.pdf_content import read_pdf
from core.documents.pdf_pages import draw_page, prove_pages, redraw_pdf
from core.documents.pictures import encoded, open_picture, plain, redraw_picture
from core.errors import Refused

MEMORY = 2_000_000_000  # bytes of address space, libraries among them
SECONDS = 40
PROGRAMS = {"svg", "html", "stylesheet", "xsl"}  # roots that a browser runs
Answer = tuple[dict[str, object], bytes]


def examined(content: bytes) -> Answer:
    """What the document is, and its safe rendition. Raises Refused."""
    kind = apparent_kind(content)
    if kind is None:
        raise unknown_kind()
    if kind == Kind.XML:
        _check_xml(content)
        return {"kind": kind, "safe_kind": kind, "pages": 0}, b""
    if kind != Kind.PDF:
        safe_kind, safe, pages = redraw_picture(content, kind)
        return {"kind": kind, "safe_kind": safe_kind, "pages": pages}, safe
    found, anew = read_pdf(content)
    if found.active or found.is_signed or found.is_encrypted:
        anew = redraw_pdf(content)
    else:
        prove_pages(anew)
    told = {"kind": kind, "safe_kind": kind, "pages": found.pages, "is_signed": found.is_signed}
    return {**told, "taken_out": sorted(found.active)}, anew


def shown(content: bytes, number: int, longest: int) -> Answer:
    """One page as a picture. Raises Refused."""
    kind = apparent_kind(content)
    if kind == Kind.PDF:
        picture = draw_page(content, number, longest=longest)
    elif kind in {None, Kind.XML}:
        raise unknown_kind()
    else:
        picture = plain(open_picture(content, Kind(str(kind))), longest=longest)
    safe_kind, safe = encoded(picture)
    return {"kind": kind, "safe_kind": safe_kind}, safe


def codes(content: bytes, beginning: str) -> Answer:
    """The QR codes that begin so. Raises Refused."""
    kind = apparent_kind(content)
    if kind in {None, Kind.XML}:
        raise unknown_kind()
    return {"codes": read_codes(content, Kind(str(kind)), beginning=beginning)}, b""


def _check_xml(content: bytes) -> None:
    """A signature's file may be XML; a picture or a page that is a program may not."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise unknown_kind() from error
    if root.getroottree().docinfo.doctype or etree.QName(root).localname.lower() in PROGRAMS:
        raise unknown_kind()


def _told(refusal: Refused) -> dict[str, object]:
    return {"refused": [refusal.code, refusal.message, refusal.where, refusal.mend]}


def main() -> None:
    """Do one task and say what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    task, *said = sys.argv[1:]
    content = sys.stdin.buffer.read()
    safe = b""
    try:
        if task == "examine":
            told, safe = examined(content)
        elif task == "codes":
            told, safe = codes(content, *said)
        else:
            told, safe = shown(content, *map(int, said))
    except Refused as refusal:
        told = _told(refusal)
    except MemoryError:
        told = _told(too_heavy())
    except Exception:  # whatever a parser trips over: the file is to blame, and people must be told so
        told = _told(damaged())
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + safe)


if __name__ == "__main__":
    main()
