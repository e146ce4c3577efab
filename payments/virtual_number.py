"""Numbers of virtual accounts: what stands in the part that the bank leaves to the town, and how it is read back.

A bank gives the town a prefix (its sort code and digits of the contract; `SPM_VIRTUAL_ACCOUNT_PREFIX`); what is left of
the 24 digits after the check digits is ours: two digits for the kind of due, the payer's public number, and a check
digit of our own (ISO 7064 MOD 11,10), so that a slip of the pen that the bank lets by pays nobody else's dues. A PESEL
never stands in it: the bank and every sheet of paper show it.
"""

import re
from dataclasses import dataclass

from stdnum.iso7064 import mod_11_10

from core.errors import Refused
from core.nrb import make_nrb, sort_code_check_digit

BODY = 24  # digits of an NRB after its check digits
PREFIX = re.compile(r"[0-9]{10,18}")
WHOLE_ACCOUNT = "00"
# Stable for ever: these digits stand on papers. A kind that is not here is paid to the payer's whole account.
KINDS = {
    "PODATEK_NIERUCHOMOSCI_OF": "01",
    "PODATEK_NIERUCHOMOSCI_OP": "02",
    "PODATEK_ROLNY": "03",
    "PODATEK_LESNY": "04",
    "LACZNE_ZOBOWIAZANIE": "05",
    "PODATEK_TRANSPORTOWY": "06",
    "ODPADY": "07",
    "KONCESJA_ALKOHOLOWA": "08",
    "UZYTKOWANIE_WIECZYSTE": "09",
    "PRZEKSZTALCENIE": "10",
    "DZIERZAWA": "11",
    "WODA_SCIEKI": "12",
    "INNE_PUBLICZNE": "13",
    "INNE_CYWILNE": "14",
}
CODES = {digits: kind for kind, digits in KINDS.items()}


@dataclass(frozen=True)
class VirtualNumber:
    """Whom a virtual account belongs to: the payer's number, and the code of a kind of due, '' for all of them."""

    payer_no: int
    kind_code: str


def check_prefix(prefix: str) -> str:
    """*prefix*, when the 10 to 18 digits of it begin with a bank's sort code. Raises Refused `prefix_wrong`."""
    if not PREFIX.fullmatch(prefix) or sort_code_check_digit(prefix[:7]) != prefix[7]:
        raise Refused(
            "prefix_wrong",
            "Początek rachunków wirtualnych musi mieć od 10 do 18 cyfr i zaczynać się od numeru rozliczeniowego banku.",
            mend="Przepisz go z umowy z bankiem (SPM_VIRTUAL_ACCOUNT_PREFIX).",
        )
    return prefix


def payer_digits(payer_no: int, kind_code: str, *, length: int = 12) -> str:
    """The *length* digits that name a payer and a kind of due ('' for all), the last one being the check digit.

    Raises Refused `payer_number_long` when the number does not fit.
    """
    room = length - 3
    if not 0 < payer_no < 10**room:
        raise Refused("payer_number_long", f"Numer płatnika nie mieści się w {room} cyfrach rachunku wirtualnego.")
    body = f"{KINDS.get(kind_code, WHOLE_ACCOUNT)}{payer_no:0{room}d}"
    return body + mod_11_10.calc_check_digit(body)


def read_payer_digits(digits: str) -> VirtualNumber | None:
    """Whom *digits* name; None when they are none of ours (check digit, kind)."""
    if not digits.isascii() or not digits.isdigit() or len(digits) < 6 or not mod_11_10.is_valid(digits):
        return None
    kind, payer_no = digits[:2], int(digits[2:-1])
    if payer_no == 0 or kind not in {WHOLE_ACCOUNT, *CODES}:
        return None
    return VirtualNumber(payer_no, CODES.get(kind, ""))


def make_virtual(prefix: str, payer_no: int, kind_code: str) -> str:
    """The 26 digits of a payer's virtual account under the bank's *prefix*, '' as kind for all dues.

    Raises Refused as `check_prefix` and `payer_digits`.
    """
    body = check_prefix(prefix) + payer_digits(payer_no, kind_code, length=BODY - len(prefix))
    return make_nrb(body[:8], body[8:])


def read_virtual(prefix: str, number: str) -> VirtualNumber | None:
    """Whom the account *number* (26 digits) belongs to; None when it is not under *prefix*, or a digit is wrong."""
    if not prefix or len(number) != 26 or number[2 : 2 + len(prefix)] != prefix:
        return None
    if make_nrb(number[2:10], number[10:]) != number:
        return None
    return read_payer_digits(number[2 + len(prefix) :])
