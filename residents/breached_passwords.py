"""Whether a password is known from a leak, asked without telling it: only the first five signs of its digest leave.

The service speaks the range protocol of Have I Been Pwned (k-anonymity); a town may name that one or a copy of its own
(`SPM_BREACHED_PASSWORDS_URL`). Named none, nobody is asked.
"""

import hashlib
import logging

import requests
from django.conf import settings

from core.http import AnswerLost, OutgoingSession, Unreachable

PREFIX = 5  # hexadecimal signs of the SHA-1 that are told
SECONDS = 3  # who waits for a new password must not wait for a silent service
logger = logging.getLogger("spm.passwords")


def times_leaked(password: str) -> int:
    """How often *password* was seen in leaks, as the named service counts; 0 when none is named or it is silent.

    A silent service must not keep anybody from setting a password: the offline rules have judged it already.
    """
    address: str = settings.BREACHED_PASSWORDS_URL
    if not address:
        return 0
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    try:
        answer = OutgoingSession(pool=1).call(
            "GET", f"{address.rstrip('/')}/{digest[:PREFIX]}", headers={"Add-Padding": "true"}, timeout=SECONDS
        )
        answer.raise_for_status()
    except (Unreachable, AnswerLost, requests.HTTPError):
        logger.warning("the service of breached passwords did not answer; the offline rules alone were applied")
        return 0
    return _count(answer.text, digest[PREFIX:])


def _count(lines: str, suffix: str) -> int:
    for line in lines.splitlines():
        rest, _, count = line.strip().partition(":")
        if rest.upper() == suffix and count.strip().isdigit():
            return int(count)
    return 0
