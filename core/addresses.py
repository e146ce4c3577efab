"""Whence a request comes, when proxies stand in front: a rule on two header values."""

import ipaddress


def client_address(remote: str, forwarded_for: str, *, proxies: int) -> str:
    """The address of who asks: *remote* is the peer of our socket, *forwarded_for* the X-Forwarded-For as it came.

    Each of our *proxies* adds at the right what it saw; whatever stands further left was written by who asks and is
    not believed. With fewer entries than proxies, or nonsense at that place, the peer itself is the answer. '' when
    even that is no address (a Unix socket).
    """
    entries = [entry.strip() for entry in forwarded_for.split(",") if entry.strip()]
    if proxies > 0 and len(entries) >= proxies and (seen := _address(entries[-proxies])):
        return seen
    return _address(remote)


def _address(text: str) -> str:
    """The address in *text* in its canonical form, a port and brackets dropped; '' when there is none."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)
