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
