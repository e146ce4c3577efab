"""Giving numbers to forms that are printed, so that each is known when it comes back."""

import hashlib
import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from consents import clause
from consents.form_code import LAYOUT, RANDOM_DIGITS, number_from
from consents.models import PrintedForm, Topic
from core import audit
from core.actor import Actor

TRIES = 5  # of a hundred million numbers one is taken rarely, five in a row never
MOST_BLANKS = 50


def offered_boxes() -> list[str]:
    """Every box that the form offers today, as «topic:channel», in its order."""
    topics = Topic.objects.filter(is_active=True)
    return [f"{topic.code}:{channel}" for topic in topics for channel in topic.channels]


def _edition(boxes: list[str]) -> str:
    """SHA-256 of everything that a form says besides its number and the person's data."""
    said = "\n".join([LAYOUT, clause.VERSION, clause.digest(clause.VERSION), *boxes])
    return hashlib.sha256(said.encode()).hexdigest()


def _new_number() -> str:
    return number_from(f"{secrets.randbelow(10**RANDOM_DIGITS):0{RANDOM_DIGITS}d}")


def _print(*, payer_id: int | None, is_shared: bool, by: Actor | None, at: datetime) -> PrintedForm:
    boxes = offered_boxes()
    said = {
        "payer_id": payer_id,
        "is_shared": is_shared,
        "layout": LAYOUT,
        "clause_version": clause.VERSION,
        "boxes": boxes,
        "edition": _edition(boxes),
        "printed_at": at,
        "printed_by_id": by and by.account_id,
    }
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return PrintedForm.objects.create(number=_new_number(), **said)
        except IntegrityError:
            if is_shared and (same := PrintedForm.objects.filter(is_shared=True, edition=said["edition"]).first()):
                return same
            if not left:
                raise
    raise AssertionError


def shared_form(*, at: datetime) -> PrintedForm:
    """The blank form that everybody downloads: one number for each edition of the form."""
    edition = _edition(offered_boxes())
    known = PrintedForm.objects.filter(is_shared=True, edition=edition).first()
    return known or _print(payer_id=None, is_shared=True, by=None, at=at)


def print_form(payer_id: int, *, by: Actor, at: datetime) -> PrintedForm:
    """A form with that payer's data. Who asks again on the same day gets the same one, until it comes back."""
    with transaction.atomic():
        today = PrintedForm.objects.filter(
            payer_id=payer_id,
            edition=_edition(offered_boxes()),
            printed_at__gte=timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0),
            applications__isnull=True,
        )
        if known := today.first():
            return known
        form = _print(payer_id=payer_id, is_shared=False, by=by, at=at)
        audit.record("print_form", f"payer:{payer_id}", by=by, form=form.number)
    return form


def print_blanks(count: int, *, by: Actor, at: datetime) -> list[PrintedForm]:
    """Blank forms for the counters, each with a number of its own; at most MOST_BLANKS at once."""
    with transaction.atomic():
        forms = [_print(payer_id=None, is_shared=False, by=by, at=at) for _ in range(min(count, MOST_BLANKS))]
        audit.record("print_blanks", "forms", by=by, count=len(forms))
    return forms
