"""A report of mass payments in Elixir-O: one transfer a line, to virtual accounts; it tells no balances."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from core.errors import Refused
from core.money import from_grosze
from payments.formats.details import join_parts
from payments.formats.encoding import guess_encoding
from payments.formats.statement import AGAIN, NOTHING, Broken, Closed, Entry, Event, Mark, Opened

CREDIT, TRAILER = "110", "999"
LEAST_FIELDS, WIDTH = 12, 35
LONGEST_LINE = 4_096
MOST_GROSZE = 12  # digits


def read_elixir(stream: BinaryIO) -> Iterator[Event]:
    """The transfers of a report as one statement without balances; *stream* must be able to seek.

    Its number is the day of its first transfer, its account the one to which that transfer came. A line that cannot be
    read, or a trailer (`999,count,sum`) that does not agree, breaks the whole report: nobody knows what else is amiss.
    """
    encoding = guess_encoding(stream, likely="cp852")
    stream.seek(0)
    opened: Opened | None = None
    last, total, count = date.min, NOTHING, 0
    at = 0
    for at, cells in _rows(stream, encoding):
        try:
            if cells[0] == TRAILER:
                _check_trailer(cells, count, total)
                continue
            entry = _entry(cells, at=at, line=count + 1)
        except Refused as problem:
            yield Broken(at, problem)
            return
        if opened is None:
            opened = Opened(at, entry.credited, f"{entry.booked_on:%Y%m%d}", "PLN", None, entry.booked_on)
            yield opened
        count, total, last = count + 1, total + entry.amount, max(last, entry.booked_on)
        yield entry
    if opened is None:
        raise Refused("file_empty", "W pliku nie ma żadnego przelewu.", mend=AGAIN)
    yield Closed(at, None, last)


def _rows(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, list[str]]]:
    at = 0
    while raw := stream.readline(LONGEST_LINE):
        at += 1
        if len(raw) >= LONGEST_LINE and not raw.endswith(b"\n"):
            raise Refused("line_too_long", f"Wiersz {at} jest za długi: to nie jest raport Elixir.", mend=AGAIN)
        line = raw.decode(encoding, "replace").strip("\r\n\x1a\ufeff ")
        if line:
            yield at, next(csv.reader([line.replace("\r", " ")]))


def _refused(code: str, message: str, where: str) -> Refused:
    return Refused(code, message, where=where, mend=AGAIN)


def _check_trailer(cells: list[str], count: int, total: Decimal) -> None:
    if len(cells) < 3 or cells[1].strip() != str(count) or _grosze(cells[2]) != total:
        raise _refused("trailer_wrong", "Liczba lub suma w ostatnim wierszu (999) nie zgadza się z przelewami.", "999")


def _grosze(text: str) -> Decimal:
    bare = text.strip()
    if not bare.isascii() or not bare.isdigit() or len(bare) > MOST_GROSZE:
        raise _refused("amount_wrong", f"„{bare[:20]}” nie jest kwotą w groszach (pole 3).", "3")
    return from_grosze(bare)


def _entry(cells: list[str], *, at: int, line: int) -> Entry:
    if len(cells) < LEAST_FIELDS:
        raise _refused("line_unreadable", f"Wiersz ma {len(cells)} pól, a powinien mieć co najmniej 12.", "")
    if cells[0].strip() != CREDIT:
        raise _refused("kind_unknown", f"Rodzaj „{cells[0][:10]}” to nie uznanie (110).", "1")
    day = cells[1].strip()
    try:
        booked_on = date(int(day[:4]), int(day[4:6]), int(day[6:8]))
    except ValueError as error:
        raise _refused("date_wrong", f"„{day[:20]}” nie jest datą rrrrmmdd (pole 2).", "2") from error
    amount = _grosze(cells[2])
    if not amount:
        raise _refused("amount_wrong", "Kwota przelewu to zero (pole 3).", "3")
    credited = cells[6].strip().removeprefix("PL")
    if len(credited) != 26 or not (credited.isascii() and credited.isdigit()):
        raise _refused("account_wrong", "Rachunek odbiorcy (pole 7) nie ma 26 cyfr.", "7")
    title = join_parts(cells[11].split("|"), WIDTH)
    return Entry(
        line=line,
        at=at,
        mark=Mark.CREDIT,
        amount=amount,
        booked_on=booked_on,
        value_on=booked_on,
        debited_on=None,
        code=cells[14].strip()[:10] if len(cells) > 14 else "",
        title=title,
        name=cells[7].partition("|")[0].strip(),
        sender=cells[5].strip().removeprefix("PL")[:34],
        credited=credited,
        reference=cells[15].strip()[:35] if len(cells) > 15 else "",
        text=" ".join([title, cells[7].replace("|", " ")]).strip(),
    )
