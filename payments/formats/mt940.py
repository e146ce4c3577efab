"""MT940 as Polish banks write it: strict about tags, dates, amounts and balances, patient about their dialects."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import BinaryIO

from core.errors import Refused
from payments.formats.details import read_details
from payments.formats.encoding import FILLERS, guess_encoding
from payments.formats.profiles import COMMON, BankProfile, profile_of
from payments.formats.statement import AGAIN, Broken, Closed, Entry, Event, Mark, Opened

LONGEST_LINE = 4_096  # signs; SWIFT allows 65
BLOCK = 1 << 16
END = "\0"  # stands in no text that was read
TAG = re.compile(rf"\d\d[A-Z]?|NS|{END}")
USUAL = frozenset({"61", "86"})
EDGE = re.compile(r"\n((?:\{|-\}).*|-[^\S\n]*(?=\n|\Z))")
LINE_ENDS = re.compile(rb"\r+\n|\r+\Z")
BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d+,\d*)")
LINE = re.compile(r"(\d{6})(\d{4})?(R?[CD])([A-Z])?(\d+,\d*)([A-Z][A-Z0-9 ]{3})(.*)")
BLOCKS = re.compile(r"\{\d:[^{}]*\}|\{4:|-\}")
PASSED_OVER = frozenset({"64", "65", "21", "13", "13D", "NS"})
INTERIM = frozenset({"34F", "90D", "90C"})
PLACES = 2
MARKS = {str(mark): mark for mark in Mark}
Field = tuple[int, str, list[str]]


def read_mt940(stream: BinaryIO) -> Iterator[Event]:
    """The statements of an MT940 file, one event after another; *stream* must be able to seek.

    Raises Refused `line_too_long` where the file cannot be one; what is wrong with one statement comes as `Broken`.
    """
    encoding = guess_encoding(stream)
    stream.seek(0)
    reader = _Reader()
    for field in _fields(_pieces(stream, encoding)):
        yield from reader.take(field)
    yield from reader.end()


def _pieces(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The file by pieces of whole lines, with one sign at the end of each line."""
    at, kept = 0, b""
    while block := stream.read(BLOCK):
        block = kept + block
        place = _too_long(block)
        end = block.rfind(b"\n") + 1 if place is None else place
        kept, block = block[end:], block[:end]
        if block:
            yield _read_piece(block, encoding)
        at += block.count(b"\n")
        if place is not None:
            raise Refused("line_too_long", f"Wiersz {at + 1} jest za długi: to nie jest plik MT940.", mend=AGAIN)
    if kept:
        yield _read_piece(kept, encoding)


def _too_long(block: bytes) -> int | None:
    """Where in *block*, which begins with a line, a line begins that is longer than any may be."""
    place = 0
    while place + LONGEST_LINE <= len(block):
        end = block.rfind(b"\n", place, place + LONGEST_LINE)
        if end < 0:
            return place
        place = end + 1
    return None


def _read_piece(block: bytes, encoding: str) -> str:
    lines = block.translate(None, FILLERS).replace(b"\r\n", b"\n")
    if b"\r" in lines:
        lines = LINE_ENDS.sub(b"\n", lines)
    return lines.decode(encoding, "replace").removesuffix("\n")


def _fields(pieces: Iterator[str]) -> Iterator[Field]:
    """Each tag with its lines; the end of a block comes as a tag of its own."""
    field: Field | None = None
    at = 0
    for text in pieces:
        first, *others = EDGE.sub(_bare, f"\n{text}").split("\n:")
        if first:
            beside = first[1:].split("\n")
            at += len(beside)
            if field:
                field[2].extend(beside)
        for part in others:
            lines = part.split("\n")
            tag, colon, words = lines[0].partition(":")
            if colon and (tag in USUAL or TAG.fullmatch(tag)):
                if field:
                    yield field
                lines[0] = words
                field = (at + 1, tag, lines)
            elif field:
                field[2].extend([f":{lines[0]}", *lines[1:]])
            at += len(lines)
    if field:
        yield field


def _bare(found: re.Match[str]) -> str:
    """A line without what envelopes blocks; one that holds nothing else ends a block."""
    words = BLOCKS.sub("", found[1])
    return f"\n:{END}:" if words.rstrip() in {"", "-"} else f"\n{words}"


def _refused(code: str, message: str, tag: str, mend: str = AGAIN) -> Refused:
    return Refused(code, message, where=tag, mend=mend)


@lru_cache(maxsize=4_096)
def _day(text: str, tag: str) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError as error:
        raise _refused("date_wrong", f"{text} nie jest datą rrmmdd.", tag) from error


@lru_cache(maxsize=4_096)
def _entry_day(text: str, value_on: date) -> date:
    """The booking day that *text* (mmdd) says: the one that is nearest to the value date."""
    try:
        month, day = int(text[:2]), int(text[2:])
        years = (value_on.year, value_on.year - 1, value_on.year + 1)
        days = [date(year, month, day) for year in years if (month, day) != (2, 29) or _is_leap(year)]
        return min(days, key=lambda booked: abs((booked - value_on).days))
    except ValueError as error:
        raise _refused("date_wrong", f"{text} nie jest datą mmdd.", "61") from error


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _amount(text: str, tag: str) -> Decimal:
    whole, _, part = text.partition(",")
    if len(part) > PLACES or len(whole.lstrip("0")) > 10:
        raise _refused("amount_wrong", f"Kwoty {text[:30]} nie da się zapisać w złotych i groszach.", tag)
    return Decimal(f"{whole}.{part:0<2}")


