"""Forgetting by rule: each category of the register whose time has passed, in batches, resumable at any line."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.models import RetentionRule
from core.processing import CATEGORIES, LONGEST, Category, Period, Unit

BATCH = 2_000
logger = logging.getLogger("spm.retention")


@dataclass(frozen=True)
class Forgotten:
    """What one rule came to: `count` records forgotten (or, in a rehearsal, to be forgotten).

    `waits` tells that they are past their term and wait for a person; `problem` why the rule could not be finished.
    """

    category: str
    name: str
    before: datetime
    count: int
    waits: bool = False
    problem: str = ""


def period_of(rule: RetentionRule) -> Period:
    """The rule's time of keeping."""
    return Period(rule.amount, Unit(rule.unit))


def horizon_of(rule: RetentionRule, *, at: datetime) -> datetime:
    """The moment before which the rule's records are past their term; years and months are those of Warsaw."""
    return period_of(rule).horizon(timezone.localtime(at))


def apply_retention(*, at: datetime, by: Actor, is_rehearsal: bool = False, batch: int = BATCH) -> list[Forgotten]:
    """Forget what is past its term by every rule in use; a rehearsal only counts.

    Each batch is a transaction of its own with its entry in the audit, so a run that is killed loses nothing and the
    next one goes on. A rule that fails is told and logged, and stops no other.
    """
    done = []
    for rule in RetentionRule.objects.filter(is_active=True).order_by("category"):
        category = CATEGORIES.get(rule.category)
        if category is not None:
            done.append(_apply(rule, category, at=at, by=by, is_rehearsal=is_rehearsal, batch=batch))
    return done


def _apply(
    rule: RetentionRule, category: Category, *, at: datetime, by: Actor, is_rehearsal: bool, batch: int
) -> Forgotten:
    before = horizon_of(rule, at=at)
    count, problem = 0, ""
    try:
        if is_rehearsal or not category.forget:
            count = category.count_overdue(before=before)
        else:
            while some := _forget_batch(category, before=before, most=batch, by=by):
                count += some
    except (DatabaseError, OSError) as error:
        logger.exception("retention of %s could not be finished", category.code)
        problem = type(error).__name__
    return Forgotten(category.code, category.name, before, count, waits=not category.forget, problem=problem)


def _forget_batch(category: Category, *, before: datetime, most: int, by: Actor) -> int:
    with transaction.atomic():
        permit_forgetting(category.code)
        some = category.forget_some(before=before, most=most)
        if some:
            audit.record("forget", f"retention:{category.code}", by=by, count=some, before=before.isoformat())
    return some


def permit_forgetting(category: str) -> None:
    """Tell the triggers of append-only tables, until this transaction ends, that *category* is being forgotten.

    They still refuse rows that are younger than the law lets anybody forget.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('spm.forgetting', %s, true)", [category])


def check_period(category: str, *, amount: int, unit: str, at: datetime) -> Period:
    """The time of keeping that is meant.

    Raises Refused `shorter_than_law` for one shorter than the law lets, `amount_wrong` for one of no length.
    """
    wanted = Period(amount, Unit(unit))
    least = CATEGORIES[category].least
    if not 1 <= amount <= LONGEST[wanted.unit]:
        raise Refused("amount_wrong", "Okres musi mieć od jednego dnia do stu lat.", where="amount")
    if least is not None and wanted.horizon(timezone.localtime(at)) > least.horizon(timezone.localtime(at)):
        raise Refused("shorter_than_law", f"Prawo każe przechowywać te dane co najmniej: {least}.", where="amount")
    return wanted


def change_rule(rule: RetentionRule, *, amount: int, unit: str, is_active: bool, by: Actor, at: datetime) -> None:
    """Change how long a category is kept, or stop its forgetting. Raises Refused as `check_period` does."""
    wanted = check_period(rule.category, amount=amount, unit=unit, at=at)
    with transaction.atomic():
        RetentionRule.objects.filter(pk=rule.pk).update(amount=amount, unit=wanted.unit.value, is_active=is_active)
        audit.record("change_retention", f"retention:{rule.category}", by=by, period=str(wanted), is_active=is_active)
