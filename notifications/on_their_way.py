"""Batches on their way: rendered and handed over in a thread, while dispatch claims the next one and stores the last.

The database is the main thread's alone. A batch on its way is leased and its tries are committed, like one of another
worker: killed at any line, this worker leaves nothing that a lease does not cover.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.gateways import TAKEN_BACK, Gateway, Outcome, Receipt
from notifications.in_flight import BatchFlight, Journal
from notifications.rendering import Claimed, Letter, Stationery, write_letters
from notifications.rests import lay_down, wake_up
from notifications.storing import DispatchReport, store

AT_ONCE = 2  # batches at the gateways while another one is claimed
SLOWEST = timedelta(seconds=30)  # a batch that took longer: the channel's other gateways are asked first for a while


@dataclass(frozen=True)
class Errand:
    """A claimed batch, for one gateway."""

    channel: str
    gateway: Gateway
    flight: BatchFlight
    messages: Sequence[Claimed]
    stationery: Stationery


@dataclass(frozen=True)
class Told:
    """What the gateway made of a batch, and when."""

    letters: Sequence[Letter]
    receipts: Mapping[int, Receipt]
    began: datetime
    ended: datetime


class OnTheirWay(AbstractContextManager["OnTheirWay"]):
    """The batches of one run of dispatch. Finished in order; what an error leaves behind comes back with its lease."""

    def __init__(self, journal: Journal, clock: Callable[[], datetime], report: DispatchReport) -> None:
        self._journal, self._clock, self._report = journal, clock, report
        self._pool = ThreadPoolExecutor(AT_ONCE + 1, thread_name_prefix="dispatch")
        self._waiting: deque[tuple[Errand, Future[Told]]] = deque()

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        while self._waiting and error is None:
            self._store_oldest()
        self._pool.shutdown()

    def flight(self, gateway: Gateway) -> BatchFlight:
        """The record of the next batch for *gateway*."""
        return self._journal.flight(gateway)

    def do(self, errand: Errand) -> None:
        """Hand the batch over and store what became of it."""
        self._store(errand, _done(errand, self._clock))

    def start(self, errand: Errand) -> None:
        """Hand the batch over meanwhile; the oldest ones are stored until no more than AT_ONCE are on their way."""
        self._waiting.append((errand, self._pool.submit(_done, errand, self._clock)))
        while len(self._waiting) > AT_ONCE:
            self._store_oldest()

    def finish(self, channel: str) -> bool:
        """Wait for the batches of *channel* and store them; returns whether there were any."""
        were_any = False
        while any(errand.channel == channel for errand, _ in self._waiting):
            self._store_oldest()
            were_any = True
        return were_any

    def _store_oldest(self) -> None:
        errand, told = self._waiting.popleft()
        self._store(errand, told.result())

    def _store(self, errand: Errand, told: Told) -> None:
        flight, at = errand.flight, told.ended
        ours = [letter for letter in told.letters if flight.is_ours(letter.claimed.message_id)]
        store(
            ours,
            told.receipts,
            errand.gateway,
            channel=errand.channel,
            at=at,
            worker=flight.lease,
            report=self._report,
        )
        flight.close()
        _rest_or_wake(errand.gateway, told.receipts, is_slow=at - told.began > SLOWEST, at=at)


def _done(errand: Errand, clock: Callable[[], datetime]) -> Told:
    """Render the batch and hand it over; reads nothing from the database."""
    letters = write_letters(errand.messages, errand.stationery)
    parcels = [letter.parcel() for letter in letters if not letter.fault]
    began = clock()
    receipts = {receipt.message_id: receipt for receipt in errand.flight.send(parcels)} if parcels else {}
    return Told(letters, receipts, began, clock())


def _rest_or_wake(gateway: Gateway, receipts: Mapping[int, Receipt], *, is_slow: bool, at: datetime) -> None:
    """Let the gateway rest that sent messages back untried, answered for none of the batch, or took too long."""
    outcomes = {receipt.outcome for receipt in receipts.values()}
    has_answered = bool(outcomes & {Outcome.ACCEPTED, Outcome.REJECTED})
    if has_answered and not is_slow:
        wake_up(gateway.name)
    mute = {Outcome.HELD, Outcome.UNKNOWN}
    silent = [one for one in receipts.values() if one.outcome in mute and one.code != TAKEN_BACK]
    if is_slow:
        lay_down(gateway.name, reason="odpowiada zbyt wolno", at=at)
    elif silent and not (has_answered and Outcome.HELD not in outcomes):
        lay_down(gateway.name, reason=silent[0].code, at=at)
