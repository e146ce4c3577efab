"""Scans that people upload by a form: checked as every document is (core/documents/), kept under our name, shown by a
view that asks who is looking.
"""

from pathlib import PurePath

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse

from core.documents.arriving import check_document
from core.documents.kinds import ENDINGS, LARGEST, Kind, apparent_kind, too_large
from core.documents.serving import saved_file, shown_file
from core.documents.workshop import examine
from core.errors import Refused

SCAN_HELP = "PDF, JPEG, PNG, HEIC albo TIFF, do 10 MB."
SCAN_ENDINGS = ".pdf,.jpg,.jpeg,.png,.heic,.heif,.tif,.tiff"


def check_scan(scan: "UploadedFile[bytes]", *, name: str) -> "ContentFile[bytes]":
    """*scan* as it is kept, named *name*: its own name may hold somebody's number.

    A signed PDF keeps its bytes; anything else is drawn or written anew (core/documents/). Raises Refused as
    `core.documents.arriving.check_document`.
    """
    if (scan.size or 0) > LARGEST:
        raise too_large(LARGEST)
    checked = check_document(scan.read())
    return ContentFile(checked.content, name=f"{name}.{ENDINGS[checked.kind]}")


def scan_response(scan: FieldFile, *, name: str) -> FileResponse:
    """A kept scan under a safe type and as *name*; nothing in it may run. The caller has asked who is looking.

    A PDF is looked through again: a signed one is kept as it came, and older ones never were. One that cannot be shown
    safely is a download of no type.
    """
    with scan.open("rb") as kept:
        content: bytes = kept.read()
    kind = apparent_kind(content)
    if kind in {Kind.JPEG, Kind.PNG}:
        return shown_file(content, kind, name=name)
    try:
        found = examine(content)
    except Refused:
        found = None
    if found is not None and found.safe:
        return shown_file(found.safe, found.safe_kind, name=name)
    return saved_file(content, file_name=f"{name}{PurePath(str(scan.name)).suffix}")
