"""A dues file between its preview and its import: kept encrypted, for an hour, read once."""

import base64
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.encryption import SealBroken, seal, unseal
from core.errors import Refused
from liabilities.models import ImportKind

FOLDER = "importy"
SALT = "liabilities.uploads"
SECONDS = 3600


@dataclass(frozen=True)
class Upload:
    """A file and what was said of it."""

    content: bytes
    file_name: str
    source: str
    as_of: datetime
    kind: str = ImportKind.DELTA
    keys_changed: bool = False


def keep(upload: Upload, *, at: datetime) -> str:
    """Keep *upload* for an hour; returns the token that fetches it. What others left behind is thrown away."""
    _sweep(at)
    sealed = seal(base64.b64encode(upload.content).decode())
    name = default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}", ContentFile(sealed.encode()))
    return signing.dumps(
        [name, upload.file_name, upload.source, upload.as_of.isoformat(), str(upload.kind), upload.keys_changed],
        salt=SALT,
    )


def take(token: str) -> Upload:
    """The upload of *token*, which is gone from then on. Raises Refused `upload_gone`."""
    try:
        name, file_name, source, as_of, kind, keys_changed = signing.loads(token, salt=SALT, max_age=SECONDS)
        with default_storage.open(name) as file:
            content = base64.b64decode(unseal(file.read().decode()))
    except (signing.BadSignature, OSError, SealBroken) as error:
        raise Refused(
            "upload_gone", "Ten plik już wczytano albo minęła godzina od podglądu.", mend="Wybierz plik jeszcze raz."
        ) from error
    default_storage.delete(name)
    return Upload(content, file_name, source, datetime.fromisoformat(as_of), kind, keys_changed)


def _sweep(at: datetime) -> None:
    if not default_storage.exists(FOLDER):
        return
    for name in default_storage.listdir(FOLDER)[1]:
        kept = f"{FOLDER}/{name}"
        if at - default_storage.get_modified_time(kept) > timedelta(seconds=SECONDS):
            default_storage.delete(kept)
