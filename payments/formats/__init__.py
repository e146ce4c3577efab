"""Readers of banks' files: bytes in, statements out; no Django, no clock, nothing outside."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from core.errors import Refused
from payments.formats.camt053 import read_camt053
from payments.formats.elixir import read_elixir
from payments.formats.eplatnosci import is_settlement, read_eplatnosci
from payments.formats.mt940 import read_mt940
from payments.formats.statement import Event, proved

READERS: dict[str, Callable[[BinaryIO], Iterator[Event]]] = {
    "mt940": read_mt940,
    "camt053": read_camt053,
    "elixir": read_elixir,
    "eplatnosci": read_eplatnosci,
}
NAMES = {
    "mt940": "MT940",
    "camt053": "CAMT.053",
    "elixir": "raport wpłat masowych (Elixir-O)",
    "eplatnosci": "plik rozliczeniowy ePłatności (CSV)",
}
HEAD = 4_096
OTHERS = {b"%PDF": "PDF", b"PK\x03\x04": "XLSX lub ZIP", b"\xd0\xcf\x11\xe0": "XLS lub DOC"}
CHOOSE = "Wybierz w banku wyciąg MT940 albo CAMT.053."


def format_of(stream: BinaryIO) -> str:
    """What *stream* is by its beginning: a key of READERS; it is left at its start.

    Raises Refused `file_empty`, `file_other` and `format_unknown`.
    """
    stream.seek(0)
    head = stream.read(HEAD)
    stream.seek(0)
    bare = head.lstrip(b"\xef\xbb\xbf \t\r\n\x01")
    if not bare:
        raise Refused("file_empty", "Plik jest pusty.", mend=CHOOSE)
    for magic, name in OTHERS.items():
        if bare.startswith(magic):
            raise Refused("file_other", f"To plik {name}, a nie wyciąg.", mend=CHOOSE)
    if bare.startswith(b"<"):
        return "camt053"
    if bare.startswith((b"110,", b'"110",', b"210,")):
        return "elixir"
    if bare.startswith((b"{1:", b":20:")) or b"\n:20:" in head or b"{4:" in head:
        return "mt940"
    if is_settlement(head):
        return "eplatnosci"
    raise Refused("format_unknown", "Nie rozpoznano wyciągu w tym pliku.", mend=CHOOSE)


def read_statements(stream: BinaryIO, *, form: str = "auto") -> Iterator[Event]:
    """What *stream* says, proved: opening + entries = closing. *form* is a key of READERS, or «auto».

    Raises Refused as `format_of` and the readers.
    """
    found = format_of(stream) if form == "auto" else form
    stream.seek(0)
    return proved(READERS[found](stream))
