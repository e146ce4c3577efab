"""Batches written in one order by two threads: while one is being written, the next one is made ready."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock


class TurnLost(Exception):
    """Another thread failed: what comes after its batch must not be written without it."""


class Turns:
    """Who shares it takes one batch after another, and writes in the order in which they were taken.

    Nothing is known of a batch that was taken until those before it are committed: what depends on them is asked for
    after `Turn.wait`.
    """

    def __init__(self) -> None:
        """Nothing is taken yet."""
        self._taking = Lock()
        self._changed = Condition()
        self._begun = 0
        self._open: set[int] = set()
        self._is_off = False

    @contextmanager
    def turn(self) -> Iterator["Turn"]:
        """From before a batch is taken until after it is committed; one that fails ends the work of all."""
        self._taking.acquire()
        with self._changed:
            number = self._begun
            self._begun += 1
            self._open.add(number)
        turn = Turn(self, number)
        try:
            yield turn
        except BaseException:
            self.end()
            raise
        finally:
            turn.taken()
            with self._changed:
                self._open.discard(number)
                self._changed.notify_all()

    def end(self) -> None:
        """Let nobody write any more."""
        with self._changed:
            self._is_off = True
            self._changed.notify_all()

    def let_take(self) -> None:
        """Let another thread take the next batch."""
        self._taking.release()

    def wait_for(self, number: int) -> None:
        """Wait until no batch before this one is open. Raises TurnLost."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_off or min(self._open) == number)
            if self._is_off:
                raise TurnLost


class Turn:
    """One batch's place in the order."""

    def __init__(self, turns: Turns, number: int) -> None:
        """The batch is being taken: nobody else takes one meanwhile."""
        self._turns, self._number = turns, number
        self._is_taken = False

    def taken(self) -> None:
        """Say that the batch is taken: the next one may be."""
        if not self._is_taken:
            self._is_taken = True
            self._turns.let_take()

    def wait(self) -> None:
        """Wait until every batch before this one is committed. Raises TurnLost."""
        self._turns.wait_for(self._number)
