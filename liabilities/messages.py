"""The facts of each reminder. Registered as the app starts (liabilities/apps.py imports this file)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from core.dates import format_date
from core.money import format_pln
from notifications.kinds import Digest, Facts, Kind, Priority, register

FACTS = {
    "title": "Podatek od nieruchomości",
    "instalment": "2",
    "year": "2026",
    "amount_pln": "123.45",
    "payable_on": "2026-05-15",
    "town": "Dolina",
    "link": "https://portal.example/naleznosci/",
}
PRIVATE = frozenset({"title", "instalment", "amount_pln", "dues"})


def combined(facts: Sequence[Facts]) -> Facts:
    """The facts of one message about several dues: how many, the sum without interest, and the earliest term."""
    lines = [
        f"– {one['title']}, rok {one['year']}, rata {one['instalment']}: {format_pln(Decimal(one['amount_pln']))}, "
        f"termin {format_date(date.fromisoformat(one['payable_on']))}"
        for one in sorted(facts, key=lambda one: (one["payable_on"], one["title"], one["instalment"]))
    ]
    return {
        "count": str(len(facts)),
        "amount_pln": str(sum((Decimal(one["amount_pln"]) for one in facts), Decimal(0))),
        "payable_on": min(one["payable_on"] for one in facts),
        "dues": "\n".join(lines),
        "town": facts[0]["town"],
        "link": facts[0]["link"],
    }


SEVERAL_DUES = Kind(
    code="several_dues",
    name="Kilka terminów płatności naraz",
    priority=Priority.REMINDER,
    facts={**combined([FACTS, {**FACTS, "instalment": "3", "payable_on": "2026-09-15"}])},
    private=PRIVATE,
)
DIGEST = Digest(SEVERAL_DUES.code, combined)
DUE_APPROACHING = Kind(
    code="due_approaching",
    name="Zbliża się termin płatności",
    priority=Priority.REMINDER,
    facts=FACTS,
    expires_after=timedelta(days=7),
    digest=DIGEST,
    private=PRIVATE,
)
DUE_PASSED = Kind(
    code="due_passed",
    name="Minął termin płatności",
    priority=Priority.REMINDER,
    facts=FACTS,
    expires_after=timedelta(days=7),
    digest=DIGEST,
    private=PRIVATE,
)

for _kind in (SEVERAL_DUES, DUE_APPROACHING, DUE_PASSED):
    register(_kind)
