"""Access tokens of providers, kept in the cache until shortly before their end."""

import hashlib

from django.core.cache import cache
from redis.exceptions import RedisError

MARGIN = 60  # seconds before a token's end at which a new one is asked for


def token_key(vendor: str, host: str, client_id: str) -> str:
    """The name under which a token is kept: another host or another client has another one."""
    return f"{vendor}-token:{hashlib.sha256(host.encode()).hexdigest()[:16]}:{client_id}"


def kept_token(key: str) -> str:
    """The cached token; '' without one, and while Redis is away: paying must not hang on a cache."""
    try:
        return str(cache.get(key) or "")
    except RedisError:
        return ""


def keep_token(key: str, token: str, expires_in: object) -> None:
    """Keep a token for the seconds that its vendor tells."""
    seconds = int(str(expires_in)) if str(expires_in).isdecimal() else 0
    try:
        cache.set(key, token, max(1, seconds - MARGIN))
    except RedisError:
        return


def forget_token(key: str) -> None:
    """The vendor took it no longer."""
    try:
        cache.delete(key)
    except RedisError:
        return
