"""What a password must be: long, not on the lists, not guessable from what is known of the person and the town.

No signs of any kind are demanded and none forbidden (NIST SP 800-63B § 3.1.1.2, OWASP ASVS 5.0 V6.2): length and
unlikeliness make a password, not capitals and digits. Judged offline by zxcvbn's estimate of guesses, Django's list of
common passwords and residents/data/password_words.txt; leaks are asked about only where a service is named.
"""

import re
import threading
import unicodedata
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from residents.breached_passwords import times_leaked

SHORTEST, LONGEST = 12, 256
JUDGED = 72  # signs that zxcvbn reads; a longer password is judged by its beginning
ENOUGH_GUESSES = 10_000_000_000  # zxcvbn's score 4: even a stolen list of slow hashes does not give it up soon
WORDS = Path(__file__).parent / "data" / "password_words.txt"
# zxcvbn keeps the words of one call in a table of its module, which threads share.
ONE_AT_A_TIME = threading.Lock()

ADVICE = "Najłatwiej ułożyć je z kilku przypadkowych słów."
HELP = f"Co najmniej {SHORTEST} znaków. {ADVICE} Spacje i polskie litery są dozwolone."
HINTS = {
    "user_inputs": "Zawiera słowo, które łatwo skojarzyć z Tobą albo z gminą.",
    "dictionary": "Zawiera słowa, od których zaczyna każdy, kto zgaduje hasła.",
    "spatial": "Klawisze leżące obok siebie to pierwsze, co sprawdzają zgadujący.",
    "repeat": "Powtórzenia nie utrudniają zgadywania.",
    "sequence": "Kolejne litery i cyfry nie utrudniają zgadywania.",
    "date": "Daty i lata łatwo zgadnąć.",
    "regex": "Daty i lata łatwo zgadnąć.",
}


def plain(text: str) -> str:
    """*text* in small letters, Polish letters by their plain ones: who guesses tries both."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@cache
def _common_words() -> tuple[str, ...]:
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def telling_words(user: object) -> list[str]:
    """What anybody may know of *user* and of the town: names and the pieces of addresses, in plain small letters."""
    texts = [str(getattr(user, name, "") or "") for name in ("full_name", "email")]
    texts += [str(settings.TOWN[name]) for name in ("name", "short_name", "address")]
    whole = [plain(text) for text in texts]
    pieces = [piece for text in whole for piece in re.split(r"[^a-z0-9]+", text) if len(piece) > 2]
    joined = [re.sub(r"[^a-z0-9]+", "", text) for text in whole]
    return list(dict.fromkeys([*pieces, *joined, *whole]))


def _estimate(password: str, words: list[str]) -> tuple[int, str]:
    """Guesses needed, and the pattern that helps most who guesses."""
    with ONE_AT_A_TIME:
        result = zxcvbn(password[:JUDGED], user_inputs=words)
    found = [match for match in result["sequence"] if match["pattern"] != "bruteforce"]
    if not found:
        return int(result["guesses"]), ""
    telling = max(found, key=lambda match: len(match["token"]))
    own = telling.get("dictionary_name") == "user_inputs"
    return int(result["guesses"]), "user_inputs" if own else str(telling["pattern"])


class PasswordPolicy:
    """Django's one password validator here; its words are for people."""

    def __init__(self) -> None:
        self.common = CommonPasswordValidator()

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError `too_short`, `too_long`, `common`, `guessable` or `leaked`."""
        if len(password) < SHORTEST:
            raise ValidationError(
                f"To hasło jest za krótkie: potrzeba co najmniej {SHORTEST} znaków. {ADVICE}", code="too_short"
            )
        if len(password) > LONGEST:
            raise ValidationError(f"To hasło jest za długie: może mieć najwyżej {LONGEST} znaków.", code="too_long")
        self._refuse_common(password)
        self._refuse_guessable(password, [*telling_words(user), *_common_words()])
        if times_leaked(password):
            raise ValidationError(
                "To hasło wyciekło kiedyś z innego serwisu i jest znane przestępcom. Wybierz inne, także tam, gdzie "
                "go używasz.",
                code="leaked",
            )

    def _refuse_common(self, password: str) -> None:
        for form in (password, plain(password)):
            try:
                self.common.validate(form)
            except ValidationError as error:
                raise ValidationError(
                    f"To hasło jest na liście najczęściej używanych. Wybierz inne. {ADVICE}", code="common"
                ) from error

    def _refuse_guessable(self, password: str, words: list[str]) -> None:
        guesses, pattern = min(_estimate(form, words) for form in {password, plain(password)})
        if guesses < ENOUGH_GUESSES:
            hint = HINTS.get(pattern, "")
            raise ValidationError(f"To hasło łatwo odgadnąć. {hint} {ADVICE}".replace("  ", " "), code="guessable")

    def get_help_text(self) -> str:
        """What forms say below the field."""
        return HELP
