"""What the demo asks of its directory before it starts anything."""

from pathlib import Path

import pytest

from spm.demo.supervisor import CannotStart, sole_supervisor


def test_a_file_in_its_place_is_told_and_left_alone(tmp_path: Path) -> None:
    taken = tmp_path / "demo"
    taken.write_text("mine", encoding="utf-8")
    with pytest.raises(CannotStart, match="Name another directory"), sole_supervisor(taken):
        pass
    assert taken.read_text(encoding="utf-8") == "mine"
