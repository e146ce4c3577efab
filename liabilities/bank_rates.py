"""What the rates of the National Bank of Poland say of ours: the archive read, the statutory rates that follow.

The archive is NBP's `stopy_procentowe_archiwum.xml`: `<pozycje obowiazuje_od="2026-03-05">` with
`<pozycja id="ref|lom" oprocentowanie="3,75"/>`. Its own date of publication is stale and is not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from core.errors import Refused
from liabilities.interest import Rate
from liabilities.regimes import Regime

TAX_FLOOR, TAX_TIMES, TAX_PLUS = Decimal(8), Decimal(2), Decimal(2)  # OP art. 56 § 1
CIVIL_PLUS = Decimal("5.5")  # art. 481 § 2 k.c.
COMMERCIAL_PLUS = Decimal(10)  # act of 8 March 2013, art. 4 pkt 3 lit. b
LARGEST = 2_000_000
COUNTED = (Regime.TAX, Regime.CIVIL, Regime.COMMERCIAL)


@dataclass(frozen=True)
class BankRates:
    """NBP's reference and lombard rates in per cent, from a day on."""

    valid_from: date
    reference: Decimal
    lombard: Decimal


def read_archive(content: bytes) -> list[BankRates]:
    """The rates in NBP's archive in order of their days, those with both rates.

    Raises Refused `bank_rates_unreadable` for anything that is no such archive.
    """
    refused = Refused(
        "bank_rates_unreadable", "To nie jest archiwum stóp procentowych NBP.", mend="Pobierz plik XML jeszcze raz."
    )
    if len(content) > LARGEST:
        raise refused
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        # A copy was seen with a line of text before its first tag.
        root = etree.fromstring(content[max(0, content.find(b"<")) :], parser)
        found = [_of(group) for group in root.iter("pozycje")]
    except (etree.XMLSyntaxError, InvalidOperation, ValueError, KeyError) as error:
        raise refused from error
    if not (rates := [one for one in found if one is not None]):
        raise refused
    return sorted(rates, key=lambda one: one.valid_from)


def _of(group: "etree._Element") -> BankRates | None:
    rates = {
        row.attrib["id"]: Decimal(row.attrib["oprocentowanie"].replace(",", "."))
        for row in group.iter("pozycja")
        if row.attrib["id"] in {"ref", "lom"}
    }
    if len(rates) < len({"ref", "lom"}):
        return None
    return BankRates(date.fromisoformat(group.attrib["obowiazuje_od"]), rates["ref"], rates["lom"])


def statutory(regime: Regime, bank: Sequence[BankRates], on: date) -> Rate | None:
    """The yearly rate that the bank's rates make *on* a day, and since when; None before the first of them.

    Tax: twice the lombard rate and 2 points, at least 8% (OP art. 56 § 1). Civil: the reference rate and 5.5 points
    (art. 481 § 2 k.c.). Commercial: that of 1 January or 1 July before *on*, and 10 points.
    """
    day = date(on.year, 1 if on.month < 7 else 7, 1) if regime is Regime.COMMERCIAL else on
    found = next((one for one in reversed(bank) if one.valid_from <= day), None)
    if found is None:
        return None
    if regime is Regime.COMMERCIAL:
        return Rate(day, found.reference + COMMERCIAL_PLUS)
    if regime is Regime.CIVIL:
        return Rate(found.valid_from, found.reference + CIVIL_PLUS)
    return Rate(found.valid_from, max(TAX_FLOOR, TAX_TIMES * found.lombard + TAX_PLUS))
