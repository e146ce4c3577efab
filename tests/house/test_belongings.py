"""Whatever points at a payer says what becomes of it when two records turn out to be one person."""

from django.utils.module_loading import import_string

from residents.belongings import BELONGINGS, Fate
from residents.movers import tables


def test_every_table_that_points_at_a_payer_says_what_becomes_of_it_in_a_merge() -> None:
    """A new foreign key to Payer gets a Belonging in its app's apps.py: does it move, stay, or go a way of its own?"""
    told = {(one.table, one.field) for one in BELONGINGS}
    assert set(tables()) - told == set()
    assert {one for one in told if one not in tables()} == set()
    assert len(told) == len(BELONGINGS)


def test_every_mover_is_there() -> None:
    for one in BELONGINGS:
        assert bool(one.mover) is (one.fate is Fate.OWN_WAY)
        if one.mover:
            assert import_string(one.mover)
