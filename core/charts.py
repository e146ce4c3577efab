"""Charts as numbers: where each bar, point and label of an SVG stands. Drawn by templates/components/chart.html.

Whole numbers on a canvas of WIDTH × HEIGHT; amounts are Decimal. No Django, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 12, 28
STEPS = 4
GAP = 6
NICE = (1, 2, 4, 5, 8, 10)  # each parts into four round steps, or near enough


@dataclass(frozen=True)
class Series:
    """One row of figures: its name, and a value for each label; None where there is none (yet).

    `tone` is the number of its look; 0: its place.
    """

    name: str
    values: tuple[Decimal | None, ...]
    tone: int = 0


@dataclass(frozen=True)
class Bar:
    """A rectangle of a series (the number of its look)."""

    x: int
    y: int
    width: int
    height: int
    series: int


@dataclass(frozen=True)
class Line:
    """The points of a series as SVG wants them."""

    points: str
    series: int


@dataclass(frozen=True)
class Mark:
    """A word and where it stands: a label below, or a height at the side."""

    at: int
    text: str


@dataclass(frozen=True)
class Chart:
    """A chart ready to be drawn, and its figures for those who read a table instead."""

    labels: tuple[str, ...]
    series: tuple[Series, ...]
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    below: tuple[Mark, ...]
    aside: tuple[Mark, ...]
    unit: str

    @property
    def rows(self) -> list[tuple[str, list[Decimal | None]]]:
        """Each label with its figures."""
        return [(label, [one.values[place] for one in self.series]) for place, label in enumerate(self.labels)]


def ceiling(value: Decimal) -> int:
    """The smallest round number not below *value*, at least 4."""
    scale = 1
    while True:
        for step in NICE:
            if step * scale >= max(value, Decimal(STEPS)) and step * scale % STEPS == 0:
                return step * scale
        scale *= 10


def _short(number: int, top: int) -> str:
    """«250», «2,5 tys.», «1,5 mln»: what fits beside an axis that ends at *top*."""
    for size, word in ((1_000_000, "mln"), (1_000, "tys.")):
        if top >= size * STEPS:
            whole = Decimal(number) / size
            return f"{whole.normalize():f}".replace(".", ",") + (f"\u00a0{word}" if number else "")
    return str(number)


def _aside(top: int) -> tuple[Mark, ...]:
    marks = []
    for step in range(STEPS + 1):
        value = top * step // STEPS
        marks.append(Mark(_y(Decimal(value), top), _short(value, top)))
    return tuple(marks)


def _y(value: Decimal, top: int) -> int:
    return HEIGHT - BOTTOM - int(value * (HEIGHT - TOP - BOTTOM) / top)


def _below(labels: Sequence[str]) -> tuple[Mark, ...]:
    slot = (WIDTH - LEFT - RIGHT) // max(len(labels), 1)
    return tuple(Mark(LEFT + slot * place + slot // 2, text) for place, text in enumerate(labels))


def stacked(labels: Sequence[str], series: Sequence[Series], *, unit: str) -> Chart:
    """Bars, the series of each label one on another. Negative figures count as nothing."""
    sums = [
        sum((max(one.values[place] or Decimal(0), Decimal(0)) for one in series), Decimal(0))
        for place in range(len(labels))
    ]
    top = ceiling(max(sums, default=Decimal(0)))
    below = _below(labels)
    width = (WIDTH - LEFT - RIGHT) // max(len(labels), 1) - GAP
    bars = []
    for place, mark in enumerate(below):
        base = Decimal(0)
        for number, one in enumerate(series, start=1):
            value = max(one.values[place] or Decimal(0), Decimal(0))
            low, high = _y(base, top), _y(base + value, top)
            if low > high:
                bars.append(Bar(mark.at - width // 2, high, width, low - high, one.tone or number))
            base += value
    return Chart(tuple(labels), tuple(series), tuple(bars), (), below, _aside(top), unit)


def curves(labels: Sequence[str], series: Sequence[Series], *, unit: str) -> Chart:
    """Lines, one a series, broken off where its figures end."""
    known = [value for one in series for value in one.values if value is not None]
    top = ceiling(max(known, default=Decimal(0)))
    below = _below(labels)
    lines = [
        Line(
            " ".join(
                f"{mark.at},{_y(max(value, Decimal(0)), top)}"
                for mark, value in zip(below, one.values, strict=True)
                if value is not None
            ),
            number,
        )
        for number, one in enumerate(series, start=1)
    ]
    return Chart(tuple(labels), tuple(series), (), tuple(lines), below, _aside(top), unit)
