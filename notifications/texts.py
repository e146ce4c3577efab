"""Placeholders in texts, «((name))»: find them, check them, fill them in."""

import difflib
import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

from core.errors import Refused
from notifications.languages import POLISH, day_in, sum_in

PLACEHOLDER = re.compile(r"\(\(\s*([a-z_]+)\s*\)\)")
NAMED = re.compile(r"\(\(([^()]*)\)\)")
LOOSE = re.compile(r"\(\(|\)\)")
BLANK_LINES = re.compile(r"\n{3,}")
DOUBLED_SPACE = re.compile(r"(?<=\S) {2,}(?=\S)")


@lru_cache(maxsize=1024)
def _pieces(text: str) -> tuple[str, ...]:
    """Words and names of placeholders in turn, words first and last."""
    return tuple(PLACEHOLDER.split(text))


def placeholders(text: str) -> tuple[str, ...]:
    """The names of the placeholders of *text*, each once, in order."""
    return tuple(dict.fromkeys(_pieces(text)[1::2]))


def check(text: str, allowed: Collection[str]) -> list[str]:
    """What is wrong with the placeholders of *text*, in Polish; nothing when all are known and closed."""
    problems = []
    for name in dict.fromkeys(NAMED.findall(PLACEHOLDER.sub(r"((\1))", text))):
        if name not in allowed:
            near = difflib.get_close_matches(name.strip().lower(), allowed, n=1, cutoff=0.5)
            hint = f" Może chodzi o (({near[0]}))?" if near else f" Dozwolone: {', '.join(sorted(allowed))}."
            problems.append(f"Nieznane pole (({name})).{hint}")
    if LOOSE.search(NAMED.sub("", text)):
        problems.append("Pole jest niedomknięte: pisz ((nazwa)) z dwoma nawiasami z każdej strony.")
    return problems


def fill(text: str, facts: Mapping[str, str]) -> str:
    """*text* with each placeholder replaced by its fact; an empty fact leaves neither blank lines nor doubled spaces.

    Raises Refused `missing_fact` when one is not given.
    """
    pieces = list(_pieces(text))
    has_empty = False
    for place in range(1, len(pieces), 2):
        if pieces[place] not in facts:
            raise Refused("missing_fact", f"Brakuje danych do pola (({pieces[place]})).")
        pieces[place] = facts[pieces[place]]
        has_empty = has_empty or not pieces[place]
    filled = "".join(pieces)
    return DOUBLED_SPACE.sub(" ", BLANK_LINES.sub("\n\n", filled)) if has_empty else filled


def format_facts(facts: Mapping[str, str], language: str = POLISH) -> dict[str, str]:
    """Raw facts as people read them: `…_pln` («123.45») as «123,45 zł», `…_on` (ISO) as «15 marca 2026»."""
    return {name: _shown(name, value, language) for name, value in facts.items()}


def _shown(name: str, value: str, language: str) -> str:
    if name.endswith("_pln"):
        return sum_in(language, Decimal(value))
    return day_in(language, date.fromisoformat(value)) if name.endswith("_on") else value
