"""What this floor knows of a payer: the list of people who need help; warnings that were sent are messages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from broadcasts.assisted import strike_off
from broadcasts.models import AssistedResident
from core.actor import Actor
from residents.disclosure import Column, Section, Shape, Table
from residents.queries import same_person


def _entries(payer_id: int) -> Iterable[Sequence[object]]:
    for entry in AssistedResident.objects.filter(payer_id__in=same_person(payer_id)).order_by("pk"):
        yield entry.entered_at, entry.agreed_on, entry.warden, entry.help, entry.ended_at


def _erase(payer_id: int, by: Actor, at: datetime) -> Mapping[str, int]:
    mine = AssistedResident.objects.filter(payer_id__in=same_person(payer_id), ended_at__isnull=True)
    entries = list(mine)
    for entry in entries:
        strike_off(entry, by=by, at=at)
    return {"wpisy na liście wsparcia": len(entries)}


SECTION = Section(
    code="broadcasts",
    name="Ostrzeżenia kryzysowe",
    tables=(
        Table(
            "assisted",
            "Lista wsparcia w zagrożeniu",
            (
                Column("entered_at", "Wpisano", Shape.MOMENT),
                Column("agreed_on", "Zgoda z dnia", Shape.DAY),
                Column("warden", "Kto zajrzy"),
                Column("help", "Jak pomóc"),
                Column("ended_at", "Skreślono", Shape.MOMENT),
            ),
            _entries,
        ),
    ),
    erased=("wpis na liście wsparcia w zagrożeniu",),
    erase=_erase,
)
