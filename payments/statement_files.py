"""Files from banks, kept raw – packed and sealed, in pieces – before anybody acts on them."""

import hashlib
import tempfile
import zlib
from typing import BinaryIO

from django.db import transaction

from core.actor import Actor
from payments.formats import format_of
from payments.models import StatementBlock, StatementFile

BLOCK = 1 << 20
IN_MEMORY = 8 * BLOCK
LEVEL = 1  # of packing: a file of text shrinks to a tenth at next to no cost


def keep_file(stream: BinaryIO, *, name: str, form: str, by: Actor) -> tuple[StatementFile, bool]:
    """Keep what *stream* holds, in a transaction of its own: its row, and whether it is new. Equal bytes are one row.

    *form* is a key of payments.formats.READERS, or «auto». Raises Refused as `payments.formats.format_of`.
    """
    found = format_of(stream) if form == "auto" else form
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while block := stream.read(BLOCK):
        digest.update(block)
        size += len(block)
    stream.seek(0)
    with transaction.atomic():
        file, is_new = StatementFile.objects.get_or_create(
            sha256=digest.hexdigest(),
            defaults={"name": name[-200:], "form": found, "size": size, "received_by_id": by.account_id},
        )
        if is_new:
            number = 0
            while block := stream.read(BLOCK):
                StatementBlock.objects.create(file=file, number=number, body=zlib.compress(block, LEVEL))
                number += 1
    return file, is_new


def open_file(file: StatementFile) -> BinaryIO:
    """The bytes of a kept file, as they came: a large one in a nameless file of this machine, gone when it is closed.

    It is unpacked as a whole first, since the database cannot be asked for more while a COPY is under way.
    """
    unpacked = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the caller closes it
    for block in file.blocks.order_by("number").iterator(chunk_size=1):
        unpacked.write(zlib.decompress(bytes(block.body)))
    unpacked.seek(0)
    return unpacked  # type: ignore[return-value]  # a BinaryIO in all but name
