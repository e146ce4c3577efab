"""The life of a refund, and of money that a provider took back, as tables."""

from enum import StrEnum


class RefundStage(StrEnum):
    """Where a refund is."""

    ASKED = "asked"
    ORDERED = "ordered"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STAGE_LABELS: dict[RefundStage, str] = {
    RefundStage.ASKED: "czeka na drugą osobę",
    RefundStage.ORDERED: "zlecony",
    RefundStage.SENT: "w drodze",
    RefundStage.DONE: "wypłacony",
    RefundStage.REFUSED: "nie doszedł",
    RefundStage.WITHDRAWN: "wycofany",
}
NEXT: dict[RefundStage, frozenset[RefundStage]] = {
    RefundStage.ASKED: frozenset({RefundStage.ORDERED, RefundStage.WITHDRAWN}),
    RefundStage.ORDERED: frozenset({RefundStage.SENT, RefundStage.WITHDRAWN}),
    RefundStage.SENT: frozenset({RefundStage.DONE, RefundStage.REFUSED}),
    RefundStage.DONE: frozenset({RefundStage.REFUSED}),  # the bank sent the transfer back
    RefundStage.REFUSED: frozenset(),
    RefundStage.WITHDRAWN: frozenset(),
}
# The money is the payer's no longer, or is about to go: it is in the ledger as a refund.
BOOKED: frozenset[RefundStage] = frozenset({RefundStage.ORDERED, RefundStage.SENT, RefundStage.DONE})
# What counts against the payment from which it is given back.
HOLDS: frozenset[RefundStage] = BOOKED | {RefundStage.ASKED}


class ReversalKind(StrEnum):
    """Why money that was posted is gone without us."""

    CHARGEBACK = "chargeback"
    PANEL = "panel"


REVERSAL_LABELS: dict[ReversalKind, str] = {
    ReversalKind.CHARGEBACK: "obciążenie zwrotne (chargeback)",
    ReversalKind.PANEL: "zwrot zrobiony w panelu operatora",
}


def stage_may_become(current: RefundStage, target: RefundStage) -> bool:
    """Whether a refund may go from *current* to *target*."""
    return target in NEXT[current]


def refund_mermaid() -> str:
    """The table as a Mermaid picture, for docs/states.md."""
    lines = ["stateDiagram-v2", "    [*] --> asked"]
    for stage, after in NEXT.items():
        lines += [f"    {stage} --> {target}" for target in RefundStage if target in after]
        lines += [] if after else [f"    {stage} --> [*]"]
    return "\n".join(lines)
