"""What the composer shows before a warning is sent: SMS parts, people, cost, time, faults."""

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum

from broadcasts.audience import count_people, count_unplaced, counts_by_channel
from broadcasts.composed import sms_text
from broadcasts.estimate import USUAL_PER_SECOND, Estimate, estimate
from broadcasts.models import Broadcast, DutyOfficer
from broadcasts.wording import WordingFault
from broadcasts.wordings import faults_of, named_streets, words_of
from core.dates import WARSAW
from notifications.channels import Channel
from notifications.gateways import gateways_of
from notifications.models import Route
from notifications.sms_text import SmsSize, sms_size, transliterate
from notifications.spending import part_price

CALLS_FROM, CALLS_TO = time(8), time(22)  # SMSAPI's door for calls answers «51» at other hours


@dataclass(frozen=True)
class Preview:
    """The warning as it would go now. A rehearsal reaches `people` of the staff's list and has no `rows`.

    `unplaced` of those who may be warned have no address, or none on the map when a shape is drawn; `streets` are those
    of the shape, in words. `calls_wait`: there are calls, and the gateway makes none at this hour.
    """

    sms: str
    size: SmsSize
    people: int
    rows: list[Estimate]
    labels: dict[str, str]
    cost_pln: Decimal
    minutes: int
    faults: list[WordingFault]
    unplaced: int = 0
    takes_unplaced: bool = True
    streets: str = ""
    calls_wait: bool = False

    @property
    def told_rows(self) -> list[tuple[str, Estimate]]:
        """Each channel by its name."""
        return [(self.labels.get(row.channel, row.channel), row) for row in self.rows]


def preview(broadcast: Broadcast, *, at: datetime) -> Preview:
    """How *broadcast*, saved or not, would go *at* this moment."""
    text = transliterate(sms_text(words_of(broadcast), "pl"))
    size = sms_size(text)
    faults = faults_of(broadcast, at=at)
    labels = {str(value): str(label) for value, label in Channel.choices}
    if broadcast.is_rehearsal:
        people = DutyOfficer.objects.filter(joins_rehearsals=True).count()
        return Preview(text, size, people, [], labels, Decimal(0), 1, faults)
    counts = counts_by_channel(broadcast)
    rows = estimate(
        counts,
        parts={Channel.SMS.value: size.parts},
        prices={channel: part_price(channel) for channel in counts},
        per_second={channel: pace_of(channel) for channel in counts},
    )
    return Preview(
        text,
        size,
        count_people(broadcast),
        rows,
        labels,
        sum((row.cost_pln for row in rows), Decimal(0)),
        max((row.minutes for row in rows), default=0),
        faults,
        count_unplaced(broadcast),
        broadcast.with_unknown,
        named_streets(broadcast.drawn_streets) if broadcast.shape else "",
        Channel.VOICE in counts and not CALLS_FROM <= at.astimezone(WARSAW).time() < CALLS_TO,
    )


def pace_of(channel: str) -> int:
    """Messages a second of all gateways of *channel* together, as the town limits them; else the usual pace."""
    names = [gateway.name for gateway in gateways_of(channel)] if channel in settings.MESSAGE_GATEWAYS else []
    limited = Route.objects.filter(gateway__in=names, is_on=True, per_second__isnull=False)
    total = limited.aggregate(total=Sum("per_second"))["total"]
    return int(total or USUAL_PER_SECOND)
