"""Which law rules interest on a due."""

from enum import StrEnum


class Regime(StrEnum):
    """The regime of interest, by kind of due (never by payer)."""

    TAX = "tax"
    CIVIL = "civil"
    COMMERCIAL = "commercial"
    ALCOHOL = "alcohol"
    NONE = "none"


REGIME_LABELS: dict[Regime, str] = {
    Regime.TAX: "Ordynacja podatkowa",
    Regime.CIVIL: "Kodeks cywilny",
    Regime.COMMERCIAL: "transakcje handlowe",
    Regime.ALCOHOL: "opłata za zezwolenie na alkohol",
    Regime.NONE: "bez odsetek",
}

# Kinds whose regime a contract, a certificate or the town's practice decides: staff choose. The others are the law's.
CHOICES: dict[str, tuple[Regime, ...]] = {
    "PRZEKSZTALCENIE": (Regime.CIVIL, Regime.TAX, Regime.NONE),
    "DZIERZAWA": (Regime.CIVIL, Regime.COMMERCIAL),
    "INNE_PUBLICZNE": (Regime.TAX, Regime.NONE),
    "INNE_CYWILNE": (Regime.CIVIL, Regime.COMMERCIAL, Regime.NONE),
}


def extra_label(regime: str, *, has_fee: bool = False) -> str:
    """What is paid beside principal and costs of a due: interest, or the surcharge of an alcohol licence fee.

    Ustawa o wychowaniu w trzeźwości art. 18 ust. 12b; Ordynacja podatkowa art. 53, art. 57.
    """
    if regime == Regime.ALCOHOL:
        return "Opłata podwyższona 30%"
    return "Odsetki i opłata prolongacyjna" if has_fee else "Odsetki"
