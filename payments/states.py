"""The life of a payment as a table.

`paid` is the one state that posted money, and nobody leaves it. Money that arrives is never refused: a payment that was
cancelled, failed or expired on our side becomes `paid` when its provider says that the payer was charged.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a payment is."""

    NEW = "new"
    REDIRECTED = "redirected"
    PENDING = "pending"
    PAID = "paid"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"
    CLERK = "clerk"


LABELS: dict[State, str] = {
    State.NEW: "przygotowana",
    State.REDIRECTED: "u operatora",
    State.PENDING: "sprawdzana",
    State.PAID: "zaksięgowana",
    State.CANCELLED: "anulowana",
    State.FAILED: "nieudana",
    State.EXPIRED: "wygasła",
    State.CLERK: "wyjaśniana przez urząd",
}

_ENDINGS = frozenset({State.PAID, State.CANCELLED, State.FAILED, State.EXPIRED, State.CLERK})
NEXT: dict[State, frozenset[State]] = {
    State.NEW: _ENDINGS | {State.REDIRECTED, State.PENDING},
    State.REDIRECTED: _ENDINGS | {State.PENDING},
    State.PENDING: _ENDINGS,
    State.PAID: frozenset(),
    State.CANCELLED: frozenset({State.PAID, State.CLERK}),
    State.FAILED: frozenset({State.PAID, State.CLERK}),
    State.EXPIRED: frozenset({State.PAID, State.CLERK}),
    State.CLERK: frozenset({State.PAID, State.CANCELLED, State.FAILED}),
}

FINAL: frozenset[State] = frozenset(state for state, after in NEXT.items() if not after)
OPEN: frozenset[State] = frozenset({State.NEW, State.REDIRECTED, State.PENDING})
UNPAID: frozenset[State] = frozenset({State.CANCELLED, State.FAILED, State.EXPIRED})


def may_become(current: State, target: State) -> bool:
    """Whether a payment may go from *current* to *target*."""
    return target in NEXT[current]


def mermaid() -> str:
    """The table as a Mermaid picture, for docs/states.md."""
    lines = ["stateDiagram-v2", "    [*] --> new"]
    for state, after in NEXT.items():
        lines += [f"    {state} --> {target}" for target in State if target in after]
        lines += [] if after else [f"    {state} --> [*]"]
    return "\n".join(lines)
