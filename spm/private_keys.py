"""Private keys that a town gives as PEM, by the setting or the file that it names."""

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from spm import environment


def read_private_key(pem: str, *, setting: str, made_by: str) -> PrivateKeyTypes:
    """The key of *setting*; *made_by* is the command that makes one. Raises WrongSetting for a broken or locked one."""
    try:
        return load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise environment.WrongSetting(
            f"{setting} cannot be read: give a private key in PEM without a password, or its path in "
            f"{setting}_FILE (`{made_by}` makes one)."
        ) from error
