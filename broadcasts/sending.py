"""A warning sent: the audience frozen by one statement, stopped and resumed, closed when the last message has gone."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from broadcasts.assisted import first_called
from broadcasts.audience import TOPIC, rows_for
from broadcasts.composed import sms_text, title
from broadcasts.composing import check_words, follow, lock_broadcast, move, take_step
from broadcasts.models import Broadcast, DutyOfficer, StepKind
from broadcasts.models.broadcast import Kind
from broadcasts.states import State
from broadcasts.wordings import facts_of, words_of
from consents.models import Channel
from consents.queries import topics_in_use
from core.actor import Actor
from core.errors import Refused
from notifications.actions import queue_span, withdraw_messages
from notifications.holding import count_open, hold_messages, release_messages
from notifications.service_letters import queue_letter
from notifications.tasks import dispatch_urgent, send_letters

logger = logging.getLogger("spm.broadcasts")
AT_ONCE = 4  # workers woken at once: the channels and gateways are worked in parallel
REHEARSAL_LIVES = timedelta(hours=2)
SHORTEST_REASON = 10
REPEATS_APART = timedelta(minutes=5)


def start(broadcast: Broadcast, *, by: Actor, at: datetime, break_glass: str = "") -> Broadcast:
    """Send it now: by whoever is asked, once a second person approved it, or past that with the reason *break_glass*.

    A repeat needs no approval anew: its words were sent before. Raises Refused `not_approved`, `reason_short`,
    `wrong_state`, `grave_fault`. One transaction: the audience and their messages, the end of what is corrected or
    called off, the legal basis of now.
    """
    with transaction.atomic():
        row = lock_broadcast(broadcast.pk)
        check_words(row, at=at)
        if _needs_reason(row):
            _check_reason(break_glass)
            row.break_glass = break_glass.strip()[:300]
            take_step(row, StepKind.BROKE_GLASS, by=by, at=at, words=row.break_glass)
        move(row, State.SENDING)
        topic = topics_in_use().get(TOPIC)
        row.topic_code = TOPIC
        row.basis, row.ground = (topic.basis, topic.ground[:300]) if topic else ("", "")
        row.started_at = at
        if row.kind in {Kind.CORRECTION, Kind.ALL_CLEAR}:
            _end_thread(row, by=by, at=at)
        row.save()
        if row.is_rehearsal:
            row.people, row.audience = _queue_rehearsal(row, at=at)
        else:
            queued = queue_span(rows_for(row, facts_of(row), at=at, first=first_called()))
            row.first_message, row.last_message, row.audience, row.people = queued
        row.save()
        basis = topic.get_basis_display() if topic else "brak rodzaju powiadomień"
        words = f"wiadomości: {row.audience}, osób: {row.people}, podstawa: {basis}"
        take_step(row, StepKind.STARTED, by=by, at=at, words=words)
        transaction.on_commit(_wake)
    return row


def repeat(broadcast: Broadcast, *, by: Actor, at: datetime) -> Broadcast:
    """The same words once more, to whoever got them; nothing is left behind when it is refused.

    Raises Refused, `just_repeated` when a second click or a second officer asks within REPEATS_APART.
    """
    with transaction.atomic():
        row = lock_broadcast(broadcast.root_id or broadcast.pk)
        if Broadcast.objects.filter(root=row, kind=Kind.REPEAT, started_at__gt=at - REPEATS_APART).exists():
            minutes = REPEATS_APART.seconds // 60
            raise Refused(
                "just_repeated", "Powtórzenie nadano przed chwilą.", mend=f"Następne można nadać po {minutes} minutach."
            )
        return start(follow(broadcast, kind=Kind.REPEAT, by=by, at=at), by=by, at=at)


def _needs_reason(row: Broadcast) -> bool:
    """Whether nobody has approved these words."""
    return row.life != State.APPROVED and row.kind != Kind.REPEAT


def _check_reason(break_glass: str) -> None:
    if not break_glass.strip():
        raise Refused(
            "not_approved",
            "Ostrzeżenia nie zatwierdziła jeszcze druga osoba.",
            mend="Poczekaj na zatwierdzenie albo nadaj bez niego, podając powód.",
        )
    if len(break_glass.strip()) < SHORTEST_REASON:
        raise Refused(
            "reason_short", "Powód jest zbyt krótki.", where="break_glass", mend="Napisz, dlaczego nie można czekać."
        )


def _end_thread(row: Broadcast, *, by: Actor, at: datetime) -> None:
    """What is corrected or called off is in force no more, and what of it still waits is not sent."""
    thread = Broadcast.objects.filter(Q(pk=row.root_id) | Q(root=row.root))
    for pk in thread.filter(started_at__isnull=False).exclude(pk=row.pk).order_by("pk").values_list("pk", flat=True):
        earlier = lock_broadcast(pk)
        withdraw_messages(about=[earlier.about], reason=f"{row.get_kind_display()} nr {row.pk}", at=at)
        if earlier.ended_at is None:
            earlier.ended_at = at
            take_step(earlier, StepKind.CALLED_OFF, by=by, at=at, words=f"{row.get_kind_display()} nr {row.pk}")
        if earlier.life in {State.SENDING, State.PAUSED}:
            earlier.state, earlier.finished_at = State.DONE.value, at
        earlier.save()


def _queue_rehearsal(row: Broadcast, *, at: datetime) -> tuple[int, int]:
    """The staff's own list, by SMS and e-mail; residents get nothing. Returns how many people and messages."""
    words = words_of(row)
    body_of_sms, body_of_mail = sms_text(words, "pl"), facts_of(row)[Channel.EMAIL.value]["text"]
    people, count = 0, 0
    for officer in DutyOfficer.objects.filter(joins_rehearsals=True):
        people += bool(officer.phone or officer.email)
        told = ((Channel.SMS, officer.phone, body_of_sms), (Channel.EMAIL, officer.email, body_of_mail))
        for channel, address, body in told:
            if address:
                queue_letter(
                    channel=channel,
                    address=address,
                    subject=title(words, "pl")[:150] if channel == Channel.EMAIL else "",
                    body=body,
                    key=f"{row.about}:{officer.pk}:{channel.value}",
                    at=at,
                    expires_at=min(row.until, at + REHEARSAL_LIVES),
                )
                count += 1
    return people, count


