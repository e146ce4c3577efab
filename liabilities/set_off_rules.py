"""Whether a credit may be set off against a due, and on what ground."""

from enum import StrEnum

from liabilities.regimes import Regime

CIVIL = frozenset({Regime.CIVIL, Regime.COMMERCIAL})


class Ground(StrEnum):
    """Why a credit pays a due."""

    EX_OFFICIO = "ex_officio"
    APPLICATION = "application"
    STATEMENT = "statement"


GROUND_LABELS = {
    Ground.EX_OFFICIO: "z urzędu, postanowienie (Ordynacja podatkowa art. 76 § 1, art. 76a § 1)",
    Ground.APPLICATION: "na wniosek płatnika (Ordynacja podatkowa art. 76 § 1)",
    Ground.STATEMENT: "oświadczenie o potrąceniu (Kodeks cywilny art. 498, 499)",
}


def why_not(ground: Ground, *, of: Regime | None, to: Regime, is_future: bool) -> str:
    """Why a credit from a due of the regime *of* (None: not known) may not pay one of the regime *to*; '' when it may.

    Public money pays public arrears and current dues ex officio, dues of years to come only on application (OP art. 76
    § 1). Civil claims are set off by a statement alone (art. 498 § 1, 499 k.c.). Between the two kinds of law nothing
    moves but on the payer's written application: neither act lets the town take the one for the other.
    """
    if (of in CIVIL) != (to in CIVIL) or of is None:
        if ground is Ground.APPLICATION:
            return ""
        return "Nadpłata i należność podlegają różnym przepisom: zaliczyć ją można tylko na pisemny wniosek płatnika."
    if to in CIVIL:
        return "" if ground is Ground.STATEMENT else "Należności cywilne potrąca się tylko przez oświadczenie."
    if ground is Ground.STATEMENT:
        return "Nadpłaty podatków i opłat publicznych nie potrąca się oświadczeniem, lecz zalicza postanowieniem."
    if is_future and ground is not Ground.APPLICATION:
        return "Na poczet przyszłych należności nadpłatę zalicza się tylko na wniosek płatnika."
    return ""
