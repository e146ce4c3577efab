"""The control record of a dues file: how many rows, what they add up to, what the bytes hash to (docs/formats/dues.md).

It shows a file that was cut off or changed on its way; such a file is refused whole.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.errors import Refused
from core.money import format_pln, from_grosze

SHA256 = re.compile(r"[0-9a-f]{64}")
WHOLE = re.compile(r"[0-9]{1,15}")
KINDS = ("delta", "full")
MEND = "Popraw rekord kontrolny w systemie źródłowym."
INCOMPLETE = "Plik jest niekompletny albo zmieniony. Wyeksportuj i prześlij go jeszcze raz; nic nie wczytano."


@dataclass(frozen=True)
class Control:
    """What a control record says; None where it says nothing. `total` is the sum of all rows' dues, in złoty.

    `posted_until` is the moment by which the source took over what was entered in the portal; `postings` says it
    exactly, by the number of the last export of postings that it booked (docs/formats/postings.md).
    """

    rows: int | None = None
    total: Decimal | None = None
    sha256: str | None = None
    kind: str | None = None
    as_of: datetime | None = None
    posted_until: datetime | None = None
    postings: int | None = None


def _refused(name: str, wanted: str) -> Refused:
    return Refused("control_unreadable", f"Rekord kontrolny: „{name}” to {wanted}.", mend=MEND)


def _whole(said: Mapping[str, str], name: str) -> int | None:
    text = said.get(name, "").strip()
    if not text:
        return None
    if not WHOLE.fullmatch(text):
        raise _refused(name, "liczba całkowita")
    return int(text)


def _moment(said: Mapping[str, str], name: str) -> datetime | None:
    text = said.get(name, "").strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _refused(name, "chwila, na przykład 2026-03-15T18:00:00+01:00") from error
    if moment.tzinfo is None:
        raise _refused(name, "chwila ze strefą, na przykład 2026-03-15T18:00:00+01:00")
    return moment


def read_control(said: Mapping[str, str]) -> Control:
    """The control record that names and values make; names that it does not know are passed over.

    Moments must tell their zone. Raises Refused `control_unreadable`.
    """
    sha256 = said.get("sha256", "").strip().lower() or None
    if sha256 is not None and not SHA256.fullmatch(sha256):
        raise _refused("sha256", "64 cyfry szesnastkowe")
    kind = said.get("kind", "").strip().lower() or None
    if kind is not None and kind not in KINDS:
        raise _refused("kind", "delta albo full")
    as_of, posted_until = _moment(said, "as_of"), _moment(said, "posted_until")
    sum_gr = _whole(said, "sum_gr")
    total = None if sum_gr is None else from_grosze(sum_gr)
    return Control(_whole(said, "rows"), total, sha256, kind, as_of, posted_until, _whole(said, "postings"))


def check_rows(control: Control, *, rows: int) -> None:
    """Raises Refused `control_rows` when the file has more or fewer rows than its control record says."""
    if control.rows is not None and control.rows != rows:
        words = f"Rekord kontrolny mówi o {control.rows} wierszach, a w pliku jest ich {rows}."
        raise Refused("control_rows", words, mend=INCOMPLETE)


def check_total(control: Control, *, total: Decimal) -> None:
    """Raises Refused `control_sum` when the rows add up to something else than the control record says, in złoty."""
    if control.total is not None and control.total != total:
        words = f"Rekord kontrolny mówi o {format_pln(control.total)}, a wiersze dają {format_pln(total)}."
        raise Refused("control_sum", words, mend=INCOMPLETE)


def check_sha256(control: Control, *, sha256: str) -> None:
    """Raises Refused `control_sha256` when the bytes are not those that the control record was made of."""
    if control.sha256 is not None and control.sha256 != sha256:
        raise Refused("control_sha256", "Skrót SHA-256 pliku nie zgadza się z rekordem kontrolnym.", mend=INCOMPLETE)
