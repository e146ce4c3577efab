"""Payouts of payment providers, told by what stands in a bank's entry: set apart, to be reconciled with the payments
that they hold.
"""

import re

from payments.matching import plain

# Provider → how its payouts name themselves, in capitals without Polish letters.
PAYOUTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("payu", re.compile(r"\bPAYU\b(?! ?(?:ID|NR))|\bPAYU ?S\.? ?A")),
    ("przelewy24", re.compile(r"\bPAYPRO\b|\bPRZELEWY24\b|\bP24\b")),
    ("paypal", re.compile(r"\bPAYPAL\b")),
    ("eplatnosci", re.compile(r"\bEPLATNOSCI\b|BANK GOSPODARSTWA KRAJOWEGO")),
)


def provider_of_payout(*, name: str, title: str) -> str:
    """The provider whose payout an entry is, by who sent it; '' for none.

    The title counts only where the bank tells no name: a resident may well write «PayU» there.
    """
    words = plain(name or title)
    return next((provider for provider, pattern in PAYOUTS if pattern.search(words)), "")
