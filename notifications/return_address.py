"""The return address of each e-mail (VERP): which message it was, under our own key, so that nobody can make one up.

`zwroty+spm-12-3f…@gmina.example`: what a mail server sends back arrives at an address that only we can write. It proves
that the message was ours, and which; whoever got the message may say that it did not come, of that one alone.
"""

import re
from collections.abc import Iterable

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "notifications.return_address"
MARK = re.compile(r"(spm-l?\d{1,18})-([0-9a-f]{20})\b")
SIGNS = 20  # 80 bits of HMAC-SHA256: a local part may have 64 signs (RFC 5321 §4.5.3.1.1)


def return_address(reference: str) -> str:
    """Where the message known as *reference* comes back when it cannot be delivered; '' where the town set nothing."""
    pattern = str(settings.BOUNCE_ADDRESS)
    return pattern.replace("*", marked(reference)) if pattern else ""


def marked(reference: str) -> str:
    """*reference* with the proof that we wrote it."""
    return f"{reference}-{_proof(reference)}"


def returned_reference(texts: Iterable[str]) -> str:
    """The message whose mark stands in one of *texts*; '' when none is ours."""
    for text in texts:
        for reference, proof in MARK.findall(text.lower()):  # mail servers may change the case on the way
            if constant_time_compare(proof, _proof(reference)):
                return str(reference)
    return ""


def _proof(reference: str) -> str:
    return salted_hmac(SALT, reference, algorithm="sha256").hexdigest()[:SIGNS]
