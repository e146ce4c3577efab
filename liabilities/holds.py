"""Holds: an instalment that is disputed, or whose relief is applied for, is not dunned for a while."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Q

from core import audit
from core.actor import Actor
from core.errors import Refused
from liabilities.actions import about_instalment
from liabilities.models import CollectionHold, HoldReason, Instalment


def in_force(on: date) -> Q:
    """Of holds: those that hold *on* a day."""
    lasts = Q(until_on__isnull=True) | Q(until_on__gte=on)
    return lasts & Q(from_on__lte=on) & (Q(ended_on__isnull=True) | Q(ended_on__gt=on))


def holds_on(instalment_ids: Collection[int], *, on: date) -> dict[int, CollectionHold]:
    """The hold of each of these instalments that has one *on* a day."""
    rows = CollectionHold.objects.filter(in_force(on), instalment_id__in=instalment_ids)
    return {hold.instalment_id: hold for hold in rows}


def hold_back(
    instalment: Instalment, *, reason: HoldReason, note: str, until_on: date | None, on: date, by: Actor
) -> CollectionHold:
    """Hold an instalment back from letters and writs from *on* to *until_on* (None: until somebody ends it).

    Raises Refused `note_missing`, `ends_before`, `held_already`.
    """
    if not note.strip():
        raise Refused("note_missing", "Podaj znak sprawy albo opis.", where="note")
    if until_on is not None and until_on < on:
        raise Refused("ends_before", "Ten dzień już minął.", where="until_on")
    with transaction.atomic():
        Instalment.objects.select_for_update(of=("self",), no_key=True).get(pk=instalment.pk)
        if holds_on([instalment.pk], on=on):
            raise Refused("held_already", "Ta rata jest już wstrzymana.")
        hold = CollectionHold.objects.create(
            instalment=instalment,
            reason=reason,
            note=note.strip()[:120],
            from_on=on,
            until_on=until_on,
            recorded_by=by.name[:150],
        )
        audit.record("hold_back", about_instalment(instalment.pk), by=by, reason=reason, note=hold.note)
    return hold


def end_hold(hold: CollectionHold, *, reason: str, on: date, by: Actor) -> None:
    """End a hold *on* a day; a second time changes nothing. Raises Refused `reason_missing`."""
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, dlaczego.", where="reason")
    with transaction.atomic():
        if CollectionHold.objects.filter(pk=hold.pk, ended_on__isnull=True).update(ended_on=on):
            audit.record("end_hold", about_instalment(hold.instalment_id), by=by, reason=reason, hold=hold.pk)
