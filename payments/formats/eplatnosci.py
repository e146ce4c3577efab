"""Settlement files of mObywatel ePłatności (CSV): one payment a line; they tell no balances.

The service publishes no description of its file, so its columns are data (docs/formats/statements.md): the first
profile whose columns all stand in the header line reads it.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO
from zlib import crc32

from core.errors import Refused
from core.money import parse_pln
from payments.formats.encoding import guess_encoding
from payments.formats.statement import AGAIN, NOTHING, Broken, Closed, Entry, Event, Mark, Opened

SETTLEMENTS = "EPLATNOSCI"  # all settlement files are reports of this one account
LONGEST_LINE = 8_192
POLISH_DAY = "%d.%m.%Y"


@dataclass(frozen=True)
class SettlementProfile:
    """The columns of a settlement file by their headings; '' where there is none."""

    name: str = "ePłatności"
    encoding: str = ""
    separator: str = ";"
    transaction: str = "Identyfikator transakcji"
    amount: str = "Kwota"
    paid_on: str = "Data płatności"
    booked_on: str = "Data rozliczenia"
    title: tuple[str, ...] = ("Tytuł", "Identyfikator należności")
    payer: str = "Płatnik"
    account: str = "Rachunek odbiorcy"
    status: str = "Status"
    settled: tuple[str, ...] = ("Rozliczona",)
    passed_over: tuple[str, ...] = ("Odrzucona", "Anulowana")

    @property
    def columns(self) -> frozenset[str]:
        """Every heading that a file must have."""
        named = (self.transaction, self.amount, self.paid_on, self.booked_on, self.payer, self.account, self.status)
        return frozenset(name for name in (*named, *self.title) if name)


COMMON = SettlementProfile()
_OWN: list[SettlementProfile] = []


def use_settlements(own: tuple[SettlementProfile, ...]) -> None:
    """Read files by the town's *own* profiles first, instead of those that were named before."""
    _OWN[:] = own


def _cells(line: str, separator: str) -> list[str]:
    whole = line.replace("\r", " ")  # in the middle of a line csv calls it a mistake
    return [cell.strip() for cell in next(csv.reader([whole], delimiter=separator), [])]


def profile_of_header(head: str) -> SettlementProfile | None:
    """The profile whose columns all stand in the first line of *head*; None for another kind of file."""
    first = head.lstrip("\ufeff\r\n").partition("\n")[0].rstrip("\r")
    for profile in (*_OWN, COMMON):
        if profile.columns <= set(_cells(first, profile.separator)):
            return profile
    return None


def is_settlement(head: bytes) -> bool:
    """Whether a file that begins with *head* is a settlement file, in whatever encoding."""
    return any(
        profile_of_header(head.decode(encoding, "replace")) is not None
        for encoding in ("utf-8", "cp1250", "iso8859-2", "cp852")
    )


def read_eplatnosci(stream: BinaryIO) -> Iterator[Event]:
    """The payments of a settlement file as one statement without balances; *stream* must be able to seek.

    Its number tells the days that it covers, and a checksum of its transactions. A line that cannot be read breaks the
    whole file: nobody knows what else is amiss. Raises Refused `column_missing`.
    """
    guessed = guess_encoding(stream)
    stream.seek(0)
    profile = profile_of_header(stream.readline(LONGEST_LINE).decode(guessed, "replace"))
    if profile is None:
        raise Refused(
            "column_missing",
            "Nagłówek pliku nie ma kolumn żadnego znanego pliku rozliczeniowego ePłatności.",
            mend="Porównaj go z opisem kolumn (SPM_BANK_PROFILES).",
        )
    stream.seek(0)
    yield from _Reader(profile).read(stream, profile.encoding or guessed)


