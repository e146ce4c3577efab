"""The number of a printed form and the code that carries it.

A QR code says `SPM-W1:<number>:<version of the clause>` and nothing else, so that it may lie on any desk. QR and not
Data Matrix or Micro QR: every scanner and every phone reads it as it comes from the box, and the text fits version 3 at
the level that stands the loss of 30 % of its area. Its signs are those of QR's alphanumeric set, which a keyboard-wedge
scanner also types alike on the Polish and on the American layout.
"""

import re
from dataclasses import dataclass

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from core.errors import Refused

LAYOUT = "W1"
BEGINNING = "SPM-W"
RANDOM_DIGITS = 8
# A wedge that is set to another layout may spoil the separators, never the digits.
CODE = re.compile(r"SPM[\W_]?(W[0-9]+)[\W_]+([0-9]{10})(?:[\W_]+([0-9]{4}[\W_][0-9]{1,2}))?", re.IGNORECASE)
TYPED = re.compile(r"[0-9]{10}")
GAPS = re.compile(r"[\s\u00a0.\-–]")
LONGEST = 60


@dataclass(frozen=True)
class FormCode:
    """What a code says: the form's number (ten digits), its layout and the version of its clause, '' when typed."""

    number: str
    layout: str = LAYOUT
    clause_version: str = ""

    @property
    def text(self) -> str:
        """What the QR code carries."""
        return f"SPM-{self.layout}:{self.number}:{self.clause_version}"


def number_from(digits: str) -> str:
    """The number of a form made of eight *digits*: two more (ISO 7064 mod 97-10) find every mistyped digit, and every
    two that changed places.
    """
    return f"{digits}{mod_97_10.calc_check_digits(digits)}"


def spaced(number: str) -> str:
    """The number as it is printed and read out: «1234 5678 90»."""
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def read_form_code(text: str) -> FormCode:
    """The code in *text*, scanned or typed: the whole of it, or the number alone.

    Raises Refused: `form_code_unreadable`, `form_number_checksum`.
    """
    scanned = CODE.search(text[:LONGEST])
    number = scanned[2] if scanned else GAPS.sub("", text[:LONGEST])
    if not TYPED.fullmatch(number) or not number.isascii():
        raise Refused(
            "form_code_unreadable",
            "To nie jest numer formularza.",
            where="code",
            mend="Zeskanuj kod z prawego górnego rogu albo wpisz 10 cyfr, które stoją pod nim.",
        )
    try:
        mod_97_10.validate(number)
    except ValidationError as error:
        raise Refused(
            "form_number_checksum",
            "W numerze formularza jest pomyłka.",
            where="code",
            mend="Sprawdź cyfry pod kodem.",
        ) from error
    version = re.sub(r"[\W_]", "-", scanned[3]) if scanned and scanned[3] else ""
    return FormCode(number, scanned[1].upper() if scanned else LAYOUT, version)
