"""The list of people who need help in danger: entered, struck off, called first, visited when nobody answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from broadcasts.audience import TOPIC, area_of
from broadcasts.following import messages_of
from broadcasts.models import AssistedResident, Broadcast
from consents.models import Channel
from consents.queries import permitted_contacts
from core import audit
from core.actor import Actor
from core.errors import Refused
from notifications.states import State
from residents.identity import IdentityNumber
from residents.models import Payer

NO_CALL = "nie ma zgody na rozmowy"
STILL = "rozmowa jeszcze trwa albo czeka"
MISSED = "nie odebrano"


@dataclass(frozen=True)
class Visit:
    """Somebody to knock at, and why."""

    entry: AssistedResident
    phone: str
    why: str


def on_list() -> "QuerySet[AssistedResident]":
    """Who is on the list now; the dead and doubles left out."""
    known = AssistedResident.objects.filter(ended_at__isnull=True, payer__deceased_on__isnull=True)
    return known.filter(payer__merged_into__isnull=True).select_related("payer")


def payer_to_list(number: IdentityNumber) -> Payer:
    """Whom *number* names, to be put on the list. Raises Refused `unknown_payer`, `already_listed`."""
    payer = Payer.objects.with_number(number).unmerged().first()
    if payer is None:
        raise Refused(
            "unknown_payer",
            "Nie znamy nikogo o tym numerze.",
            where="number",
            mend="Najpierw zarejestruj wniosek tej osoby o powiadomienia.",
        )
    if AssistedResident.objects.filter(payer=payer, ended_at__isnull=True).exists():
        raise Refused("already_listed", "Ta osoba już jest na liście wsparcia.", where="number")
    return payer


def enter(*, number: IdentityNumber, warden: str, help_words: str, agreed_on: date, by: Actor) -> AssistedResident:
    """Put somebody on the list. Raises Refused as `payer_to_list`."""
    with transaction.atomic():
        payer = payer_to_list(number)
        made = AssistedResident.objects.create(payer=payer, warden=warden, help=help_words, agreed_on=agreed_on)
        audit.record("enter_assisted", f"assisted:{made.pk}", by=by, agreed_on=agreed_on.isoformat())
    return made


def change(entry: AssistedResident, *, by: Actor) -> None:
    """Store another warden or other help."""
    with transaction.atomic():
        entry.save(update_fields=["warden", "help"])
        audit.record("change_assisted", f"assisted:{entry.pk}", by=by)


def strike_off(entry: AssistedResident, *, by: Actor, at: datetime) -> None:
    """Take somebody off the list: they took the consent back, or need no help any more. Again is a no-op."""
    with transaction.atomic():
        ended = AssistedResident.objects.filter(pk=entry.pk, ended_at__isnull=True).update(ended_at=at)
        if ended:
            audit.record("strike_off_assisted", f"assisted:{entry.pk}", by=by)


def visits(broadcast: Broadcast) -> list[Visit]:
    """Whom the wardens visit for *broadcast*: those of the list in its area whose call nobody answered, or who get no
    call; by warden, then by address.
    """
    here = list(on_list().filter(area_of(broadcast)).order_by("warden", "payer__street", "pk"))
    calls = messages_of(broadcast).filter(channel=Channel.VOICE, payer_id__in=[one.payer_id for one in here])
    states = dict(calls.values_list("payer_id", "state"))
    phones = _phones(one.payer_id for one in here)
    return [
        Visit(one, phones.get(one.payer_id, ""), _why(states.get(one.payer_id)))
        for one in here
        if states.get(one.payer_id) != State.DELIVERED
    ]


def _why(state: str | None) -> str:
    if state is None:
        return NO_CALL
    return STILL if state in {State.QUEUED, State.SENDING, State.SENT, State.JOINED} else MISSED


def _phones(payer_ids: Iterable[int]) -> dict[int, str]:
    """A phone of each, as they gave it for warnings."""
    mine = permitted_contacts().filter(payer_id__in=list(payer_ids), topic__code=TOPIC)
    by_phone = mine.filter(channel__in=[Channel.SMS, Channel.VOICE]).order_by("channel")
    return dict(by_phone.values_list("payer_id", "address"))


def first_called() -> list[int]:
    """The payers whose calls go before everybody's."""
    return list(on_list().values_list("payer_id", flat=True))


def forget_assisted(before: datetime, most: int) -> int:
    """Delete at most *most* of those who were struck off before *before*; returns how many."""
    some = list(AssistedResident.objects.filter(ended_at__lt=before).order_by("pk").values_list("pk", flat=True)[:most])
    return AssistedResident.objects.filter(pk__in=some).delete()[0]


def count_struck_off(before: datetime) -> int:
    """How many of those who were struck off are past their term."""
    return AssistedResident.objects.filter(ended_at__lt=before).count()
