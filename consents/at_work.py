"""Who has a paper open right now, so that a second clerk is told before typing it. A hint, kept in Redis alone: what
stops the second one are the locks of `register_application`.
"""

import redis
from django.core.cache import cache

from residents.models import Account

MINUTES = 10


def opened(paper: str, *, by: Account) -> str:
    """Note that *by* has *paper* («form:…», «scan:…») open; returns who else opened it lately, '' for nobody."""
    key = f"at_work:{paper}"
    try:
        before = cache.get(key)
        if before is None or before[0] == by.pk:
            cache.set(key, (by.pk, by.get_full_name()), MINUTES * 60)
            return ""
    except redis.RedisError:
        return ""
    return str(before[1])


def closed(paper: str, *, by: Account) -> None:
    """The paper is registered: nobody has it open any more."""
    try:
        before = cache.get(f"at_work:{paper}")
        if before is not None and before[0] == by.pk:
            cache.delete(f"at_work:{paper}")
    except redis.RedisError:
        return
