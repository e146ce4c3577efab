"""The life of the town's own warning as a table: which state may follow which."""

from enum import StrEnum


class State(StrEnum):
    """Where a warning of the town is."""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    DROPPED = "dropped"


LABELS: dict[State, str] = {
    State.DRAFT: "szkic",
    State.PENDING: "czeka na zatwierdzenie",
    State.APPROVED: "zatwierdzone, nienadane",
    State.SENDING: "w trakcie nadawania",
    State.PAUSED: "wstrzymane",
    State.DONE: "nadane",
    State.DROPPED: "porzucone",
}
# A draft is sent past its approval only with a reason (break-glass), a repeat because its text was approved before.
NEXT: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.PENDING, State.SENDING, State.DROPPED}),
    State.PENDING: frozenset({State.DRAFT, State.APPROVED, State.SENDING, State.DROPPED}),
    State.APPROVED: frozenset({State.DRAFT, State.SENDING, State.DROPPED}),
    State.SENDING: frozenset({State.PAUSED, State.DONE}),
    State.PAUSED: frozenset({State.SENDING, State.DONE}),
    State.DONE: frozenset(),
    State.DROPPED: frozenset(),
}
STARTED: frozenset[State] = frozenset({State.SENDING, State.PAUSED, State.DONE})
UNSENT: frozenset[State] = frozenset({State.DRAFT, State.PENDING, State.APPROVED})


def may_become(current: State, target: State) -> bool:
    """Whether a warning may go from *current* to *target*; nothing leaves a final state."""
    return target in NEXT[current]


def mermaid() -> str:
    """The table as a Mermaid picture, for docs/states.md."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    for state, after in NEXT.items():
        lines += [f"    {state} --> {target}" for target in State if target in after]
        lines += [] if after else [f"    {state} --> [*]"]
    return "\n".join(lines)
