"""Addresses that the sandbox is asked to call."""

from urllib.parse import urlsplit


def is_web_address(address: str) -> bool:
    """Whether *address* can be called over HTTP."""
    if any(letter <= " " or letter == "\x7f" for letter in address):
        return False
    try:
        split = urlsplit(address)
        return split.scheme in {"http", "https"} and bool(split.hostname) and split.port != 0
    except ValueError:
        return False