def _account(text: str) -> str:
    """The account of `:25:`: 26 digits without PL where it is Polish, else what stands after the bank's name."""
    bare = re.sub(r"[\s-]", "", text.strip().strip("/").rpartition("/")[2]).upper()
    found = re.fullmatch(r"(?:PL)?(\d{26})(?:[A-Z]{3})?", bare)
    return found[1] if found else bare[:34]


class _Reader:
    """What was read of the statement that is open."""

    def __init__(self) -> None:
        self._start("")

    def _start(self, account: str) -> None:
        self._account = account
        self._number = ""
        self._opened: Opened | None = None
        self._is_lost = False  # until the next :20:
        self._is_closed = True
        self._profile: BankProfile = COMMON
        self._line: tuple[int, re.Match[str], list[str]] | None = None
        self._texts: list[list[str]] = []
        self._count = 0

    def take(self, field: Field) -> Sequence[Event]:
        """The events that a field brings."""
        at, tag, lines = field
        if tag == END:
            return ()
        if tag == "20":
            cut = self.end()
            self._start("")
            self._is_closed = False
            return cut
        if self._is_lost:
            return ()
        try:
            return self._read(at, tag, lines)
        except Refused as problem:
            self._is_lost = self._is_closed = True
            self._line = None
            return (Broken(at, problem),)

    def end(self) -> Sequence[Event]:
        """A statement that nothing closed was cut off."""
        if self._is_closed or self._is_lost:
            return ()
        self._is_lost = True
        cut = f"Wyciąg {self._number or 'bez numeru'} jest ucięty: brakuje salda końcowego (:62F:)."
        return (Broken(self._opened.at if self._opened else 0, _refused("statement_cut", cut, "62F")),)

    def _read(self, at: int, tag: str, lines: list[str]) -> Sequence[Event]:
        if tag == "61":
            entry = self._flush()
            self._keep_line(at, lines)
            return entry
        if tag == "86":
            if self._line is not None:
                self._texts.append(lines)
        elif tag == "25":
            self._account = _account(lines[0])
            self._profile = profile_of(self._account)
        elif tag in {"28C", "28"}:
            self._number = lines[0].strip()[:35]
        elif tag in {"60F", "60M"}:
            return (self._open(at, tag, lines[0]),)
        elif tag in {"62F", "62M"}:
            return (*self._flush(), self._close(at, tag, lines[0]))
        elif tag in INTERIM:
            raise _refused(
                "interim_report", "To zestawienie śróddzienne (MT942), a nie wyciąg.", tag, "Wczytaj wyciąg."
            )
        elif tag not in PASSED_OVER:
            raise _refused("tag_unknown", f"Nieznane pole :{tag}:.", tag)
        return ()

    def _open(self, at: int, tag: str, text: str) -> Opened:
        if self._opened is not None:
            raise _refused("opened_twice", "Drugie saldo początkowe w jednym wyciągu.", tag)
        if not self._account:
            raise _refused("account_missing", "Brakuje numeru rachunku (:25:).", "25")
        balance, currency, on = self._balance(tag, text)
        self._opened = Opened(at, self._account, self._number, currency, balance, on)
        return self._opened

    def _balance(self, tag: str, text: str) -> tuple[Decimal, str, date]:
        found = BALANCE.fullmatch(text.strip())
        if found is None:
            raise _refused("balance_unreadable", f"Salda :{tag}: nie da się odczytać.", tag)
        amount = _amount(found[4], tag)
        return (-amount if found[1] == "D" else amount), found[3], _day(found[2], tag)

    def _close(self, at: int, tag: str, text: str) -> Closed:
        if self._opened is None or self._is_closed:
            raise _refused("not_opened", "Saldo końcowe bez salda początkowego.", tag)
        balance, currency, on = self._balance(tag, text)
        if currency != self._opened.currency:
            raise _refused("currency_changes", "Saldo początkowe i końcowe są w różnych walutach.", tag)
        self._is_closed = True
        return Closed(at, balance, on)

    def _keep_line(self, at: int, lines: list[str]) -> None:
        if self._opened is None or self._is_closed:
            raise _refused("not_opened", "Pozycja poza wyciągiem: przed nią nie ma salda początkowego.", "61")
        found = LINE.fullmatch(lines[0])
        if found is None:
            raise _refused("line_unreadable", "Pozycji :61: nie da się odczytać.", "61")
        self._line = (at, found, lines[1:])

    def _flush(self) -> Sequence[Event]:
        """The entry of the last `:61:`, now that all that belongs to it is known; a notice of the bank is none."""
        if self._line is None:
            return ()
        at, line, rest = self._line
        texts, self._line, self._texts = self._texts, None, []
        valued, booked, mark, _, told, code, references = line.groups()
        amount = _amount(told, "61")
        value_on = _day(valued, "61")
        self._count += 1
        if not amount:
            return ()
        own, _, theirs = references.partition("//")
        beside = " ".join(rest)
        parts = read_details(texts, self._profile, beside=beside, account=self._account)
        entry = Entry(
            line=self._count,
            at=at,
            mark=MARKS[mark],
            amount=amount,
            booked_on=_entry_day(booked, value_on) if booked else value_on,
            value_on=value_on,
            debited_on=parts.debited_on,
            code=parts.code or code[1:],
            title=parts.title,
            name=parts.name,
            sender=parts.sender[:34],
            credited=parts.credited,
            reference=(theirs or own).strip()[:35],
            text=f"{parts.text} {beside}".strip(),
        )
        return (entry,)
