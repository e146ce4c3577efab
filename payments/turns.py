"""Batches that two threads write in one order: while the database writes one, the next is made ready."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import Enum, auto
from threading import Condition

PATIENCE = 60  # seconds
SWITCH = timedelta(microseconds=500)


class TurnLost(Exception):
    """A batch before this one failed or does not end: this one must not be written without it."""


class Stage(Enum):
    """What batches do in their order, one after another; all else they do at once."""

    TAKE = auto()
    MATCH = auto()
    LOCK = auto()
    COMMIT = auto()


class Turns:
    """Who shares it takes batch after batch; each stage is entered in the order in which they were begun.

    The order holds in the database too: what an earlier batch has locked, a later one gets when that is committed. None
    is committed before the next one is matched, so that what that one knows does not hang on which thread was faster.
    """

    def __init__(self, shared_by: int = 1) -> None:
        """Nothing is begun yet; so many threads share it."""
        self._shared_by = shared_by
        self._changed = Condition()
        self._begun = 0
        self._left = dict.fromkeys(Stage, 0)
        self._failed: int | None = None

    @contextmanager
    def turn(self) -> Iterator["Turn"]:
        """From before a batch is taken until after it is committed; when one fails, none after it is written."""
        with self._changed:
            number = self._begun
            self._begun += 1
        try:
            yield Turn(self, number)
        except BaseException:
            with self._changed:
                self._failed = number if self._failed is None else min(self._failed, number)
            raise
        finally:
            for stage in Stage:
                self.leave(stage, number)

    def enter(self, stage: Stage, number: int) -> None:
        """Wait until every batch before this *number* has left the *stage*. Raises TurnLost.

        Not for ever: what an earlier batch waits for may be held by this one.
        """
        with self._changed:
            is_let_in = self._changed.wait_for(lambda: self._is_lost(number) or self._is_open(stage, number), PATIENCE)
            if not is_let_in or self._is_lost(number):
                raise TurnLost

    def leave(self, stage: Stage, number: int) -> None:
        """Let the next batch enter the *stage*."""
        with self._changed:
            self._left[stage] = max(self._left[stage], number + 1)
            self._changed.notify_all()

    def part(self) -> None:
        """Say that a thread takes no more batches."""
        with self._changed:
            self._shared_by -= 1
            self._changed.notify_all()

    def _is_open(self, stage: Stage, number: int) -> bool:
        is_next_matched = self._shared_by < 2 or self._left[Stage.MATCH] > number + 1
        return self._left[stage] >= number and (stage is not Stage.COMMIT or is_next_matched)

    def _is_lost(self, number: int) -> bool:
        return self._failed is not None and self._failed < number


@contextmanager
def quick_turns() -> Iterator[None]:
    """Let a thread that the database answered wait little for the one that counts: it keeps the database busy."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH.total_seconds())
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class Turn:
    """One batch's place in the order."""

    def __init__(self, turns: Turns, number: int) -> None:
        """The batch is begun."""
        self._turns, self._number = turns, number

    def enter(self, stage: Stage) -> None:
        """Wait for the batches before this one. Raises TurnLost."""
        self._turns.enter(stage, self._number)

    def leave(self, stage: Stage) -> None:
        """Let the next one in."""
        self._turns.leave(stage, self._number)
