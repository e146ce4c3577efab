"""The one way in for documents: size, ClamAV, kind by content, safe rendition."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core import audit
from core.actor import Actor
from core.documents.antivirus import check_viruses
from core.documents.kinds import LARGEST, SCANS, SIGNED, Kind, apparent_kind, too_large, unknown_kind
from core.documents.workshop import Examined, examine
from core.errors import Refused
from core.models import StoredDocument


@dataclass(frozen=True)
class Checked:
    """A document that passed: as it came, as it was found, and whether ClamAV looked at it.

    `is_signed_apart`: a signature in a file of its own may be over its bytes.
    """

    original: bytes
    found: Examined
    is_scanned: bool
    is_signed_apart: bool = False

    @property
    def must_keep_bytes(self) -> bool:
        """Whether a signature over its bytes would break if anything were changed."""
        apart = self.is_signed_apart and self.found.kind == Kind.PDF
        return self.found.is_signed or self.found.kind == Kind.XML or apart

    @property
    def content(self) -> bytes:
        """What is kept: the bytes as they came where they are signed, the safe rendition otherwise."""
        return self.original if self.must_keep_bytes else self.found.safe

    @property
    def kind(self) -> Kind:
        """The kind of what is kept."""
        return self.found.kind if self.must_keep_bytes else self.found.safe_kind


def check_document(content: bytes, *, kinds: frozenset[Kind] = SCANS, largest: int = LARGEST) -> Checked:
    """*content* by what it is, not by its name; one of *kinds*, at most *largest* bytes.

    Raises Refused `scan_too_large`, `virus_found`, `antivirus_down`, `scan_of_unknown_kind`, `document_damaged`,
    `document_locked`, `too_many_pages`, `document_too_heavy`.
    """
    if len(content) > largest:
        raise too_large(largest)
    is_scanned = check_viruses(content)
    if apparent_kind(content) not in kinds:
        raise unknown_kind()
    return Checked(original=content, found=examine(content), is_scanned=is_scanned)


def store_document(
    content: bytes, *, name: str, by: Actor, at: datetime, kinds: frozenset[Kind] = SIGNED, largest: int = LARGEST
) -> StoredDocument:
    """Check a document and keep it. Raises Refused as `check_document`."""
    return keep_document(check_document(content, kinds=kinds, largest=largest), name=name, by=by, at=at)


def keep_document(checked: Checked, *, name: str, by: Actor, at: datetime) -> StoredDocument:
    """Keep a document that passed, sealed, under the *name* that its sender gave, in the caller's transaction if any.

    Whoever keeps it holds it by a foreign key; one that nobody holds is forgotten (core/documents/forgetting.py).
    """
    with transaction.atomic():
        document = StoredDocument.objects.create(
            name=name[:255],
            kind=checked.kind,
            arrived_kind=checked.found.kind,
            pages=checked.found.pages,
            content=checked.content,
            rendition=checked.found.safe if checked.must_keep_bytes else b"",
            sha256=hashlib.sha256(checked.content).hexdigest(),
            arrived_sha256=hashlib.sha256(checked.original).hexdigest(),
            is_signed=checked.found.is_signed,
            is_scanned=checked.is_scanned,
            taken_out=list(checked.found.taken_out),
            stored_at=at,
        )
        audit.record("store_document", f"document:{document.pk}", by=by, kind=document.kind, sha256=document.sha256)
    return document


def store_refused(content: bytes, refusal: Refused, *, name: str, by: Actor, at: datetime) -> StoredDocument:
    """Keep that a document came and why it was refused; its bytes are not kept here."""
    with transaction.atomic():
        document = StoredDocument.objects.create(
            name=name[:255],
            kind="",
            arrived_kind=apparent_kind(content) or "",
            arrived_sha256=hashlib.sha256(content).hexdigest(),
            refusal_code=refusal.code,
            refusal=str(refusal),
            is_scanned=refusal.code == "virus_found",
            stored_at=at,
        )
        audit.record("refuse_document", f"document:{document.pk}", by=by, refused=refusal.code)
    return document
