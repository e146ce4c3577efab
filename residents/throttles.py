"""How often something may be tried. Counted in Redis, one key for each subject and window of time."""

import hashlib
import ipaddress

from django.conf import settings
from django.core.cache import cache


def may_try(name: str, who: str) -> bool:
    """Count one try of *name* by *who*; False when that is one too many (settings.SIGN_IN_THROTTLES).

    Raises redis.RedisError when tries cannot be counted: whoever asks must then refuse, not let pass.
    """
    if name not in settings.SIGN_IN_THROTTLES:
        return True
    most, seconds = settings.SIGN_IN_THROTTLES[name]
    key = f"throttle:{name}:{hashlib.sha256(who.encode()).hexdigest()}"
    cache.add(key, 0, seconds)
    try:
        return bool(cache.incr(key) <= most)
    except ValueError:  # the window ended between the two lines: this is the first try of the next one
        return True


def subscriber(address: str) -> str:
    """Whom to count under *address*: one line has a single IPv4 address, but a whole /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
