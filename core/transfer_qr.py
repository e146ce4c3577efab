"""A transfer's 2D code, by the Polish Bank Association's recommendation of 3 December 2013."""

import re
from decimal import Decimal

import segno

from core.errors import Refused
from core.money import to_grosze
from core.nrb import parse_nrb

ALLOWED = re.compile(r"[^0-9A-Za-ząćęłńóśźżĄĆĘŁŃÓŚŹŻ ,./\\\-@#&*_]")
NIP = re.compile(r"([0-9]{10})?")


def _clean(text: str, length: int) -> str:
    return ALLOWED.sub("", text)[:length].strip()


def transfer_text(*, nip: str, nrb: str, amount: Decimal, recipient: str, title: str) -> str:
    """The nine fields joined by bars: NIP|PL|account|grosze|recipient|title|||, at most 160 characters.

    *amount* in złoty; zero lets the payer type it. Text is cut by characters, and signs that banks refuse are dropped.
    Raises Refused when *nrb* is no account number, `nip_length`, `amount_negative`, or `empty` when nothing is left of
    the recipient or the title, which banks require.
    """
    bare_nip = re.sub(r"[\s-]", "", nip)
    if not NIP.fullmatch(bare_nip):
        raise Refused("nip_length", "NIP odbiorcy musi mieć 10 cyfr.", where="nip")
    if amount < 0:
        raise Refused("amount_negative", "Kwota przelewu nie może być ujemna.", where="amount")
    for where, text, length in (("recipient", recipient, 20), ("title", title, 32)):
        if not _clean(text, length):
            raise Refused("empty", "Przelew musi mieć odbiorcę i tytuł.", where=where)
    fields = (
        bare_nip,
        "PL",
        parse_nrb(nrb),
        f"{to_grosze(amount):06d}",
        _clean(recipient, 20),
        _clean(title, 32),
        "",
        "",
        "",
    )
    return "|".join(fields)


def code_image(text: str) -> str:
    """The 2D code of a transfer's *text* as an address of a picture (SVG), with the error correction that banks ask."""
    made = segno.make(text.encode("utf-8"), error="l", boost_error=False, micro=False)
    return str(made.svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))
