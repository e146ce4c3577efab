"""Everything that the portal knows of a payer as one ZIP: to read, and to take elsewhere (art. 15 and 20 RODO).

Made at once, into a file that has no name and vanishes when it is closed: rows go through memory a few at a time, files
one at a time, and there are at most MOST_FILES of them, the newest; the rest is named with the page where it is. The
form is described in docs/formats/my-data.md.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from core.dates import format_date
from core.money import format_pln
from residents.disclosure import Attachment, Column, Section, Shape, Table, sections
from residents.models import Payer

FORMAT = "spm-moje-dane/1"
MOST_FILES = 30  # a confirmation takes a third of a second to draw, and a request must end within half a minute
ROWS_AT_ONCE = 200
PIECES = "<!-- pieces -->"  # where rows go into a template; what people wrote is escaped and never looks so


@dataclass(frozen=True)
class Whose:
    """Whose data an archive holds: in a line to read, and what `dane/index.json` says of it."""

    words: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class _Left:
    """How many files of a section are in the archive, and how many were left out."""

    names: tuple[tuple[str, str], ...]
    left_out: int


def make_archive(payer: Payer, *, at: datetime) -> IO[bytes]:
    """The archive of *payer*'s data as an open nameless file, at its beginning; the caller closes it."""
    words = f"Płatnik: {payer.name}, numer w urzędzie {payer.number}"
    return zipped(sections(), payer.pk, whose=Whose(words, {"payer": payer.number}), at=at)


def zipped(wanted: Sequence[Section], key: int, *, whose: Whose, at: datetime) -> IO[bytes]:
    """The sections *wanted* of the payer or account *key*, as `make_archive` gives them."""
    made: IO[bytes] = TemporaryFile()  # noqa: SIM115  the caller streams and closes it
    try:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            found = [(section, _add_section(archive, section, key, at)) for section in wanted]
            _add_index(archive, whose, found, at)
    except BaseException:
        made.close()
        raise
    made.seek(0)
    return made


def archive_name(payer: Payer, *, at: datetime) -> str:
    """The archive's file name; it bears the town's own number, never a PESEL."""
    return f"moje-dane-{payer.number}-{timezone.localdate(at)}.zip"


def _add_section(archive: zipfile.ZipFile, section: Section, payer_id: int, at: datetime) -> _Left:
    with archive.open(_entry(archive, f"dane/{section.code}.json", at), "w") as into:
        for piece in _json_pieces(section, payer_id):
            into.write(piece.encode())
    with archive.open(_entry(archive, f"czytaj/{section.code}.html", at), "w") as into:
        for piece in _page_pieces(section, payer_id):
            into.write(piece.encode())
    return _add_files(archive, section.attachments(payer_id), at)


def _entry(archive: zipfile.ZipFile, name: str, at: datetime) -> zipfile.ZipInfo:
    local = timezone.localtime(at)
    entry = zipfile.ZipInfo(name, date_time=(local.year, local.month, local.day, local.hour, local.minute, 0))
    entry.compress_type = archive.compression
    entry.external_attr = 0o600 << 16
    return entry


def _add_files(archive: zipfile.ZipFile, files: Iterable[Attachment], at: datetime) -> _Left:
    names, left_out = [], 0
    for place, attachment in enumerate(files):
        if place >= MOST_FILES:
            left_out += 1
            continue
        content = attachment.read()
        if content is not None:
            archive.writestr(_entry(archive, f"pliki/{attachment.name}", at), content)
            names.append((f"pliki/{attachment.name}", attachment.label))
    return _Left(tuple(names), left_out)


def _json_pieces(section: Section, payer_id: int) -> Iterator[str]:
    """The section as JSON text, a row a line, so that no table is ever whole in memory."""
    yield f'{{\n"format": {json.dumps(FORMAT)},\n"section": {json.dumps(section.code)},\n"tables": {{'
    for table_place, table in enumerate(section.tables):
        yield f"{',' if table_place else ''}\n{json.dumps(table.code)}: ["
        for place, row in enumerate(table.rows(payer_id)):
            values = {column.key: _plain(value) for column, value in zip(table.columns, row, strict=True)}
            yield f"{',' if place else ''}\n{json.dumps(values, ensure_ascii=False)}"
        yield "\n]"
    yield "\n}\n}\n"


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value


def _page_pieces(section: Section, payer_id: int) -> Iterator[str]:
    """The section as a page to read; a table's rows are rendered a few at a time."""
    page = render_to_string("residents/my_data/section.html", {"title": section.name})
    before, _, after = page.partition(PIECES)
    yield before
    for table in section.tables:
        yield from _table_pieces(table, payer_id)
    yield after


def _table_pieces(table: Table, payer_id: int) -> Iterator[str]:
    rows = iter(table.rows(payer_id))
    some = list(islice(rows, ROWS_AT_ONCE))
    frame = render_to_string("residents/my_data/table.html", {"table": table, "is_empty": not some})
    before, _, after = frame.partition(PIECES)
    yield before
    while some:
        shown = [_shown_row(table.columns, row) for row in some]
        yield render_to_string("residents/my_data/rows.html", {"rows": shown})
        some = list(islice(rows, ROWS_AT_ONCE))
    yield after


def _shown_row(columns: Sequence[Column], row: Sequence[object]) -> list[str]:
    return [_shown(column, value) for column, value in zip(columns, row, strict=True)]


def _shown(column: Column, value: object) -> str:
    """A value as people read it; a dash for what is not known."""
    if value is None or value == "":
        return "–"
    if isinstance(value, Decimal) and column.shape is Shape.MONEY:
        return format_pln(value)
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{format_date(local.date())}, {local:%H:%M}"
    return format_date(value) if isinstance(value, date) else str(value)


def _add_index(archive: zipfile.ZipFile, whose: Whose, found: Sequence[tuple[Section, _Left]], at: datetime) -> None:
    files = [file for _, left in found for file in left.names]
    left_out = sum(left.left_out for _, left in found)
    index = {
        "format": FORMAT,
        "made_at": timezone.localtime(at).isoformat(timespec="seconds"),
        "town": settings.TOWN["name"],
        **whose.facts,
        "sections": [section.code for section, _ in found],
        "files": [name for name, _ in files],
        "files_left_out": left_out,
    }
    archive.writestr(_entry(archive, "dane/index.json", at), json.dumps(index, ensure_ascii=False, indent=1))
    context = {
        "title": "Twoje dane",
        "town": settings.TOWN,
        "whose": whose.words,
        "at": at,
        "sections": [section for section, _ in found],
        "files": files,
        "left_out": left_out,
        "portal": settings.BASE_URL,
    }
    archive.writestr(_entry(archive, "index.html", at), render_to_string("residents/my_data/index.html", context))
