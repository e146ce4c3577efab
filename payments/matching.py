"""Whose due a transfer pays, and why: clues in its title, what is known of its sender, and how sure they make us.

Pure: facts in, proposals out. The same rules post what is certain and lay before the clerk what is not.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

from payments.entry_states import Rule

STROKES = str.maketrans("łŁøØđĐß", "lLoOdDs")
TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]*[A-Za-z0-9]")
PAYMENT = re.compile(r"SPM-?0*(\d{1,12})")
PAYMENT_NO = re.compile(r"SPM-?(\d{6})")
PAYER = re.compile(r"(?<![A-Z0-9])P-?(\d{6,12})(?!\d)")
PAYER_SPACED = re.compile(r"(?<![A-Z0-9])P[ ]?-[ ]?(\d{3})[ ]?(\d{3})(?!\d)")
DECISION = re.compile(r"[A-Z]{1,8}[ ./-]?\d+(?:[./-][A-Z0-9]+){1,6}")
IDENTITY = re.compile(r"(?<!\d)(\d{10,11})(?!\d)")
DIGIT = re.compile(r"\d")
NOT_ALNUM = re.compile(r"[^A-Z0-9]")
LEAST_KEY, LONGEST_KEY, MOST_TOKENS = 5, 64, 60
LEAST_DECISION = 6  # signs without separators
CLUE, FITS, SAME_NAME, SEEN_SAME, SEEN = 60, 25, 25, 70, 30
CERTAIN, MOST = 80, 99


def plain(text: str) -> str:
    """*text* in capitals without Polish letters and with single spaces: banks drop the one and break the other."""
    if text.isascii():
        return " ".join(text.upper().split())
    bare = unicodedata.normalize("NFKD", text.translate(STROKES))
    return " ".join("".join(sign for sign in bare if not unicodedata.combining(sign)).upper().split())


@dataclass(frozen=True)
class Clues:
    """What a title may name; each is to be looked up, and none is believed before it is found."""

    payments: frozenset[int] = frozenset()
    payers: frozenset[int] = frozenset()
    keys: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    identities: frozenset[str] = frozenset()


def read_clues(title: str) -> Clues:
    """The clues in *title*, whatever a bank did to its letters, spaces and line breaks."""
    words = plain(title)
    squeezed = words.replace(" ", "")
    payments = {int(found) for text in (words, squeezed) for found in PAYMENT.findall(text)}
    payments |= {int(found) for found in PAYMENT_NO.findall(squeezed)}
    payers = {int(found) for found in PAYER.findall(words)}
    payers |= {int(first + rest) for first, rest in PAYER_SPACED.findall(words)}
    tokens = TOKEN.findall(title)[:MOST_TOKENS]
    joined = [*tokens, *(f"{one}{two}" for one, two in pairwise(tokens)), *title.split()[:MOST_TOKENS]]
    keys = {
        form
        for token in joined
        if LEAST_KEY <= len(token) <= LONGEST_KEY and DIGIT.search(token)
        for form in (token, token.upper())
    }
    decisions = {
        bare
        for text in (words, squeezed)
        for found in DECISION.findall(text)
        if len(bare := NOT_ALNUM.sub("", found)) >= LEAST_DECISION
    }
    return Clues(
        frozenset(payments),
        frozenset(payers),
        frozenset(keys),
        frozenset(decisions),
        frozenset(IDENTITY.findall(words)),
    )


@dataclass(frozen=True)
class Facts:
    """What is known of one credit: amounts in złoty."""

    amount: Decimal
    paid_on: date
    title: str
    name: str
    sender: str


@dataclass(frozen=True)
class OwnDue:
    """One open instalment of a candidate, in złoty; `total` is principal, interest and costs on the day of payment."""

    instalment_id: int
    kind_code: str
    payable_by: date
    total: Decimal
    principal: Decimal
    words: str


@dataclass
class Candidate:
    """A payer who may be meant, and what leads to them.

    `named` are instalments that the title names, `clues` the words for how; `seen` counts earlier payments of theirs
    from the same account, `seen_same` those of the same amount; `is_only_one` says that this account never paid for
    anybody else.
    """

    payer_id: int
    name: str
    dues: Sequence[OwnDue] = ()
    named: list[int] = field(default_factory=list)
    clues: list[str] = field(default_factory=list)
    payment_no: str = ""
    seen: int = 0
    seen_same: int = 0
    is_only_one: bool = False


@dataclass(frozen=True)
class Proposal:
    """Post the money for this payer: over these instalments (all by their terms when there are none), because of …"""

    payer_id: int
    name: str
    instalments: tuple[int, ...]
    score: int
    reasons: tuple[str, ...]
    rule: Rule
    is_certain: bool


def propose(facts: Facts, candidates: Iterable[Candidate]) -> list[Proposal]:
    """The candidates with something that speaks for them, the likeliest first."""
    found = [proposal for candidate in candidates if (proposal := _weigh(facts, candidate)) is not None]
    return sorted(found, key=lambda one: (-one.score, one.payer_id))


def certain(proposals: Sequence[Proposal]) -> Proposal | None:
    """The one proposal that may be posted without asking; None when there is none, or when two are sure."""
    sure = [one for one in proposals if one.is_certain]
    return sure[0] if len({one.payer_id for one in sure}) == 1 else None


def _weigh(facts: Facts, candidate: Candidate) -> Proposal | None:
    reasons, score = [], 0
    rule = Rule.SENDER
    if candidate.payment_no:
        reasons.append(f"w tytule jest numer płatności {candidate.payment_no} na tę kwotę")
        score, rule = MOST, Rule.PAYMENT
    if candidate.clues:
        reasons += candidate.clues
        score += CLUE
        rule = Rule.TITLE if rule is Rule.SENDER else rule
    if candidate.seen_same:
        reasons.append(f"z tego rachunku wpłacono już za niego tę kwotę ({_times(candidate.seen_same)})")
        score += SEEN_SAME
    elif candidate.seen:
        reasons.append(f"z tego rachunku już za niego wpłacano ({_times(candidate.seen)})")
        score += SEEN
    if same_name(facts.name, candidate.name):
        reasons.append("nadawca nazywa się tak jak płatnik")
        score += SAME_NAME
    chosen = candidate.named or fitting(facts.amount, candidate.dues)
    if words := _fits(facts.amount, candidate, chosen):
        reasons.append(words)
        score += FITS
    if not score:
        return None
    is_known_sender = candidate.seen_same > 0 and candidate.is_only_one
    return Proposal(
        candidate.payer_id,
        candidate.name,
        tuple(chosen),
        min(score, MOST),
        tuple(reasons),
        rule,
        is_certain=bool(candidate.payment_no) or (bool(candidate.clues) and score >= CERTAIN) or is_known_sender,
    )


def _times(count: int) -> str:
    return "raz" if count == 1 else f"{count} razy"


def _fits(amount: Decimal, candidate: Candidate, chosen: Collection[int]) -> str:
    dues = [due for due in candidate.dues if due.instalment_id in chosen]
    words = dues[0].words if len(dues) == 1 else f"suma {len(dues)} rat"
    if dues and sum((due.total for due in dues), Decimal(0)) == amount:
        return f"ta sama kwota: {words}"
    if dues and sum((due.principal for due in dues), Decimal(0)) == amount:
        return f"ta sama kwota, bez odsetek: {words}"
    return ""


def fitting(amount: Decimal, dues: Sequence[OwnDue]) -> list[int]:
    """Instalments that come to *amount* to the grosz: one of them, else the first few by their terms; else none.

    People often pay the sum of the decision and forget the interest: then it is the principal that fits.
    """
    for due in dues:
        if amount in {due.total, due.principal}:
            return [due.instalment_id]
    ordered = sorted(dues, key=lambda one: (one.payable_by, one.instalment_id))
    return _first_few(amount, [(due.instalment_id, due.total) for due in ordered]) or _first_few(
        amount, [(due.instalment_id, due.principal) for due in ordered]
    )


def _first_few(amount: Decimal, sums: Sequence[tuple[int, Decimal]]) -> list[int]:
    taken = []
    for key, one in sums:
        amount -= one
        taken.append(key)
        if amount <= 0:
            break
    return taken if amount == 0 else []


def same_name(sender: str, payer: str) -> bool:
    """Whether every word of the payer's name stands in the sender's."""
    wanted = {word for word in re.split(r"[^A-Z0-9]+", plain(payer)) if len(word) > 1}
    return bool(wanted) and wanted <= set(re.split(r"[^A-Z0-9]+", plain(sender)))
