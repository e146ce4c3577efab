"""What a signed document asks for: the same value from a filled PDF form and from XML."""

from dataclasses import dataclass

from consents.replacement import Choice


@dataclass(frozen=True)
class Said:
    """An application as its signed document says it. `faults` are Polish words for what is missing or ambiguous."""

    number: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    choices: frozenset[Choice] = frozenset()
    resigns: bool = False
    clause_version: str = ""
    form_number: str = ""
    faults: tuple[str, ...] = ()


def contradictions(said: Said) -> tuple[str, ...]:
    """What an application lacks, or says twice in different ways."""
    faults = []
    if not said.number:
        faults.append("W dokumencie nie ma numeru PESEL.")
    if not said.name:
        faults.append("W dokumencie nie ma imienia i nazwiska.")
    if said.choices and said.resigns:
        faults.append("Zaznaczono rodzaje powiadomień i rezygnację naraz.")
    if not said.choices and not said.resigns:
        faults.append("Nie zaznaczono ani żadnego rodzaju powiadomień, ani rezygnacji.")
    return tuple(faults)
