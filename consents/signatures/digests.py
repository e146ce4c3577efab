"""What tells one signature from another: a digest over what it signs, which nobody can change without breaking it.

The signature's own bytes would not do: an ECDSA signature can be written in two ways.
"""

import hashlib


def digest_of(signed: bytes) -> str:
    """SHA-256 of the signed attributes (PAdES) or of SignedInfo (XAdES)."""
    return hashlib.sha256(signed).hexdigest()
