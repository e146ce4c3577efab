"""Whether our tables of rates are up to date: compared with what NBP says; staff are warned and enter what differs.

No rate enters our tables by itself: a clerk confirms it by its position in Monitor Polski.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.dates import format_date_short
from liabilities.bank_rates import COUNTED, BankRates, read_archive, statutory
from liabilities.figures import figures
from liabilities.interest import Rate
from liabilities.models import BankRate
from liabilities.regimes import REGIME_LABELS, Regime


@dataclass(frozen=True)
class RateWarning:
    """What is wrong with a table of rates, in words; `regime` is None when NBP was not asked for too long."""

    regime: Regime | None
    words: str


def keep_bank_rates(content: bytes, *, by: Actor, at: datetime) -> int:
    """Keep what NBP's archive says, as read *at*; returns how many days of change are new.

    Raises Refused `bank_rates_unreadable`.
    """
    read = read_archive(content)
    with transaction.atomic():
        known = set(BankRate.objects.values_list("valid_from", flat=True))
        BankRate.objects.bulk_create(
            [
                BankRate(valid_from=one.valid_from, reference=one.reference, lombard=one.lombard, seen_at=at)
                for one in read
            ],
            update_conflicts=True,
            unique_fields=["valid_from"],
            update_fields=["reference", "lombard", "seen_at"],
        )
        fresh = len({one.valid_from for one in read} - known)
        audit.record("keep_bank_rates", "bankrate", by=by, read=len(read), new=fresh)
    return fresh


def rate_warnings(*, on: date, at: datetime) -> list[RateWarning]:
    """What staff must look into as of *on*: tables whose newest rate is older than NBP's says, or NBP unasked too long.

    A table is right when its rate in force *on* that day is the one that NBP's rates make.
    """
    bank = [BankRates(row.valid_from, row.reference, row.lombard) for row in BankRate.objects.order_by("valid_from")]
    rates = figures().rates
    found = [_unlike(regime, rates.get(regime, []), bank, on) for regime in COUNTED]
    return [*(one for one in found if one is not None), *_unasked(at)]


def _unlike(regime: Regime, ours: Sequence[Rate], bank: Sequence[BankRates], on: date) -> RateWarning | None:
    wanted = statutory(regime, bank, on)
    held = next((rate.percent for rate in reversed(ours) if rate.valid_from <= on), None)
    if wanted is None or wanted.percent == held:
        return None
    said = f"w tabeli jest {_percent(held)}" if held is not None else "w tabeli jej nie ma"
    words = f"Stopa „{REGIME_LABELS[regime]}”: według NBP od {format_date_short(wanted.valid_from)}"
    return RateWarning(regime, f"{words} powinna wynosić {_percent(wanted.percent)}, {said}. Sprawdź Monitor Polski.")


def _unasked(at: datetime) -> list[RateWarning]:
    newest = BankRate.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    if newest is not None and at - newest <= timedelta(days=settings.NBP_STALE_DAYS):
        return []
    since = "jeszcze ani razu" if newest is None else f"od {format_date_short(timezone.localdate(newest))}"
    return [RateWarning(None, f"Tabel stóp odsetek nie porównano ze stopami NBP {since}.")]


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}%".replace(".", ",")