class _Reader:
    """One pass over a file: its days are known at its end only, so its payments are kept until then."""

    def __init__(self, profile: SettlementProfile) -> None:
        self._profile = profile
        self._seen: set[str] = set()

    def read(self, stream: BinaryIO, encoding: str) -> Iterator[Event]:
        entries: list[Entry] = []
        headings: list[str] = []
        at = 0
        while raw := stream.readline(LONGEST_LINE):
            at += 1
            try:
                line = self._line(raw, encoding, at)
                if not line:
                    continue
                cells = _cells(line, self._profile.separator)
                if not headings:
                    headings = cells
                    continue
                entry = self._entry(dict(zip(headings, cells, strict=False)), at=at, line=len(entries) + 1)
            except Refused as problem:
                yield Broken(at, problem)
                return
            if entry is not None:
                entries.append(entry)
        if not entries:
            raise Refused("file_empty", "W pliku nie ma żadnej rozliczonej płatności.", mend=AGAIN)
        first, last = (choose(entry.booked_on for entry in entries) for choose in (min, max))
        checksum = crc32("|".join(sorted(self._seen)).encode())
        yield Opened(1, SETTLEMENTS, f"{first:%Y%m%d}-{last:%Y%m%d}/{checksum:08x}", "PLN", None, first)
        yield from entries
        yield Closed(at, None, last)

    @staticmethod
    def _line(raw: bytes, encoding: str, at: int) -> str:
        if len(raw) >= LONGEST_LINE and not raw.endswith(b"\n"):
            raise Refused("line_too_long", f"Wiersz {at} jest za długi: to nie jest plik ePłatności.", mend=AGAIN)
        return raw.decode(encoding, "replace").strip("\ufeff\r\n\x1a ")

    def _entry(self, row: dict[str, str], *, at: int, line: int) -> Entry | None:
        told = self._profile
        status = row.get(told.status, "") if told.status else ""
        if told.status and status in told.passed_over:
            return None
        if told.status and status not in told.settled:
            raise Refused(
                "status_unknown",
                f"Wiersz {at}: nieznany stan płatności „{status[:30]}”.",
                where=told.status,
                mend="Dopisz go do opisu pliku: czy to pieniądze, czy nie (settled, passed_over).",
            )
        transaction = self._transaction(row, at)
        amount = self._amount(row, at)
        paid_on = _day(row.get(told.paid_on, ""), told.paid_on, at)
        booked_on = _day(row.get(told.booked_on, ""), told.booked_on, at) if told.booked_on else paid_on
        title = " ".join(" ".join(row.get(name, "") for name in told.title).split())
        account = row.get(told.account, "")
        return Entry(
            line=line,
            at=at,
            mark=Mark.CREDIT if amount > 0 else Mark.DEBIT,
            amount=abs(amount),
            booked_on=booked_on,
            value_on=min(paid_on, booked_on),
            debited_on=paid_on,
            code="EPL",
            title=title,
            name=row.get(told.payer, "") if told.payer else "",
            sender="",
            credited="",
            reference=transaction,
            text=f"{title} {account}".strip(),
        )

    def _transaction(self, row: dict[str, str], at: int) -> str:
        heading = self._profile.transaction
        transaction = row.get(heading, "")
        if not 0 < len(transaction) <= 35:
            raise Refused(
                "line_unreadable",
                f"Wiersz {at}: brakuje numeru transakcji albo ma ponad 35 znaków.",
                where=heading,
                mend=AGAIN,
            )
        if transaction in self._seen:
            raise Refused(
                "transaction_twice",
                f"Wiersz {at}: transakcja {transaction} jest w pliku drugi raz.",
                where=heading,
                mend=AGAIN,
            )
        self._seen.add(transaction)
        return transaction

    def _amount(self, row: dict[str, str], at: int) -> Decimal:
        heading = self._profile.amount
        try:
            amount = parse_pln(row.get(heading, ""))
        except Refused as problem:
            raise Refused("amount_wrong", f"Wiersz {at}: {problem}", where=heading, mend=AGAIN) from problem
        if amount == NOTHING:
            raise Refused("amount_wrong", f"Wiersz {at}: kwota to zero.", where=heading, mend=AGAIN)
        return amount


def _day(text: str, heading: str, at: int) -> date:
    """The day of «2026-11-20», «20.11.2026», with or without a time after it."""
    bare = text[:10]
    try:
        return datetime.strptime(bare, POLISH_DAY).date() if bare[2:3] == "." else date.fromisoformat(bare)  # noqa: DTZ007
    except ValueError as error:
        raise Refused("date_wrong", f"Wiersz {at}: „{text[:20]}” nie jest datą.", where=heading, mend=AGAIN) from error
