"""Curves as points of an SVG: arithmetic only."""

from collections.abc import Sequence
from dataclasses import dataclass

from broadcasts.following import Minute

WIDTH, HEIGHT, LEFT, BOTTOM = 600, 220, 56, 28


@dataclass(frozen=True)
class Line:
    """One curve: its name, the class that draws it, the points of a polyline."""

    name: str
    look: str
    points: str


@dataclass(frozen=True)
class Chart:
    """The curves of one channel, the marks of the axes and the figures of a table beside them."""

    channel: str
    lines: tuple[Line, ...]
    most: int
    minutes: int
    rows: tuple[Minute, ...]


def chart_of(channel: str, minutes: Sequence[Minute]) -> Chart:
    """The curves of *minutes*, of which there is at least one."""
    most = max(1, *(max(one.accepted, one.delivered, one.failed) for one in minutes))
    last = max(1, minutes[-1].number)
    named = (("przyjęte przez bramkę", "accepted"), ("doręczone", "delivered"), ("niedoręczone", "failed"))
    lines = tuple(
        Line(name, look, " ".join(_point(one.number / last, getattr(one, look) / most) for one in minutes))
        for name, look in named
    )
    return Chart(channel, lines, most, last, tuple(minutes))


def _point(along: float, up: float) -> str:
    return f"{LEFT + along * (WIDTH - LEFT - 8):.1f},{(HEIGHT - BOTTOM) - up * (HEIGHT - BOTTOM - 12):.1f}"
