"""Who somebody was proved to be by a provider of identity, read from what it said: pure values, no clock, no outside.

Levels of assurance are eIDAS's (Implementing Regulation 2015/1502): a trusted profile is «substantial», an identity
card with a chip is «high».
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from core.errors import Refused
from residents.identity import IdentityNumber, NumberKind, pesel_birth_date, read_identity

LEVELS = ("low", "substantial", "high")
LEVEL_PREFIX = "http://eidas.europa.eu/LoA/"
# eIDAS writes the state that says it and the state that asks before the number: «PL/PL/44051401359». Another state's
# number is no PESEL, even if it has eleven digits.
PESEL = re.compile(r"(?:PL/[A-Z]{2}/)?([0-9]{11})")
OFFICE = "Przyjdź do urzędu z dowodem tożsamości albo poproś o kod: potwierdzisz nim tożsamość na swoim koncie."


@dataclass(frozen=True)
class Named:
    """Under which names a provider says each fact."""

    pesel: str
    given_name: str
    family_name: str
    birth_date: str


@dataclass(frozen=True)
class Proven:
    """A natural person whose identity a provider vouches for."""

    pesel: str
    name: str
    level: str  # one of LEVELS, or '' where the provider tells none

    @property
    def number(self) -> IdentityNumber:
        """The PESEL as a number that passed every check."""
        return IdentityNumber(NumberKind.PESEL, self.pesel)

    def as_values(self) -> dict[str, str]:
        """Plain values, from which `Proven(**values)` makes it again."""
        return asdict(self)


def read_proven(facts: Mapping[str, Sequence[str]], names: Named, *, level: str, on: date) -> Proven:
    """The person that *facts* (name → values) tell of. *on* is the day against which births count.

    Raises Refused: `pesel_missing` (none was said, or another state's number), `pesel_wrong`, `facts_contradict` (a
    name that is missing, a fact said twice, or a birth date other than the PESEL's). No message repeats a number.
    """
    said = PESEL.fullmatch(_only(facts, names.pesel))
    if said is None:
        raise Refused("pesel_missing", "Nie otrzymaliśmy Twojego numeru PESEL.", mend=OFFICE)
    try:
        number = read_identity(said[1], on=on)
    except Refused as refusal:
        raise Refused("pesel_wrong", "Otrzymaliśmy numer PESEL, którego nie ma.", mend=OFFICE) from refusal
    born = _only(facts, names.birth_date)[:10]
    name = f"{_only(facts, names.given_name)} {_only(facts, names.family_name)}".strip()
    if not name or (born and born != pesel_birth_date(number.value).isoformat()):
        raise Refused("facts_contradict", "Otrzymane dane nie zgadzają się ze sobą.", mend=OFFICE)
    return Proven(number.value, name[:150], level)


def _only(facts: Mapping[str, Sequence[str]], name: str) -> str:
    values = [value.strip() for value in facts.get(name, ()) if value]
    if len(values) > 1:
        raise Refused("facts_contradict", "Otrzymane dane nie zgadzają się ze sobą.", mend=OFFICE)
    return values[0] if values else ""


def checked_level(said: str, *, least: str) -> str:
    """The level that *said* names («http://eidas.europa.eu/LoA/substantial», or the last word alone).

    Raises Refused `level_too_low` when it is unknown or lower than *least*; an empty *least* takes anything.
    """
    level = said.removeprefix(LEVEL_PREFIX)
    if not least:
        return level if level in LEVELS else ""
    if level not in LEVELS or LEVELS.index(level) < LEVELS.index(least):
        raise Refused(
            "level_too_low",
            "Ten sposób logowania nie wystarcza, żeby pokazać dane o należnościach.",
            mend="Zaloguj się profilem zaufanym, e-dowodem, aplikacją mObywatel albo przez bank.",
        )
    return level
