"""What may happen to a warning before it is sent: written, submitted, returned, approved, dropped, followed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from broadcasts.models import Broadcast, BroadcastStep, Hazard, SourceWarning, StepKind
from broadcasts.models.broadcast import Kind
from broadcasts.states import LABELS, UNSENT, State, may_become
from broadcasts.wordings import faults_of
from core import audit
from core.actor import Actor
from core.errors import Refused

WRITTEN = (
    *("hazard", "severity", "urgency", "area_kind", "districts", "streets", "postal_codes"),
    *("shape", "drawn_streets", "with_unknown"),
    *("sms", "sms_en", "sms_uk", "advice", "advice_en", "advice_uk", "until", "is_rehearsal"),
)
ALL_CLEAR_LIVES = timedelta(hours=6)
ENDS = {
    "sms": "{town}: zagrożenie minęło ({hazard}). Możesz wrócić do codziennych zajęć.",
    "sms_en": "{town}: the danger is over ({hazard}). You may go back to your daily life.",
    "sms_uk": "{town}: небезпека минула ({hazard}). Можна повернутися до звичайних справ.",
}


def lock_broadcast(pk: int) -> Broadcast:
    """The row, locked, in the caller's transaction."""
    return Broadcast.objects.select_for_update(of=("self",)).select_related("hazard").get(pk=pk)


def take_step(broadcast: Broadcast, kind: StepKind, *, by: Actor, at: datetime, words: str = "") -> None:
    """Write down what was done: in the thread of steps, which is for ever, and in the journal of events."""
    BroadcastStep.objects.create(
        broadcast=broadcast, at=at, kind=kind, by_name=by.name[:150], by_account_id=by.account_id, words=words
    )
    audit.record(f"broadcast_{kind.value}", f"broadcast:{broadcast.pk}", by=by, words=words[:300])


def move(broadcast: Broadcast, target: State) -> None:
    """Let the locked row be in *target*. Raises Refused `wrong_state` when the table forbids it."""
    if not may_become(broadcast.life, target):
        raise Refused(
            "wrong_state",
            f"Ostrzeżenie jest w stanie: {LABELS[broadcast.life]}.",
            mend="Odśwież stronę: ktoś mógł zmienić je przed chwilą.",
        )
    broadcast.state = target.value


def make_draft(
    *,
    said: Mapping[str, Any],
    by: Actor,
    at: datetime,
    source_warning: SourceWarning | None = None,
    number: UUID | None = None,
) -> Broadcast:
    """A new draft of what was typed, or of what a source told; the one of that *number* where a page was sent twice."""
    with transaction.atomic():
        told: dict[str, Any] = {name: said[name] for name in WRITTEN if name in said}
        told |= {"source_warning": source_warning, "written_at": at, "written_by_id": by.account_id, "made_at": at}
        made, is_new = Broadcast.objects.get_or_create(number=number or uuid4(), defaults=told)
        if is_new:
            take_step(made, StepKind.MADE, by=by, at=at, words=str(source_warning or ""))
    return made


def write_draft(broadcast: Broadcast, *, said: Mapping[str, Any], by: Actor, at: datetime) -> Broadcast:
    """Change an unsent warning; whatever was approved or submitted before is a draft again.

    Raises Refused `wrong_state`, and `same_words` for a repeat, which goes without approval since its words had one.
    """
    with transaction.atomic():
        row = lock_broadcast(broadcast.pk)
        if row.kind == Kind.REPEAT:
            raise Refused(
                "same_words",
                "Powtórzenie idzie tymi samymi słowami.",
                mend="Zmianę treści nadaj jako sprostowanie.",
            )
        if row.life not in UNSENT:
            move(row, State.DRAFT)
        changed = [name for name in WRITTEN if name in said and getattr(row, name) != said[name]]
        if not changed:
            return row
        for name in changed:
            setattr(row, name, said[name])
        row.state, row.approved_at, row.approved_by = State.DRAFT.value, None, None
        row.written_at, row.written_by_id = at, by.account_id
        row.save()
        take_step(row, StepKind.WRITTEN, by=by, at=at, words=f"zmieniono: {', '.join(_named(changed))}")
    return row


def _named(names: list[str]) -> list[str]:
    words = {field.name: str(field.verbose_name) for field in Broadcast._meta.fields}
    return [words[name] for name in names]


