"""Where the money of a statement's entry stands, as a table."""

from enum import StrEnum


class EntryState(StrEnum):
    """What became of one entry of a bank statement."""

    NEW = "new"
    POSTED = "posted"
    WAITING = "waiting"
    PAYOUT = "payout"
    OUTGOING = "outgoing"
    EXPLAINED = "explained"
    REJECTED = "rejected"


ENTRY_LABELS: dict[EntryState, str] = {
    EntryState.NEW: "jeszcze niedopasowana",
    EntryState.POSTED: "zaksięgowana",
    EntryState.WAITING: "do wyjaśnienia",
    EntryState.PAYOUT: "wypłata operatora",
    EntryState.OUTGOING: "obciążenie",
    EntryState.EXPLAINED: "wyjaśniona inaczej",
    EntryState.REJECTED: "z odrzuconego wyciągu",
}

# Money that came and is on nobody's account yet: the clearing account (konto rozliczeniowe).
CLEARING: frozenset[EntryState] = frozenset({EntryState.NEW, EntryState.WAITING, EntryState.PAYOUT})
# What a clerk may still decide about.
OPEN: frozenset[EntryState] = frozenset({EntryState.WAITING, EntryState.PAYOUT, EntryState.OUTGOING})


class Rule(StrEnum):
    """By what an entry was matched."""

    VIRTUAL = "virtual"
    PAYMENT = "payment"
    TITLE = "title"
    SENDER = "sender"
    CLERK = "clerk"
    PROVIDER = "provider"


RULE_LABELS: dict[Rule, str] = {
    Rule.VIRTUAL: "rachunek wirtualny płatnika",
    Rule.PAYMENT: "numer naszej płatności w tytule",
    Rule.TITLE: "numer decyzji, raty lub płatnika w tytule",
    Rule.SENDER: "ten rachunek wpłacał już tę kwotę",
    Rule.CLERK: "decyzja pracownika",
    Rule.PROVIDER: "wypłata operatora płatności",
}


class Chain(StrEnum):
    """Whether a statement follows the one before it."""

    CHAINED = "chained"
    GAP = "gap"
    OVERLAP = "overlap"
    REJECTED = "rejected"


CHAIN_LABELS: dict[Chain, str] = {
    Chain.CHAINED: "przyjęty",
    Chain.GAP: "wstrzymany: brakuje wcześniejszego wyciągu",
    Chain.OVERLAP: "wstrzymany: zachodzi na inny wyciąg",
    Chain.REJECTED: "odrzucony",
}
PARKED: frozenset[Chain] = frozenset({Chain.GAP, Chain.OVERLAP})
