"""Messages of one matter held back for a while, and let go again: a warning that is stopped and resumed."""

from datetime import datetime

from notifications.models import Message
from notifications.states import State

# What is held is not due before the end of time.
HELD_UNTIL = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


def hold_messages(about: str) -> int:
    """Hold the queued messages that speak of *about*; returns how many. What is at a gateway right now still goes."""
    waiting = Message.objects.filter(about=about, state=State.QUEUED, not_before__lt=HELD_UNTIL)
    return waiting.update(not_before=HELD_UNTIL)


def release_messages(about: str, *, at: datetime) -> int:
    """Let what is held go from *at* on; returns how many."""
    return Message.objects.filter(about=about, state=State.QUEUED, not_before=HELD_UNTIL).update(not_before=at)


def count_open(about: str) -> int:
    """How many messages about *about* are still to go, or are at a gateway."""
    return Message.objects.filter(about=about, state__in=[State.QUEUED, State.JOINED, State.SENDING]).count()
