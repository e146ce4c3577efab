"""Dunning letters (upomnienia) by law: of which dues, to whom, when a writ may follow. Pure values.

Act of 17 June 1966 on enforcement proceedings in administration (upea) art. 15; regulations of the Minister of Finance
on the data of a dunning letter (Dz.U. 2020 poz. 2194) and on the conduct of creditors (of 23 February 2024).
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.dates import Calendar
from core.errors import Refused
from liabilities.regimes import Regime

TIMES_COST = 10  # of a dunning letter: what is not above it may wait
DAYS_TO_PAY = 7  # upea art. 15 § 1
SOON = timedelta(days=366)  # before limitation: small sums wait no longer, the letter must leave six months before
ADULT = 18
SIGN = re.compile(r"(?:UP\s*/\s*)?([0-9]{4})\s*/\s*([0-9]{1,9})")
# Public dues that bear no interest; all that follow the Ordynacja are public.
PUBLIC_WITHOUT_INTEREST = frozenset({"INNE_PUBLICZNE"})


class Skip(StrEnum):
    """Why a due, or all of a payer's, is left out of a run of letters."""

    DECEASED = "deceased"
    NO_ADDRESS = "no_address"
    MINOR = "minor"
    ALREADY = "already"
    HELD = "held"
    DEFERRED = "deferred"
    IN_PLAN = "in_plan"
    IN_TRANSIT = "in_transit"
    BARRED = "barred"
    STALE = "stale"
    INFORMED = "informed"
    SMALL = "small"


SKIP_LABELS: dict[Skip, str] = {
    Skip.DECEASED: "płatnik nie żyje",
    Skip.NO_ADDRESS: "brak adresu",
    Skip.MINOR: "małoletni bez znanego przedstawiciela",
    Skip.ALREADY: "już upomniano",
    Skip.HELD: "wstrzymana (sporna)",
    Skip.DEFERRED: "odroczona",
    Skip.IN_PLAN: "rozłożona na raty",
    Skip.IN_TRANSIT: "wpłata w drodze",
    Skip.BARRED: "przedawniona",
    Skip.STALE: "nieaktualne dane systemu źródłowego",
    Skip.INFORMED: "świeżo po działaniu informacyjnym",
    Skip.SMALL: "poniżej progu",
}


@dataclass(frozen=True)
class Facts:
    """What decides whether a due is dunned, beside its being late. Texts are Polish and say what stands in the way."""

    earlier_letter: str = ""
    hold: str = ""
    relief: str = ""
    relief_is_plan: bool = False
    in_transit: Decimal = Decimal(0)
    barred_since: date | None = None
    stale_source: str = ""
    informed_on: date | None = None


def is_public(kind_code: str, regime: Regime) -> bool:
    """Whether a due is public and money is collected by a writ: civil ones go to court, an alcohol licence expires."""
    return regime is Regime.TAX or (regime is Regime.NONE and kind_code in PUBLIC_WITHOUT_INTEREST)


def stands_in_the_way(facts: Facts, *, on: date, wait_days: int) -> tuple[Skip, str] | None:
    """Why a due gets no letter *on* a day, and the words for it; None when nothing does.

    *wait_days* is the time that an information action is given to work.
    """
    if facts.earlier_letter:
        return Skip.ALREADY, f"upomnienie nr {facts.earlier_letter}"
    if facts.barred_since is not None:
        return Skip.BARRED, f"przedawniona po {facts.barred_since:%d.%m.%Y}"
    if facts.hold:
        return Skip.HELD, facts.hold
    if facts.relief:
        return (Skip.IN_PLAN if facts.relief_is_plan else Skip.DEFERRED), facts.relief
    if facts.in_transit:
        return Skip.IN_TRANSIT, "płatność rozpoczęta w portalu czeka na zaksięgowanie"
    if facts.stale_source:
        return Skip.STALE, f"ostatni import z systemu {facts.stale_source} jest za stary"
    if facts.informed_on is not None and on - facts.informed_on < timedelta(days=wait_days):
        return Skip.INFORMED, f"przypomniano {facts.informed_on:%d.%m.%Y}"
    return None


def may_wait(total: Decimal, *, least: Decimal, first_barred: date | None, on: date) -> bool:
    """Whether a letter over *total* złoty is left for later: it is not above *least*, and limitation is a year off."""
    return total <= least and (first_barred is None or first_barred - on > SOON)


def is_minor(born: date | None, *, on: date) -> bool:
    """Whether somebody *born* then is under eighteen *on* a day (k.c. art. 10); unknown births are of adults."""
    if born is None:
        return False
    return (on.year - born.year - ((on.month, on.day) < (born.month, born.day))) < ADULT


def last_day_to_pay(served_on: date, calendar: Calendar) -> date:
    """The last day before a writ may be made: seven days after service, moved from a day off (upea art. 15 § 1; k.p.a.
    art. 57 § 4).
    """
    last = served_on + timedelta(days=DAYS_TO_PAY)
    while calendar.day_off_name(last):
        last += timedelta(days=1)
    return last


def sign_of(year: int, number: int) -> str:
    """A letter's number as it is written: «UP/2026/000123»."""
    return f"UP/{year}/{number:06d}"


def read_sign(text: str) -> tuple[int, int]:
    """The year and the number in «UP/2026/000123», «2026/123». Raises Refused `sign_unreadable`."""
    found = SIGN.fullmatch(text.strip().upper())
    if not found:
        raise Refused("sign_unreadable", "To nie jest numer upomnienia.", mend="Wpisz go jak UP/2026/000123.")
    return int(found[1]), int(found[2])
