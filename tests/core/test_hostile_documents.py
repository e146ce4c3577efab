"""What people upload is parsed as what it is, drawn anew or refused in words; nothing in it is kept that could run."""

import hashlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from core.documents.arriving import Checked, check_document, store_document, store_refused
from core.documents.kinds import LARGEST, SIGNED, Kind
from core.documents.serving import document_response, original_response, page_response
from core.errors import Refused
from core.models import StoredDocument
from tests import documents, make


def opened(checked: Checked) -> Image.Image:
    """The picture that is kept."""
    return Image.open(BytesIO(checked.content))


def refusal_of(content: bytes) -> Refused:
    """Why it is refused."""
    with pytest.raises(Refused) as told:
        check_document(content)
    return told.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF", "TIFF"])
def test_a_picture_is_drawn_anew_and_looks_as_it_did(kind: str) -> None:
    checked = check_document(documents.picture(kind))
    assert checked.kind == Kind.JPEG
    seen = opened(checked).convert("L")
    assert seen.size == (120, 160)
    assert (seen.getpixel((10, 10)), seen.getpixel((100, 150))) == (
        pytest.approx(0, abs=12),
        pytest.approx(255, abs=12),
    )


def test_a_photograph_is_turned_as_the_camera_says_and_forgets_where_it_was_taken() -> None:
    came = documents.photograph()
    assert b"Telefon Anny" in came
    checked = check_document(came)
    assert opened(checked).size == (120, 160)
    assert opened(checked).convert("L").getpixel((10, 10)) < 40  # type: ignore[operator]
    assert not opened(checked).getexif()
    assert b"Telefon Anny" not in checked.content


def test_black_and_white_stays_so_and_what_was_made_transparent_is_seen_on_white() -> None:
    fax = check_document(documents.picture("PNG", sheet=documents.paper().convert("1")))
    assert (fax.kind, opened(fax).mode) == (Kind.PNG, "1")
    clear = documents.paper().convert("RGBA")
    clear.putalpha(0)
    assert opened(check_document(documents.picture("PNG", sheet=clear))).convert("L").getextrema() == (255, 255)


def test_a_tiff_of_three_pages_becomes_a_pdf_of_three() -> None:
    checked = check_document(documents.tiff(3))
    assert (checked.kind, checked.found.pages) == (Kind.PDF, 3)
    with pikepdf.open(BytesIO(checked.content)) as pdf:
        assert len(pdf.pages) == 3


def test_what_hangs_behind_a_picture_or_a_pdf_stays_behind() -> None:
    for came in (documents.picture(), documents.picture("PNG"), documents.pdf()):
        polyglot = came + b"PK\x03\x04<script>alert(1)</script>MZ program"
        assert b"<script>" not in check_document(polyglot).content


@pytest.mark.parametrize(
    ("put", "words"),
    [
        (documents.opens_with_script, {"działania automatyczne", "skrypty"}),
        (documents.named_script, {"skrypty"}),
        (documents.page_action, {"działania automatyczne"}),
        (documents.attached_file, {"załączone pliki"}),
        (documents.film, {"multimedia"}),
        (documents.xfa, {"formularz XFA"}),
    ],
)
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "loose"])
def test_a_pdf_that_could_run_something_is_kept_as_pictures_of_its_pages(
    put: Callable[[pikepdf.Pdf], None], words: set[str], packed: bool
) -> None:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    checked = check_document(documents.pdf(2, put, object_stream_mode=mode))
    assert words <= set(checked.found.taken_out)
    again = check_document(checked.content)
    assert (again.found.taken_out, again.found.pages) == ((), 2)


def test_a_harmless_pdf_keeps_its_text_and_where_it_opens() -> None:
    checked = check_document(documents.pdf(2, documents.jumps_to_first_page))
    assert (checked.found.taken_out, checked.found.is_signed) == ((), False)
    with pikepdf.open(BytesIO(checked.content)) as pdf:
        assert len(pdf.pages) == 2


def test_a_signed_pdf_keeps_every_byte_and_only_pictures_of_it_are_shown() -> None:
    came = documents.pdf(1, documents.signature)
    checked = check_document(came)
    assert (checked.content, checked.found.is_signed) == (came, True)
    assert not check_document(checked.found.safe).found.is_signed


