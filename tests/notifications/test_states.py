"""The life of a message as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.states import COUNTED, FINAL, LABELS, NEXT, OPEN, State, may_become, mermaid

STATES = st.sampled_from(list(State))


def test_the_table_and_the_labels_know_every_state() -> None:
    assert set(NEXT) == set(LABELS) == set(State)
    assert all(LABELS[state] for state in State)


def test_final_states_are_those_that_tell_the_end() -> None:
    assert {State.DELIVERED, State.FAILED, State.EXPIRED, State.WITHDRAWN, State.REFUSED} == FINAL
    assert frozenset({State.QUEUED, State.SENDING}) == OPEN
    assert not OPEN & FINAL


@given(st.sampled_from(sorted(FINAL)), STATES)
def test_nothing_leaves_a_final_state(final: State, target: State) -> None:
    assert not may_become(final, target)


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_every_other_state_can_come_to_an_end(state: State) -> None:
    reached, fresh = {state}, {state}
    while fresh:
        fresh = {target for one in fresh for target in NEXT[one]} - reached
        reached |= fresh
    assert reached & FINAL


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_ended_never_goes_back_to_the_queue(state: State) -> None:
    assert not may_become(state, State.QUEUED)
    assert not may_become(state, State.SENDING)


def test_what_may_have_arrived_goes_back_when_the_vendor_does_not_know_it_and_never_straight_to_a_gateway() -> None:
    assert may_become(State.UNKNOWN, State.QUEUED)
    assert not may_become(State.UNKNOWN, State.SENDING)


def test_what_was_sent_goes_back_to_the_queue_when_it_was_returned_and_never_straight_to_a_gateway() -> None:
    assert may_become(State.SENT, State.QUEUED)
    assert not may_become(State.SENT, State.SENDING)


@pytest.mark.parametrize("state", [State.SENDING, State.SENT, State.UNKNOWN, State.DELIVERED])
def test_what_is_at_the_gateway_cannot_be_withdrawn(state: State) -> None:
    assert not may_become(state, State.WITHDRAWN)


def test_only_what_may_have_left_counts_as_sent() -> None:
    assert frozenset({State.SENT, State.DELIVERED, State.FAILED, State.UNKNOWN}) == COUNTED


def test_the_picture_draws_every_arrow_of_the_table() -> None:
    picture = mermaid().splitlines()
    arrows = {f"    {state} --> {target}" for state, after in NEXT.items() for target in after}
    assert arrows <= set(picture)
    assert {f"    {state} --> [*]" for state in FINAL} <= set(picture)
