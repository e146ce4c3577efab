"""Charts as numbers: bars reach as high as their figures, lines end where the figures do."""

from decimal import Decimal

import pytest

from core.charts import BOTTOM, HEIGHT, TOP, Series, ceiling, curves, stacked


@pytest.mark.parametrize(
    ("value", "top"), [("0", 4), ("3", 4), ("41", 80), ("80", 80), ("1234.56", 2000), ("79999", 80_000)]
)
def test_an_axis_ends_at_a_round_number_that_four_steps_part(value: str, top: int) -> None:
    assert ceiling(Decimal(value)) == top


def test_bars_stand_one_on_another_and_the_highest_sum_fits() -> None:
    paid, late = (Decimal(60), Decimal(0)), (Decimal(20), Decimal(-5))
    chart = stacked(["sty", "lut"], [Series("a", paid), Series("b", late)], unit="zł")
    first, second = chart.bars
    assert (first.y + first.height, second.y + second.height) == (HEIGHT - BOTTOM, first.y)
    assert second.y == TOP
    assert chart.rows == [("sty", [60, 20]), ("lut", [0, -5])]
    assert [mark.text for mark in chart.aside] == ["0", "20", "40", "60", "80"]


def test_a_line_ends_with_its_figures_and_large_sums_are_told_short() -> None:
    chart = curves(["1", "2", "3"], [Series("x", (Decimal(1), Decimal(4_000_000), None))], unit="zł")
    assert len(chart.lines[0].points.split()) == 2
    assert chart.aside[-1].text == "4\u00a0mln"
