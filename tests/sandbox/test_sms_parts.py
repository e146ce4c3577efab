"""Parts of an SMS: the known answers that any counter must give."""

import pytest

from sandbox.sms_parts import measured, normalized

KNOWN = [
    ("160 basic", "a" * 160, 1),
    ("161 basic", "a" * 161, 2),
    ("306 basic", "a" * 306, 2),
    ("307 basic", "a" * 307, 3),
    ("80 euros", "€" * 80, 1),
    ("81 euros", "€" * 81, 2),
    ("a euro that would straddle", "a" * 152 + "€" + "a" * 152, 3),
    ("70 Polish letters", "ą" * 70, 1),
    ("71 Polish letters", "ą" * 71, 2),
    ("134 Polish letters", "ą" * 134, 2),
    ("135 Polish letters", "ą" * 135, 3),
    ("35 emoji", "😀" * 35, 1),
    ("36 emoji", "😀" * 36, 2),
    ("an emoji that would straddle", "ą" * 66 + "😀" + "ą" * 66, 3),
]


@pytest.mark.parametrize(("text", "parts"), [row[1:] for row in KNOWN], ids=[row[0] for row in KNOWN])
def test_parts_are_counted_exactly(text: str, parts: int) -> None:
    assert measured(text).parts == parts


def test_normalizing_makes_polish_text_basic() -> None:
    plain = normalized("Zażółć gęślą jaźń – „tak”… ŁÓDŹ")
    assert plain == 'Zazolc gesla jazn - "tak"... LODZ'
    assert not measured(plain).unicode