HOSTILE: dict[str, tuple[bytes, str]] = {
    "a program": (b"MZ\x90\x00 a program named skan.pdf", "scan_of_unknown_kind"),
    "SVG with a script": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "scan_of_unknown_kind"),
    "GIF": (b"GIF89a a film", "scan_of_unknown_kind"),
    "nothing": (b"", "scan_of_unknown_kind"),
    "PDF behind a ZIP": (b"PK\x03\x04" + documents.pdf(), "scan_of_unknown_kind"),
    "half a JPEG": (documents.picture()[:900], "document_damaged"),
    "half a PNG": (documents.picture("PNG")[:120], "document_damaged"),
    "half a HEIC": (documents.picture("HEIF")[:400], "document_damaged"),
    "half a TIFF": (documents.tiff(2)[:900], "document_damaged"),
    "half a PDF": (documents.pdf()[:300], "document_damaged"),
    "a PDF by its first line": (b"%PDF-1.7\nnothing of the sort", "document_damaged"),
    "a PDF that is all program": (documents.pdf(1, documents.only_program), "document_damaged"),
    "locked": (documents.pdf(1, encryption=pikepdf.Encryption(owner="o", user="haslo")), "document_locked"),
    "51 pages": (documents.pdf(51), "too_many_pages"),
    "10,000 pages": (documents.pdf(10_000), "too_many_pages"),
    "TIFF of 51 pages": (documents.tiff(51), "too_many_pages"),
    "a PNG that claims 400 million pixels": (documents.vast_png(20_000), "document_too_heavy"),
    "144 million pixels": (documents.picture("PNG", sheet=Image.new("1", (12_000, 12_000))), "document_too_heavy"),
    "two megabytes that unfold to two thousand": (
        documents.pdf(1, documents.unfolds_to(1_900_000_000)),
        "document_too_heavy",
    ),
    "eleven megabytes": (documents.pdf() + bytes(LARGEST), "scan_too_large"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_document_or_too_much_of_one_is_refused_in_words(case: str) -> None:
    came, code = HOSTILE[case]
    refused = refusal_of(came)
    assert (refused.code, refused.where, bool(refused.mend)) == (code, "scan", True)


def test_a_pdf_that_forbids_only_changes_opens_and_is_kept_without_its_lock() -> None:
    came = documents.pdf(1, encryption=pikepdf.Encryption(owner="o", user=""))
    with pikepdf.open(BytesIO(check_document(came).content)) as pdf:
        assert not pdf.is_encrypted


def test_a_signature_of_its_own_file_is_taken_where_one_is_looked_for_and_pages_that_run_are_not() -> None:
    xades = b"<?xml version='1.0'?><ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>"
    assert check_document(xades, kinds=SIGNED).content == xades
    assert refusal_of(xades).code == "scan_of_unknown_kind"
    for page in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", b"<html/>"):
        with pytest.raises(Refused):
            check_document(page, kinds=SIGNED)


@pytest.mark.django_db
def test_a_stored_document_is_sealed_numbered_by_digest_and_shown_with_everything_switched_off() -> None:
    came = documents.pdf(2, documents.signature)
    document = store_document(came, name="80051700128.pdf", by=make.BY, at=make.now())
    document.refresh_from_db()
    assert (document.name, document.content) == ("80051700128.pdf", came)
    assert document.sha256 == document.arrived_sha256 == hashlib.sha256(came).hexdigest()
    for answer, content_type, ending in (
        (document_response(document, name="wniosek-1"), "application/pdf", 'inline; filename="wniosek-1.pdf"'),
        (page_response(document, 2, name="wniosek-1"), "image/jpeg", 'inline; filename="wniosek-1-2.jpg"'),
        (original_response(document, name="w"), "application/octet-stream", 'attachment; filename="w.pdf"'),
    ):
        assert (answer["Content-Type"], answer["Content-Disposition"]) == (content_type, ending)
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_a_refused_document_leaves_why_and_its_digest_but_not_its_bytes() -> None:
    came = b"MZ program"
    document = store_refused(came, refusal_of(came), name="skan.pdf", by=make.BY, at=make.now())
    kept = StoredDocument.objects.get(pk=document.pk)
    assert (kept.content, kept.shown, kept.arrived_sha256) == (b"", b"", hashlib.sha256(came).hexdigest())
    assert kept.refusal.startswith("To nie jest PDF, JPEG, PNG, HEIC ani TIFF.")
