"""The text of a transfer's 2D code, by the Polish Bank Association's recommendation of 3 December 2013."""

import re
from decimal import Decimal

from core.money import to_grosze
from core.nrb import parse_nrb

ALLOWED = re.compile(r"[^0-9A-Za-ząćęłńóśźżĄĆĘŁŃÓŚŹŻ ,./\\\-@#&*_]")
LONGEST = 160


def _clean(text: str, length: int) -> str:
    return ALLOWED.sub("", text)[:length].strip()


def transfer_text(*, nip: str, nrb: str, amount: Decimal, recipient: str, title: str) -> str:
    """The nine fields joined by bars: NIP|PL|account|grosze|recipient|title|||, at most 160 characters.

    *amount* in złoty; zero lets the payer type it. Text is cut by characters, and signs that banks refuse are dropped.
    Raises Refused when *nrb* is no account number.
    """
    fields = (
        nip,
        "PL",
        parse_nrb(nrb),
        f"{to_grosze(amount):06d}",
        _clean(recipient, 20),
        _clean(title, 32),
        "",
        "",
        "",
    )
    return "|".join(fields)[:LONGEST]
