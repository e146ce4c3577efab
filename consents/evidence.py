"""The chain of evidence: a link a record, made as the record becomes final, and the proof that none was touched.

What proves itself: the links (each holds the hash of the one before), the records (hashed again from what the database
holds now), the scans (hashed again from the files) and the end of the chain (the audit log names each link's hash; so
does every «Potwierdzenie zgód», which residents keep at home).
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection

from consents import clause
from consents.canonical import application_content, link_hash, withdrawal_content
from consents.models import ApplicationState, ConsentApplication, EvidenceLink, Withdrawal
from core.bulk import copy_rows
from core.encryption import seal
from core.models import AuditEntry

LOCK = 0x5350_4D45  # «SPME»: one link at a time
PIECE = 500
VERBS = ("accept_application", "withdraw_consent")


def content_of(record: ConsentApplication | Withdrawal, *, salt: str) -> str:
    """SHA-256 of the record's canonical content, as it was read from the database."""
    if isinstance(record, Withdrawal):
        return withdrawal_content(
            salt=salt,
            number=record.pk,
            payer_id=record.payer_id,
            topic=record.topic.code if record.topic else "",
            channel=record.channel,
            at=record.at,
            way=record.way,
            by_name=record.by_name,
            evidence=record.evidence,
        )
    return application_content(
        salt=salt,
        number=record.pk,
        payer_id=record.payer_id,
        identity_kind=record.identity_kind,
        identity_number=record.identity_number,
        name=record.name,
        phone=record.phone,
        email=record.email,
        signed_on=record.signed_on,
        signed_at=record.signed_at,
        arrived_by=record.arrived_by,
        received_on=record.received_on,
        scan_sha256=record.scan_sha256,
        clause_version=record.clause_version,
        clause_sha256=clause.digest(record.clause_version),
        evidence=record.evidence,
        registered_at=record.registered_at,
        registered_by_id=record.registered_by_id,
        decided_at=record.decided_at,
        decided_by_name=record.decided_by_name,
        choices=[(choice.topic.code, choice.channel) for choice in record.choices.all()],
    )


def add_link(record: ConsentApplication | Withdrawal) -> EvidenceLink:
    """Link a record that is final from now on, in the caller's transaction; others wait until that one ends."""
    return add_links([record])[0]


def add_links(records: Sequence[ConsentApplication | Withdrawal]) -> list[EvidenceLink]:
    """Link final records in their order, as `add_link` does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = EvidenceLink.objects.order_by("-number").first()
    number, previous = (last.number, last.hash) if last else (0, "")
    links = []
    for record in _as_kept(records):
        number += 1
        salt = secrets.token_hex(16)
        content = content_of(record, salt=salt)
        link = EvidenceLink(
            number=number,
            application_id=None if isinstance(record, Withdrawal) else record.pk,
            withdrawal_id=record.pk if isinstance(record, Withdrawal) else None,
            salt=salt,
            content_sha256=content,
            previous_hash=previous,
            hash=link_hash(number=number, previous=previous, content=content),
        )
        previous = link.hash
        links.append(link)
    columns = ("number", "application_id", "withdrawal_id", "salt", "content_sha256", "previous_hash", "hash")
    copy_rows(
        EvidenceLink._meta.db_table,
        columns,
        (
            (one.number, one.application_id, one.withdrawal_id, seal(one.salt), one.content_sha256)
            + (one.previous_hash, one.hash)
            for one in links
        ),
    )
    return links


def _as_kept(records: Sequence[ConsentApplication | Withdrawal]) -> Iterator[ConsentApplication | Withdrawal]:
    """The records as the database holds them, in the order in which they were given."""
    papers = [one.pk for one in records if isinstance(one, ConsentApplication)]
    withdrawals = [one.pk for one in records if isinstance(one, Withdrawal)]
    kept: dict[tuple[bool, int], ConsentApplication | Withdrawal] = {}
    if papers:
        found = ConsentApplication.objects.filter(pk__in=papers).prefetch_related("choices__topic")
        kept |= {(False, one.pk): one for one in found}
    if withdrawals:
        kept |= {(True, one.pk): one for one in Withdrawal.objects.filter(pk__in=withdrawals).select_related("topic")}
    yield from (kept[isinstance(one, Withdrawal), one.pk] for one in records)


@dataclass
class EvidenceProof:
    """What the proof found: how many links, the last one's number and hash, and every fault in words."""

    links: int = 0
    head: str = ""
    scans: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was altered or removed."""
        return not self.faults


def prove_evidence(*, with_scans: bool = True, expected: tuple[int, str] | None = None) -> EvidenceProof:
    """Prove the chain from its first link. *expected* is a link (number, hash) known from elsewhere, as a printed
    confirmation shows it: it must still be there.
    """
    proof = EvidenceProof()
    hashes: dict[int, str] = {}
    for link in _links():
        _prove_link(link, proof, with_scans=with_scans)
        hashes[link.number] = link.hash
    unlinked = ConsentApplication.objects.filter(state=ApplicationState.ACCEPTED, link__isnull=True)
    proof.faults += [
        f"wniosek nr {pk}: przyjęty, a nie ma go w łańcuchu"
        for pk in unlinked.order_by("pk").values_list("pk", flat=True)
    ]
    for number, known, source in _known_elsewhere(expected):
        if hashes.get(number) != known:
            proof.faults.append(f"ogniwo nr {number}: {source} zna inne albo ogniwo usunięto")
    return proof


def _links() -> Iterator[EvidenceLink]:
    links = EvidenceLink.objects.select_related("application", "withdrawal__topic").order_by("number")
    return links.prefetch_related("application__choices__topic").iterator(chunk_size=PIECE)


def _prove_link(link: EvidenceLink, proof: EvidenceProof, *, with_scans: bool) -> None:
    proof.links += 1
    named = f"ogniwo nr {link.number}"
    if link.number != proof.links:
        proof.faults.append(f"{named}: przed nim brakuje ogniwa")
        proof.links = link.number
    if link.previous_hash != proof.head:
        proof.faults.append(f"{named}: nie wskazuje poprzedniego ogniwa")
    if link.hash != link_hash(number=link.number, previous=link.previous_hash, content=link.content_sha256):
        proof.faults.append(f"{named}: skrót się nie zgadza")
    proof.head = link.hash
    record = link.application or link.withdrawal
    if record is None:
        proof.faults.append(f"{named}: usunięto to, czego dotyczy")
        return
    if content_of(record, salt=link.salt) != link.content_sha256:
        proof.faults.append(f"{named}: zmieniono {record}")
    if with_scans and isinstance(record, ConsentApplication) and record.scan_sha256:
        proof.scans += 1
        if _scan_digest(record) != record.scan_sha256:
            proof.faults.append(f"{named}: skan – {record} – zmieniono lub usunięto")


def _scan_digest(application: ConsentApplication) -> str:
    digest = hashlib.sha256()
    try:
        with application.scan.open("rb") as scan:
            for piece in scan.chunks():
                digest.update(piece)
    except (OSError, ValueError):
        return ""
    return digest.hexdigest()


def _known_elsewhere(expected: tuple[int, str] | None) -> Iterable[tuple[int, str, str]]:
    """Links that somebody else remembers: number, hash, who."""
    entries = AuditEntry.objects.filter(verb__in=VERBS, details__has_key="link").order_by("pk")
    for details in entries.values_list("details", flat=True).iterator(chunk_size=PIECE):
        yield int(details["link"]), str(details["hash"]), "dziennik zdarzeń"
    if expected is not None:
        yield *expected, "podany wydruk"
