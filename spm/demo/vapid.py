"""The key by which browsers know the demo town's notices. No Django: the supervisor makes it before there is one."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

KEY_FILE = "vapid.pem"


def push_environment(directory: Path, sandbox: str) -> dict[str, str]:
    """The demo's key, made once for a folder, and the sandbox as a push service."""
    path = directory / KEY_FILE
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {"SPM_VAPID_KEY_FILE": os.fspath(path), "SPM_PUSH_ORIGINS": sandbox}
