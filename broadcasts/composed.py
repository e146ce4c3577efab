"""The texts of a warning as each channel tells them, in three languages: pure words, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass

PREFIXES = {
    "warning": {"pl": "", "en": "", "uk": ""},
    "repeat": {"pl": "PONOWNIE. ", "en": "AGAIN. ", "uk": "ПОВТОРНО. "},
    "correction": {"pl": "SPROSTOWANIE. ", "en": "CORRECTION. ", "uk": "ВИПРАВЛЕННЯ. "},
    "all_clear": {"pl": "ODWOŁANIE. ", "en": "ALL CLEAR. ", "uk": "ВІДБІЙ. "},
}
# The word that the law of exercises knows stands in every language: nobody may mistake a rehearsal.
REHEARSAL = {"pl": "ĆWICZENIE. ", "en": "ĆWICZENIE – EXERCISE. ", "uk": "ĆWICZENIE – НАВЧАННЯ. "}
LANGUAGES = ("pl", "en", "uk")
OWN_NAMES = {"pl": "Polski", "en": "English", "uk": "Українська"}


@dataclass(frozen=True)
class Words:
    """What was written: the SMS, the hazard's name and the advice, each by language; '' where it was not translated."""

    kind: str
    is_rehearsal: bool
    hazard: Mapping[str, str]
    sms: Mapping[str, str]
    advice: Mapping[str, str]
    until: Mapping[str, str]
    town: str


def sms_text(words: Words, language: str) -> str:
    """The SMS with its marks in front; in Polish where it was not translated."""
    told = language if words.sms[language].strip() else "pl"
    return _marked(words, told, words.sms[told].strip())


def title(words: Words, language: str) -> str:
    """The heading of e-mails, pages and feeds: «Dolina: silny wiatr»."""
    told = language if words.sms[language].strip() else "pl"
    return _marked(words, told, f"{words.town}: {words.hazard[told]}")


def long_text(words: Words, language: str) -> str:
    """The body of an e-mail: the SMS, what to do, until when; what is over has no such term."""
    told = language if words.sms[language].strip() else "pl"
    term = "" if words.kind == "all_clear" else words.until[told]
    parts = [sms_text(words, told), words.advice[told].strip(), term]
    return "\n\n".join(part for part in parts if part)


def every_language(words: Words) -> str:
    """The body of an e-mail in every language that was written, one after the other."""
    written = [language for language in LANGUAGES if language == "pl" or words.sms[language].strip()]
    return "\n\n---\n\n".join(f"{OWN_NAMES[one]}\n\n{long_text(words, one)}" for one in written)


def spoken(words: Words, language: str) -> str:
    """What a call says, twice: who calls, the warning, what to do."""
    told = language if words.sms[language].strip() else "pl"
    who = {"pl": "Ostrzeżenie. ", "en": "Warning. ", "uk": "Попередження. "}[told]
    again = {"pl": "Powtarzam. ", "en": "I repeat. ", "uk": "Повторюю. "}[told]
    said = f"{sms_text(words, told)} {words.advice[told].strip()}".strip()
    return f"{who}{words.town}. {said} {again}{said}"


def _marked(words: Words, language: str, text: str) -> str:
    prefix = PREFIXES[words.kind][language]
    mark = prefix if not text.upper().startswith(prefix.strip(" .").upper() or "\0") else ""
    return f"{REHEARSAL[language] if words.is_rehearsal else ''}{mark}{text}"
