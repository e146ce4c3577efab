"""Scans of papers: known by their content, kept under our name, shown only by a view that asks who is looking."""

import mimetypes
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse

from core.errors import Refused

LARGEST_SCAN = 10_000_000  # bytes
SCAN_HELP = "PDF, JPEG albo PNG, do 10 MB."
SCAN_ENDINGS = ".pdf,.jpg,.jpeg,.png"
MAGIC = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
SAFE_TYPES = {"application/pdf", "image/jpeg", "image/png"}


def check_scan(scan: "UploadedFile[bytes]", *, name: str) -> "UploadedFile[bytes]":
    """*scan*, a PDF, JPEG or PNG by its content, renamed to *name*: its own name may hold somebody's number.

    Raises Refused `scan_too_large` and `scan_of_unknown_kind`.
    """
    if (scan.size or 0) > LARGEST_SCAN:
        raise Refused("scan_too_large", "Skan jest większy niż 10 MB.", where="scan", mend="Zmniejsz rozdzielczość.")
    head = scan.read(8)
    scan.seek(0)
    kind = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), None)
    if kind is None:
        raise Refused(
            "scan_of_unknown_kind",
            "To nie jest PDF, JPEG ani PNG.",
            where="scan",
            mend="Zeskanuj pismo do jednego z tych formatów.",
        )
    scan.name = f"{name}.{kind}"
    return scan


def scan_response(scan: FieldFile, *, name: str) -> FileResponse:
    """A kept scan under a safe type and as *name*; nothing in it may run. The caller has asked who is looking."""
    kind = mimetypes.guess_type(str(scan.name))[0]
    safe = kind if kind in SAFE_TYPES else "application/octet-stream"
    ending = PurePath(str(scan.name)).suffix if safe == kind else ""
    response = FileResponse(scan.open("rb"), content_type=safe, filename=f"{name}{ending}")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
