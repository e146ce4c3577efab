"""The demo town's own keys: by which browsers know its notices and mail servers its e-mails. No Django: the supervisor
makes them before there is one.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

VAPID, DKIM = "vapid.pem", "dkim.pem"
KEY_FILES = (VAPID, DKIM)


def own_keys(directory: Path, sandbox: str) -> dict[str, str]:
    """The settings that name the keys, each made once for a folder, and the sandbox as a push service."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in KEY_FILES:
        path = directory / name
        if not path.exists():
            key = ec.generate_private_key(ec.SECP256R1()) if name == VAPID else rsa.generate_private_key(65537, 2048)
            path.touch(mode=0o600)
            path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {
        "SPM_VAPID_KEY_FILE": os.fspath(directory / VAPID),
        "SPM_DKIM_KEY_FILE": os.fspath(directory / DKIM),
        "SPM_PUSH_ORIGINS": sandbox,
    }
