"""Sessions as rows of the database whose content is encrypted: between two steps of signing in they hold addresses.

A session that no key opens, because the keys were changed meanwhile, is an empty one: its owner signs in anew.
"""

import json
from typing import Any

from django.contrib.sessions.backends import db

from core.encryption import SealBroken, seal, unseal


class SessionStore(db.SessionStore):
    """Django's own store with another envelope."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        """The row's content."""
        return seal(json.dumps(session_dict, separators=(",", ":")))

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """What the row says."""
        try:
            said: dict[str, Any] = json.loads(unseal(str(session_data)))
        except (SealBroken, ValueError):
            return {}
        return said
