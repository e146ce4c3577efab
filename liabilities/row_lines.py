"""Checked rows as lines for COPY: each distinct cell is read and written out once, not once a row."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from core.bulk import escaped
from core.errors import Refused
from liabilities.due_row import MOST_KNOWN, RowProblem, RowReader
from residents.identity import IdentityNumber

PLAIN_KEY = re.compile(r"[!-\[\]-~\u00a1-\uffff]{1,64}").fullmatch
GONE = "\\N"


class _Written(dict[Any, str]):
    """What each distinct cell, or pair of cells, becomes in a line; never more than MOST_KNOWN of them."""

    def __init__(self, write: Callable[[Any], str]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, cell: Any) -> str:
        if len(self) >= MOST_KNOWN:
            self.clear()
        text = self[cell] = self._write(cell)
        return text


class RowLines:
    """Makes the lines of one file. *moved* says where the law moves a term of a kind of due.

    Payers are numbered as they come: `new_payers` holds those of whom nobody asked yet, with their names. One whose
    number is written in another way, or who comes again after long, may get a second number; that does no harm.
    """

    def __init__(self, reader: RowReader, *, moved: Callable[[date, str], date], tells_interest: bool = False) -> None:
        """Lines of the rows that *reader* reads; interest is passed over unless the source computes it."""
        ids, numbers, names, kinds, titles, years, parts, terms, amounts, paid, accounts, *extras = reader.known
        self.new_payers: dict[int, tuple[IdentityNumber, str]] = {}
        self._reader = reader
        self._count = 0
        self._payers: dict[str, int] = {}
        self._numbers, self._names, self._ids = numbers, names, ids
        self._titles = _Written(lambda cell: escaped(titles[cell]))
        self._parts = _Written(lambda pair: f"{years[pair[0]]}\t{parts[pair[1]]}")

        def term(pair: tuple[str, str]) -> str:
            due_on, kind = terms[pair[0]], kinds[pair[1]]
            return f"{kind}\t{due_on}\t{moved(due_on, kind)}"

        def sums(pair: tuple[str, str]) -> str:
            amount, told = amounts[pair[0]], paid[pair[1]]
            if told > amount:
                raise Refused("overpaid", "")
            return f"{amount}\t{told}"

        self._terms, self._sums, self._accounts = _Written(term), _Written(sums), accounts
        self._extras = tuple(map(_written, extras))
        if extras and not tells_interest:
            self._extras = (*self._extras[:2], *map(_unsaid, extras[2:4]), *self._extras[4:])

    def line(self, number: int, cells: Sequence[str]) -> str | tuple[RowProblem, ...]:
        """The row as a line of staging.COLUMNS (and EXTRAS), or every fault that it has."""
        key, who, name, kind, title, year, part, term, amount, paid, account = cells[:11]
        try:
            self._names[name]
            text = (
                f"{number}\t{key if PLAIN_KEY(key) else escaped(self._ids[key])}"
                f"\t{self._titles[title]}\t{self._parts[year, part]}\t{self._terms[term, kind]}"
                f"\t{self._sums[amount, paid]}\t{self._accounts[account]}"
            )
            if self._extras:
                if any(cells[-2:]) and (problems := self._reader.problems(number, cells)):
                    return problems
                extras = [known[cell] for known, cell in zip(self._extras, cells[11:-2], strict=True)]
                text = "\t".join([text, *extras])
            # The payer last: who has no good row is not registered.
            payer = self._payers.get(who) or self._payer(who, name)
        except Refused:
            return self._reader.problems(number, cells)
        return f"{text}\t{payer}\n"

    def _payer(self, who: str, name: str) -> int:
        identity = self._numbers[who]
        if len(self._payers) >= MOST_KNOWN:
            self._payers.clear()
        self._count += 1
        self._payers[who] = self._count
        self.new_payers[self._count] = (identity, self._names[name])
        return self._count

    def take_new_payers(self) -> Mapping[int, tuple[IdentityNumber, str]]:
        """The payers numbered since this was asked last."""
        taken, self.new_payers = self.new_payers, {}
        return taken


def _written(known: Mapping[str, Any]) -> _Written:
    return _Written(lambda cell: _plain(known[cell]))


def _unsaid(known: Mapping[str, Any]) -> _Written:
    """A column that is checked and not kept."""

    def check(cell: str) -> str:
        known[cell]
        return GONE

    return _Written(check)


def _plain(value: bool | int | str | date | Decimal | None) -> str:  # noqa: FBT001  a value, not a switch
    return GONE if value is None else escaped(str(value))
