"""Measure three times, take the median, print ratios."""

import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

RUNS = 3


@dataclass(frozen=True)
class Measured:
    """A path's name and its median rate in things a second."""

    name: str
    rate: float


def rate_of(name: str, things: int, run: Callable[[], None], *, prepare: Callable[[], None] | None = None) -> Measured:
    """The median rate of *run*, which works on *things*, over three runs; *prepare* is not counted."""
    rates = []
    for _ in range(RUNS):
        if prepare is not None:
            prepare()
        began = time.perf_counter()
        run()
        rates.append(things / (time.perf_counter() - began))
    return Measured(name, statistics.median(rates))


def show(title: str, ours: Measured, *others: Measured, aims: str) -> None:
    """Print the rates, and ours in relation to each of the others."""
    print(f"\n## {title}")
    for measured in (ours, *others):
        ratio = ours.rate / measured.rate
        told = "" if measured is ours else f"   ours is {ratio:8.2f} × this"
        print(f"  {measured.name:<52}{measured.rate:>12,.0f} /s{told}")
    print(f"  aim: {aims}")


def machine() -> str:
    """What this ran on."""
    return f"{platform.machine()}, {platform.processor() or 'unknown processor'}, Python {platform.python_version()}"
