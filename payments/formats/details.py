"""What stands in an MT940 entry's `:86:`: sub-fields by number, mBank's labels, or plain words."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from core.nrb import make_nrb
from payments.formats.profiles import BankProfile

FIRST = re.compile(r"(\d{3})?[ ]?([~^<+?|])\d\d")
CODES = frozenset(f"{number:02}" for number in (*range(40), *range(60, 70)))
LABELS = re.compile(r";\s*(ID IPH|Z RACH\.|NA RACH\.|OD|DLA|TYT\.|DATA STEMPLA|TNR)\s*:\s*")
IPH = re.compile(r"XX\d{12}")
NRB = re.compile(r"(?<!\d)(?:PL)?(\d{26})(?!\d)")
WRITTEN = re.compile(r"(?<!\d)\d\d(?:[ ]?\d{4}){6}(?!\d)")
WHOLE = 26  # digits of an account
NO_DIGITS = str.maketrans("", "", "0123456789")
DAYS = (
    (re.compile(r"(\d{4})-?(\d\d)-?(\d\d)"), (1, 2, 3)),
    (re.compile(r"(\d\d)[.-](\d\d)[.-](\d{4})"), (3, 2, 1)),
)


class Details(NamedTuple):
    """The parts of a description; '' where there is none."""

    code: str
    title: str
    name: str
    sender: str
    credited: str
    debited_on: date | None
    text: str


def tidy(text: str) -> str:
    """*text* in one line, single spaces."""
    return " ".join(text.split())


def _squeezed(text: str) -> str:
    return "".join(text.split())


def join_parts(parts: Sequence[str], width: int) -> str:
    """The whole of a text that a bank cut into *parts* of *width* signs.

    A full part goes on in the next one without a space; a shorter one lost the spaces at its end.
    """
    joined = "".join([part if len(part) >= width else f"{part} " for part in parts])
    return tidy(joined)


def read_details(
    fields: Sequence[Sequence[str]], profile: BankProfile, *, beside: str = "", account: str = ""
) -> Details:
    """The parts of an entry's description: *fields* are its `:86:`, each as the lines that it came in.

    *beside* is what `:61:` says in its second line, *account* the statement's own. Some banks write a first `:86:` with
    nothing but a code: then the one with sub-fields counts.
    """
    texts = ["".join(lines) for lines in fields]
    for text in texts:
        if (first := FIRST.match(text)) is not None:
            return _numbered(text, first[1] or "", first[2], profile, beside, account)
    whole = "".join(texts)
    if profile.labels or LABELS.search(whole):
        return _labelled(whole, beside, account)
    code = whole[:3] if whole[:3].isdigit() and not whole[3:4].isdigit() else ""
    title = tidy(whole[len(code) :])
    return Details(code, title, "", "", _credited(f"{whole} {beside}", "", account), None, tidy(whole))


def _numbered(text: str, code: str, separator: str, profile: BankProfile, beside: str, account: str) -> Details:
    pieces: list[str] = []
    found: dict[str, str] = {}
    number = ""
    for piece in text.split(separator)[1:]:
        if piece[:2] in CODES:
            number, words = piece[:2], piece[2:]
            pieces.append(words)
        elif pieces:  # the sign that parts them stands in a text, too
            words = f"{separator}{piece}"
            pieces[-1] += words
        else:
            continue
        found[number] = found[number] + words if number in found else words
    get = found.get
    title = join_parts([get(number, "") for number in profile.title if number in found], profile.title_width)
    name = join_parts([get(number, "") for number in profile.people if number in found], profile.title_width)
    sender = _sender(found, profile)
    told = [get(number, "") for number in profile.mass]
    credited = next(filter(None, told), "")
    if not (len(credited) == WHOLE and credited.isdecimal() and credited not in (sender, account)):
        credited = _credited(" ".join([*told, title, beside]), sender, account)
    debited = _day(get(profile.debited, "")) if profile.debited else None
    return Details(code or get("34", "")[:3], title, name, sender, credited, debited, tidy(" ".join(pieces)))


def _sender(found: dict[str, str], profile: BankProfile) -> str:
    whole = _squeezed(found.get(profile.iban, ""))
    if whole:
        return whole.removeprefix("PL") if len(whole) == 28 else whole
    sort_code = _squeezed(found.get(profile.sort_code, ""))
    number = _squeezed(found.get(profile.number, "") or found.get("31", ""))
    if len(number) == WHOLE or not number.isdigit():
        return number
    if len(sort_code) == 8 and sort_code.isdigit() and len(number) == 16:
        return make_nrb(sort_code, number)
    return f"{sort_code}{number}"[:34]


def _labelled(whole: str, beside: str, account: str) -> Details:
    pieces = LABELS.split(f";{whole[4:]}" if whole[3:4] in {";", ":"} else whole)
    found = {label: value.strip("; ") for label, value in zip(pieces[1::2], pieces[2::2], strict=True)}
    code = whole[:3] if whole[:3].isdigit() else ""
    sender = _squeezed(found.get("Z RACH.", ""))
    iph = IPH.search(_squeezed(found.get("ID IPH", "")))
    name = tidy(found.get("OD", found.get("DLA", "")).partition("  ")[0])
    credited = iph[0] if iph else _credited(f"{found.get('TYT.', '')} {beside}", sender, account)
    title = tidy(found.get("TYT.", "")) or tidy(pieces[0][len(code) :])
    if not sender.strip("0"):
        sender = ""
    return Details(code, title, name, sender, credited, _day(found.get("DATA STEMPLA", "")), tidy(whole))


def _credited(text: str, sender: str, account: str) -> str:
    """The first whole account number in *text* that is neither the sender's nor the statement's own."""
    if len(text) - len(text.translate(NO_DIGITS)) < WHOLE:
        return ""
    others = (sender, account)
    for found in WRITTEN.finditer(text):
        if (number := found[0].replace(" ", "")) not in others:
            return number
    for found in NRB.finditer(_squeezed(text)):
        if found[1] not in others:
            return found[1]
    return ""


@lru_cache(maxsize=1_024)
def _day(text: str) -> date | None:
    for pattern, order in DAYS:
        if (found := pattern.search(text)) is not None:
            year, month, day = (int(found[place]) for place in order)
            try:
                return date(year, month, day)
            except ValueError:
                continue
    return None
