"""The life of a message as a table: which state may follow which."""

from enum import StrEnum


class State(StrEnum):
    """Where a message is."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    JOINED = "joined"


LABELS: dict[State, str] = {
    State.QUEUED: "czeka",
    State.SENDING: "w trakcie wysyłania",
    State.SENT: "wysłana",
    State.DELIVERED: "doręczona",
    State.FAILED: "niedoręczona",
    State.UNKNOWN: "wątpliwa",
    State.EXPIRED: "po terminie",
    State.WITHDRAWN: "wycofana",
    State.REFUSED: "niewysłana",
    State.JOINED: "w innej wiadomości",
}

# `joined` waits for the message that speaks for it, and takes its place when that one does not go out.
# `sending` may go back to `queued` only when the gateway surely did not take the message, or knows it by its key.
# In the second case the answer may still come as a report (`delivered`, `failed`), or never (`unknown`).
# `unknown` goes back when the vendor, asked later, does not know the message: it never took it.
# `sent` goes back when the message was returned for now, a full mailbox, and may be tried again.
NEXT: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset(
        {
            *(State.SENDING, State.WITHDRAWN, State.EXPIRED, State.REFUSED, State.JOINED),
            *(State.SENT, State.DELIVERED, State.FAILED, State.UNKNOWN),
        }
    ),
    State.SENDING: frozenset(
        {State.SENT, State.DELIVERED, State.FAILED, State.UNKNOWN, State.QUEUED, State.EXPIRED, State.REFUSED}
    ),
    State.SENT: frozenset({State.DELIVERED, State.FAILED, State.EXPIRED, State.QUEUED}),
    State.UNKNOWN: frozenset({State.SENT, State.DELIVERED, State.FAILED, State.EXPIRED, State.QUEUED}),
    State.DELIVERED: frozenset(),
    State.FAILED: frozenset(),
    State.EXPIRED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.REFUSED: frozenset(),
    State.JOINED: frozenset({State.QUEUED, State.WITHDRAWN, State.EXPIRED, State.REFUSED}),
}

FINAL: frozenset[State] = frozenset(state for state, after in NEXT.items() if not after)
OPEN: frozenset[State] = frozenset({State.QUEUED, State.SENDING})
COUNTED: frozenset[State] = frozenset({State.SENT, State.DELIVERED, State.FAILED, State.UNKNOWN})


def may_become(current: State, target: State) -> bool:
    """Whether a message may go from *current* to *target*; nothing leaves a final state."""
    return target in NEXT[current]


def mermaid() -> str:
    """The table as a Mermaid picture, for docs/states.md."""
    lines = ["stateDiagram-v2", "    [*] --> queued"]
    for state, after in NEXT.items():
        lines += [f"    {state} --> {target}" for target in State if target in after]
        lines += [] if after else [f"    {state} --> [*]"]
    return "\n".join(lines)
