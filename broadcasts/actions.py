"""What may happen to warnings of others: asked for, taken in, tied together, told to the officers on duty."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction

from broadcasts.alerting import alert_officers
from broadcasts.cap_reading import read_cap, told_of
from broadcasts.drafts import draft_of_warning, drop_drafts
from broadcasts.models import SourceState, SourceWarning, WarningState
from broadcasts.sources.catalogue import Source, sources
from broadcasts.sources.fetching import Silent, fetch
from broadcasts.told import Answer, NotReadable, Sort, Told, concerns
from core import audit
from core.actor import Actor, job
from core.inbound import handle, receive, unhandled
from core.models import InboundEvent

logger = logging.getLogger("spm.broadcasts")
AT_ONCE = 4
LONGEST_KEY = 400
STALE = "Pominięto: przyszła nowsza odpowiedź."
BY = job("poll_warnings")


@dataclass
class PollReport:
    """How many sources answered, which did not and why, and how many warnings were new, changed or called off."""

    answered: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    cancelled: int = 0


def poll_sources(*, clock: Callable[[], datetime]) -> PollReport:
    """Ask every source at once and take in what each says. What fails is told and holds up none of the others."""
    report = PollReport()
    asked = sources()
    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        answers = [(source, threads.submit(fetch, source.url)) for source in asked]
        for source, answer in answers:
            try:
                status, body = answer.result()
            except Silent as trouble:
                _note_failure(source, str(trouble), at=clock())
                report.failed[source.code] = str(trouble)
                continue
            if words := _taken(source, status, body, at=clock(), report=report):
                report.failed[source.code] = words
            else:
                report.answered += 1
    end_warnings(at=clock())
    return report


def _taken(source: Source, status: int, body: bytes, *, at: datetime, report: PollReport) -> str:
    """As `take_answer`; an answer that nobody thought of is that source's failure and nobody else's."""
    try:
        return take_answer(source, status, body, at=at, report=report)
    except Exception:
        logger.exception("%s: an answer could not be taken in", source.code)
        words = "Odpowiedzi nie udało się przyjąć; szczegóły są w dzienniku serwera."
        _note_failure(source, words, at=at)
        return words


def take_answer(source: Source, status: int, body: bytes, *, at: datetime, report: PollReport | None = None) -> str:
    """Store an answer raw, then act on it once; returns '' or what is wrong with it, in Polish.

    An answer that says what the newest one said changes nothing; one that a newer one has overtaken is passed over.
    """
    counts = report or PollReport()
    number = _numbered(source, status, body, at=at)
    digest = _digest_of(status, body)
    event, _ = receive(
        f"warnings_{source.code}",
        key=f"{number}:{digest}",
        headers={"status": str(status)},
        body=body,
        is_verified=True,
    )
    for older in unhandled(f"warnings_{source.code}"):
        if older.pk < event.pk:
            handle(older.pk, lambda _event: STALE, at=at)
    handle(event.pk, partial(_act, source=source, number=number, status=status, at=at, report=counts), at=at)
    problem = InboundEvent.objects.values_list("problem", flat=True).get(pk=event.pk)
    if problem:
        _note_failure(source, problem, at=at)
    else:
        SourceState.objects.filter(code=source.code).update(
            asked_at=at, answered_at=at, failing_since=None, trouble="", name=source.name
        )
    return problem


def _digest_of(status: int, body: bytes) -> str:
    return hashlib.sha256(f"{status}\n".encode() + body).hexdigest()


def _numbered(source: Source, status: int, body: bytes, *, at: datetime) -> int:
    """The number of this answer: the newest one's when it says the same, else the next."""
    digest = _digest_of(status, body)
    with transaction.atomic():
        SourceState.objects.get_or_create(code=source.code, defaults={"name": source.name})
        state = SourceState.objects.select_for_update(of=("self",)).get(code=source.code)
        state.asked_at = at
        if state.digest != digest:
            state.number, state.digest = state.number + 1, digest
        state.save(update_fields=["asked_at", "number", "digest"])
    return state.number


def _note_failure(source: Source, words: str, *, at: datetime) -> None:
    with transaction.atomic():
        SourceState.objects.get_or_create(code=source.code, defaults={"name": source.name})
        state = SourceState.objects.select_for_update(of=("self",)).get(code=source.code)
        state.asked_at, state.trouble = at, words[:300]
        state.failing_since = state.failing_since or at
        state.save(update_fields=["asked_at", "trouble", "failing_since"])


def _act(event: InboundEvent, *, source: Source, number: int, status: int, at: datetime, report: PollReport) -> str:
    state = SourceState.objects.select_for_update(of=("self",)).get(code=source.code)
    if state.number != number:
        return STALE
    try:
        read = source.read(status, bytes(event.body))
        answer = replace(read, told=tuple(replace(told, key=told.key[:LONGEST_KEY]) for told in read.told))
    except NotReadable as unreadable:
        return f"Nie da się odczytać: {unreadable}."
    take_warnings(source.kind, answer, is_list=source.is_list, at=at, event=event, report=report)
    return " ".join(answer.faults)