def _wake() -> None:
    """Wake the workers; without Redis the timetable's own waking makes up for it within seconds."""
    try:
        for _ in range(AT_ONCE):
            dispatch_urgent.apply_async(queue="urgent")
        send_letters.delay()
    except (OperationalError, OSError):
        logger.warning("no Redis: the timetable will wake the workers")


def pause(broadcast: Broadcast, *, by: Actor, at: datetime) -> Broadcast:
    """Stop what still waits; what is at a gateway right now still goes. Raises Refused."""
    with transaction.atomic():
        row = lock_broadcast(broadcast.pk)
        move(row, State.PAUSED)
        row.save(update_fields=["state"])
        held = hold_messages(row.about)
        take_step(row, StepKind.PAUSED, by=by, at=at, words=f"zatrzymano wiadomości: {held}")
    return row


def resume(broadcast: Broadcast, *, by: Actor, at: datetime) -> Broadcast:
    """Let the rest go. Raises Refused."""
    with transaction.atomic():
        row = lock_broadcast(broadcast.pk)
        move(row, State.SENDING)
        row.save(update_fields=["state"])
        count = release_messages(row.about, at=at)
        take_step(row, StepKind.RESUMED, by=by, at=at, words=f"wznowiono wiadomości: {count}")
        transaction.on_commit(_wake)
    return row


def close_finished(*, by: Actor, at: datetime) -> int:
    """Close the warnings of which no message waits any more; returns how many. What is stopped stays stopped."""
    closed = 0
    going = Broadcast.objects.filter(state__in=[State.SENDING, State.PAUSED]).order_by("pk")
    for pk in going.values_list("pk", flat=True):
        with transaction.atomic():
            row = lock_broadcast(pk)
            if row.life == State.PAUSED and row.until > at:
                hold_messages(row.about)
                continue
            if row.life not in {State.SENDING, State.PAUSED} or count_open(row.about):
                continue
            row.state, row.finished_at = State.DONE.value, at
            row.save(update_fields=["state", "finished_at"])
            take_step(row, StepKind.FINISHED, by=by, at=at)
            closed += 1
    return closed