def check_words(broadcast: Broadcast, *, at: datetime) -> None:
    """Raises Refused `grave_fault` for a warning that may not go as it stands."""
    grave = [fault.words for fault in faults_of(broadcast, at=at) if fault.is_grave]
    if grave:
        raise Refused("grave_fault", " ".join(grave))


def submit(broadcast: Broadcast, *, by: Actor, at: datetime) -> Broadcast:
    """Hand the draft to a second person. Raises Refused."""
    with transaction.atomic():
        row = lock_broadcast(broadcast.pk)
        check_words(row, at=at)
        move(row, State.PENDING)
        row.save(update_fields=["state"])
        take_step(row, StepKind.SUBMITTED, by=by, at=at)
    return row


def approve(broadcast: Broadcast, *, by: Actor, at: datetime) -> Broadcast:
    """A second person agrees. Raises Refused `own_words` to whoever wrote them, `wrong_state`, `grave_fault`."""
    with transaction.atomic():
        row = lock_broadcast(broadcast.pk)
        if by.account_id is None or by.account_id == row.written_by_id:
            raise Refused(
                "own_words",
                "Własnej treści nie zatwierdza się samemu.",
                mend="Poproś drugą osobę albo nadaj bez zatwierdzenia, podając powód.",
            )
        check_words(row, at=at)
        move(row, State.APPROVED)
        row.approved_at, row.approved_by_id = at, by.account_id
        row.save(update_fields=["state", "approved_at", "approved_by"])
        take_step(row, StepKind.APPROVED, by=by, at=at)
    return row


def return_draft(broadcast: Broadcast, *, reason: str, by: Actor, at: datetime) -> Broadcast:
    """Give it back to be mended, with the *reason*. Raises Refused."""
    with transaction.atomic():
        row = lock_broadcast(broadcast.pk)
        move(row, State.DRAFT)
        row.approved_at, row.approved_by, row.reason = None, None, reason[:300]
        row.save(update_fields=["state", "approved_at", "approved_by", "reason"])
        take_step(row, StepKind.RETURNED, by=by, at=at, words=reason)
    return row


def drop(broadcast: Broadcast, *, reason: str, by: Actor, at: datetime) -> Broadcast:
    """Give up an unsent warning, with the *reason*. Raises Refused."""
    with transaction.atomic():
        row = lock_broadcast(broadcast.pk)
        move(row, State.DROPPED)
        row.approved_at, row.approved_by, row.reason = None, None, reason[:300]
        row.save(update_fields=["state", "approved_at", "approved_by", "reason"])
        take_step(row, StepKind.DROPPED, by=by, at=at, words=reason)
    return row


def follow(broadcast: Broadcast, *, kind: Kind, by: Actor, at: datetime) -> Broadcast:
    """A draft of a correction, an all-clear or a repeat of a warning that was sent, its words filled in; the one that
    waits already, however often it is asked for. Raises Refused `not_sent`.
    """
    with transaction.atomic():
        row = lock_broadcast(broadcast.pk)
        if row.started_at is None:
            raise Refused("not_sent", "Tego ostrzeżenia jeszcze nie nadano.")
        waiting = row.children.filter(kind=kind, state__in=UNSENT).order_by("pk").first()
        if waiting is not None and kind != Kind.REPEAT:
            return waiting
        said = {name: getattr(row, name) for name in WRITTEN}
        if kind == Kind.ALL_CLEAR:
            said |= _end_words(row.hazard) | {"advice": "", "advice_en": "", "advice_uk": ""}
            said["until"] = max(row.until, at + ALL_CLEAR_LIVES)
        made = Broadcast.objects.create(
            **said,
            kind=kind,
            parent=row,
            root_id=row.root_id or row.pk,
            source_warning_id=row.source_warning_id,
            written_at=at,
            written_by_id=row.written_by_id if kind == Kind.REPEAT else by.account_id,
            made_at=at,
        )
        take_step(made, StepKind.MADE, by=by, at=at, words=f"{made.get_kind_display()} do nr {row.pk}")
    return made


def _end_words(hazard: Hazard) -> dict[str, str]:
    names = {"sms": hazard.name, "sms_en": hazard.name_en, "sms_uk": hazard.name_uk}
    return {name: ENDS[name].format(town=settings.TOWN["short_name"], hazard=names[name].lower()) for name in ENDS}
