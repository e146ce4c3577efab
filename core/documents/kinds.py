"""The kinds of document that the town takes, known by content, and how large one may be. Free of Django: the child that
parses documents (core/documents/child.py) imports it.
"""

from enum import StrEnum

from core.errors import Refused

LARGEST = 10_000_000  # bytes
MOST_PAGES = 50
MOST_PIXELS = 100_000_000  # of one picture: a page of A3 at 600 dpi has 70 million
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


class Kind(StrEnum):
    """What a document is by its content; its name is never asked."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"
    TIFF = "tiff"
    XML = "xml"


PICTURES = frozenset({Kind.JPEG, Kind.PNG, Kind.HEIC, Kind.TIFF})
SCANS = frozenset({Kind.PDF, *PICTURES})
SIGNED = frozenset({*SCANS, Kind.XML})  # also a signature of its own file (XAdES)
CONTENT_TYPES = {Kind.PDF: "application/pdf", Kind.JPEG: "image/jpeg", Kind.PNG: "image/png", Kind.XML: "text/xml"}
ENDINGS = {Kind.PDF: "pdf", Kind.JPEG: "jpg", Kind.PNG: "png", Kind.XML: "xml"}


def apparent_kind(content: bytes) -> Kind | None:
    """What *content* claims to be by its first bytes, which a parser has yet to prove; None for anything else."""
    if content.startswith(b"%PDF-"):
        return Kind.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content.startswith((b"II*\0", b"MM\0*")):
        return Kind.TIFF
    if content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS:
        return Kind.HEIC
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return Kind.XML
    return None


def too_large(largest: int) -> Refused:
    """The refusal of a file of more than *largest* bytes."""
    size = f"{largest // 1_000_000} MB"
    return Refused("scan_too_large", f"Skan jest większy niż {size}.", where="scan", mend="Zmniejsz rozdzielczość.")


def unknown_kind() -> Refused:
    """The refusal of what is no document of a kind that we take, whatever its name says."""
    return Refused(
        "scan_of_unknown_kind",
        "To nie jest PDF, JPEG, PNG, HEIC ani TIFF.",
        where="scan",
        mend="Zeskanuj pismo do jednego z tych formatów.",
    )


def damaged() -> Refused:
    """The refusal of a file that begins as a document and is none, or only a part of one."""
    return Refused(
        "document_damaged",
        "Plik jest uszkodzony albo niepełny.",
        where="scan",
        mend="Otwórz go u siebie, zapisz albo zeskanuj jeszcze raz i prześlij ponownie.",
    )


def too_heavy() -> Refused:
    """The refusal of a file that is small and unfolds to more than can be shown, or keeps the machine busy."""
    return Refused(
        "document_too_heavy",
        "Po rozpakowaniu plik jest zbyt duży, żeby go bezpiecznie pokazać.",
        where="scan",
        mend="Zeskanuj pismo w rozdzielczości 300 dpi i prześlij ponownie.",
    )


def too_many_pages() -> Refused:
    """The refusal of a book."""
    return Refused(
        "too_many_pages",
        f"Plik ma więcej niż {MOST_PAGES} stron.",
        where="scan",
        mend="Prześlij tylko strony, które są potrzebne.",
    )


def locked() -> Refused:
    """The refusal of a PDF that only a password opens."""
    return Refused(
        "document_locked",
        "PDF jest zabezpieczony hasłem.",
        where="scan",
        mend="Zapisz go bez hasła i prześlij ponownie.",
    )
