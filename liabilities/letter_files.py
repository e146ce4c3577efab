"""Letters of a run as files: one PDF for print in postal order, or each by itself with an index, packed, for
e-delivery. Large runs come in parts.
"""

import hashlib
import io
import tempfile
import zipfile
from typing import BinaryIO

import pikepdf
from django.db.models import QuerySet

from core.errors import Refused
from core.spreadsheet import csv_lines
from liabilities.models import LetterFile, LetterRun, Outcome

PART = 500  # letters in one file
INDEX = ("numer", "plik", "adresat", "numer_platnika", "ulica", "kod_pocztowy", "miejscowosc", "kwota", "sha256")


def files_of(run: LetterRun) -> "QuerySet[LetterFile]":
    """The letters that go out, in postal order; those made void do not."""
    found = LetterFile.objects.filter(letter__run=run).exclude(letter__outcome=Outcome.VOID)
    return found.select_related("letter__payer").order_by("letter__place")


def parts_of(run: LetterRun) -> int:
    """Of how many files a run's letters are made."""
    return -(-files_of(run).count() // PART)


def _part(run: LetterRun, part: int) -> "QuerySet[LetterFile]":
    """The letters of a part, from 1. Raises Refused `part_unknown`."""
    found = files_of(run)[(part - 1) * PART : part * PART] if part > 0 else LetterFile.objects.none()
    if not found:
        raise Refused("part_unknown", "Nie ma takiej części.")
    return found


def for_print(run: LetterRun, part: int, *, two_sided: bool) -> BinaryIO:
    """One PDF of a part's letters, to be printed and put into envelopes; *two_sided*: each begins on a new sheet.

    It is for the printer alone: what a screen reader needs is in the single files. Raises Refused `part_unknown`.
    """
    files = _part(run, part)
    out: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    with pikepdf.new() as whole:
        for file in files.iterator(chunk_size=50):
            with pikepdf.open(io.BytesIO(bytes(file.body))) as letter:
                box = letter.pages[0].mediabox
                size = (int(box[2] - box[0]), int(box[3] - box[1]))
                is_odd = len(letter.pages) % 2 == 1
                whole.pages.extend(letter.pages)
            if two_sided and is_odd:
                whole.add_blank_page(page_size=size)
        whole.docinfo["/Title"] = f"Upomnienia, {run}, część {part}"
        whole.save(out)
    out.seek(0)
    return out


def for_delivery(run: LetterRun, part: int) -> BinaryIO:
    """A ZIP of a part's letters, each a PDF/UA of its own, and `spis.csv` (docs/formats/letters.md).

    Raises Refused `part_unknown`.
    """
    files = _part(run, part)
    out: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    index: list[list[object]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for file in files.iterator(chunk_size=50):
            letter, payer = file.letter, file.letter.payer
            body = bytes(file.body)
            name = f"upomnienie-{letter.year}-{letter.number:06d}.pdf"
            packed.writestr(name, body)
            amount = letter.principal + letter.interest + letter.cost
            address = [payer.name, payer.number, payer.street, payer.postal_code, payer.city]
            index.append([letter.sign, name, *address, amount, hashlib.sha256(body).hexdigest()])
        packed.writestr("spis.csv", "".join(csv_lines(INDEX, index)))
    out.seek(0)
    return out
