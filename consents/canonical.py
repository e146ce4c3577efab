"""The canonical content of evidence: the same bytes from the same record, on any machine, at any time.

Each record has a secret salt, which the database holds sealed: without it a dump would let anybody guess a PESEL from
the hash of all the rest. No keyed fingerprint stands here: those change when keys are rotated. A change of this layout
is a new SCHEMA; earlier records keep theirs.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

SCHEMA = 1


def _moment(value: datetime | None) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if value else ""


def application_content(
    *,
    salt: str,
    number: int,
    payer_id: int,
    identity_kind: str,
    identity_number: str,
    name: str,
    phone: str,
    email: str,
    signed_on: date,
    signed_at: datetime | None,
    arrived_by: str,
    received_on: date,
    scan_sha256: str,
    clause_version: str,
    clause_sha256: str,
    evidence: Mapping[str, object],
    registered_at: datetime,
    registered_by_id: int | None,
    decided_at: datetime | None,
    decided_by_name: str,
    choices: Iterable[tuple[str, str]],
) -> str:
    """SHA-256 of an accepted application."""
    return _digest(
        {
            "schema": SCHEMA,
            "salt": salt,
            "record": "application",
            "number": number,
            "payer": payer_id,
            "identity": [identity_kind, identity_number],
            "name": name,
            "phone": phone,
            "email": email,
            "signed": [signed_on.isoformat(), _moment(signed_at)],
            "arrived": [arrived_by, received_on.isoformat()],
            "scan": scan_sha256,
            "clause": [clause_version, clause_sha256],
            "evidence": dict(evidence),
            "registered": [_moment(registered_at), registered_by_id],
            "decided": [_moment(decided_at), decided_by_name],
            "choices": sorted(list(choice) for choice in choices),
        }
    )


def withdrawal_content(
    *,
    salt: str,
    number: int,
    payer_id: int,
    topic: str,
    channel: str,
    at: datetime,
    way: str,
    by_name: str,
    evidence: Mapping[str, object],
) -> str:
    """SHA-256 of a withdrawal."""
    return _digest(
        {
            "schema": SCHEMA,
            "salt": salt,
            "record": "withdrawal",
            "number": number,
            "payer": payer_id,
            "choice": [topic, channel],
            "at": _moment(at),
            "way": way,
            "by": by_name,
            "evidence": dict(evidence),
        }
    )


def link_hash(*, number: int, previous: str, content: str) -> str:
    """The hash of link *number*: over the one before it and the content of its own record."""
    return hashlib.sha256(f"{number}\n{previous}\n{content}".encode()).hexdigest()


def _digest(content: Mapping[str, object]) -> str:
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