def take_warnings(
    kind: str,
    answer: Answer,
    *,
    is_list: bool,
    at: datetime,
    event: InboundEvent | None = None,
    report: PollReport | None = None,
) -> list[SourceWarning]:
    """Take in what a source of *kind* tells, in the caller's transaction; returns the rows that are new.

    What is known already stays as it is. In a list that is whole (`is_list`, no faults), a warning in force that is no
    longer there was replaced by a new one of the same event and area, or was called off. Officers are told once.
    """
    counts = report or PollReport()
    known = {row.key: row for row in SourceWarning.objects.filter(source=kind, state=WarningState.CURRENT)}
    gone = []
    if is_list and answer.is_whole:
        here = {told.key for told in answer.told}
        gone = [row for key, row in known.items() if key not in here and not _is_over(row, at)]
    fresh = []
    for told in answer.told:
        row = _take_one(kind, told, known, gone, at=at, event=event)
        if row is not None:
            fresh.append(row)
            known[row.key] = row
    for row in gone:
        if row.state == WarningState.CURRENT:
            _close([row], WarningState.CANCELLED, at=at)
            drop_drafts(row, reason="źródło odwołało ostrzeżenie", by=BY, at=at)
            alert_officers(row, cancelled=True, at=at)
            counts.cancelled += 1
    counts.new += sum(row.sort == Sort.ALERT for row in fresh)
    counts.changed += sum(row.sort == Sort.UPDATE for row in fresh)
    counts.cancelled += sum(row.sort == Sort.CANCEL for row in fresh)
    if fresh or gone:
        audit.record("take_warnings", f"source:{kind}", by=BY, new=[row.pk for row in fresh], gone=len(gone))
    return fresh


def _take_one(
    kind: str,
    told: Told,
    known: dict[str, SourceWarning],
    gone: list[SourceWarning],
    *,
    at: datetime,
    event: InboundEvent | None,
) -> SourceWarning | None:
    digest = hashlib.sha256(json.dumps(asdict(told), default=str, sort_keys=True).encode()).hexdigest()
    same = SourceWarning.objects.filter(source=kind, key=told.key, digest=digest).first()
    if same is not None:
        if same.state == WarningState.CANCELLED and same.sort != Sort.CANCEL and not _is_over(same, at):
            SourceWarning.objects.filter(pk=same.pk).update(state=WarningState.CURRENT, closed_at=None)
        return None
    earlier = _earlier(kind, told, known, gone)
    sort = told.sort if told.sort == Sort.CANCEL or not earlier else Sort.UPDATE
    closes = sort == Sort.CANCEL
    row = SourceWarning.objects.create(
        source=kind,
        key=told.key,
        digest=digest,
        sort=sort.value,
        first_id=earlier[0].first_id_of_all if earlier else None,
        event=(told.event or (earlier[0].event if earlier else "odwołanie"))[:300],
        headline=told.headline[:400],
        publisher=told.publisher[:300],
        codes=list(told.codes),
        catchments=list(told.catchments),
        places=list(told.places),
        concerns_town=_concerns_us(told) or any(one.concerns_town for one in earlier if closes),
        state=WarningState.CANCELLED if closes else WarningState.CURRENT,
        closed_at=at if closes else None,
        seen_at=at,
        arrived_in=event,
        **{
            name: getattr(told, name)
            for name in (
                *("level", "text", "instruction", "published_at", "begins_at", "ends_at"),
                *("severity", "urgency", "certainty", "is_exercise"),
            )
        },
    )
    _close(earlier, WarningState.CANCELLED if closes else WarningState.REPLACED, at=at)
    for one in earlier:
        drop_drafts(one, reason="źródło odwołało ostrzeżenie" if closes else "źródło zmieniło treść", by=BY, at=at)
    if row.concerns_town and row.level and not closes and not row.is_exercise:
        draft_of_warning(row, by=BY, at=at)
    alert_officers(row, earlier=earlier, cancelled=closes, at=at)
    return row


def _earlier(kind: str, told: Told, known: dict[str, SourceWarning], gone: list[SourceWarning]) -> list[SourceWarning]:
    """The warnings in force that *told* changes or ends: of the same key, those that it names, or one that went."""
    if told.key in known:
        return [known[told.key]]
    if told.refers_to:
        mine = SourceWarning.objects.filter(source=kind, key__in=told.refers_to, state=WarningState.CURRENT)
        return list(mine.order_by("pk"))
    return [
        row
        for row in gone
        if row.state == WarningState.CURRENT and row.event == told.event and set(row.codes) & set(told.codes)
    ][:1]


def _close(rows: Iterable[SourceWarning], state: WarningState, *, at: datetime) -> None:
    for row in rows:
        row.state, row.closed_at = state, at
        row.save(update_fields=["state", "closed_at"])


def _is_over(row: SourceWarning, at: datetime) -> bool:
    return row.ends_at is not None and row.ends_at <= at


def _concerns_us(told: Told) -> bool:
    known = settings.WARNINGS
    return concerns(told, town=known["teryt"], catchments=tuple(known["catchments"]))


def end_warnings(*, at: datetime) -> int:
    """Close the warnings whose time is over; returns how many."""
    over = SourceWarning.objects.filter(state=WarningState.CURRENT, ends_at__lte=at)
    return over.update(state=WarningState.ENDED, closed_at=at)


def take_cap_file(content: bytes, *, by: Actor, at: datetime) -> SourceWarning | None:
    """Take in a CAP 1.2 message that an officer was sent; None when it was taken in before.

    Raises NotReadable with what is wrong with it.
    """
    told = told_of(read_cap(content))
    answer = Answer((replace(told, key=told.key[:LONGEST_KEY]),))
    digest = hashlib.sha256(content).hexdigest()
    event, _ = receive("warnings_file", key=digest, headers={}, body=content, is_verified=True)
    taken: list[SourceWarning] = []

    def act(stored: InboundEvent) -> str:
        taken.extend(take_warnings("cap", answer, is_list=False, at=at, event=stored))
        audit.record("take_cap_file", f"inbound:{stored.pk}", by=by, sha256=digest)
        return ""

    handle(event.pk, act, at=at)
    return taken[0] if taken else None
