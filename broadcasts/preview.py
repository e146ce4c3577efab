"""What the composer shows before a warning is sent: SMS parts, people, cost, time, faults."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum

from broadcasts.audience import count_people, counts_by_channel
from broadcasts.composed import sms_text
from broadcasts.estimate import USUAL_PER_SECOND, Estimate, estimate
from broadcasts.models import Broadcast, DutyOfficer
from broadcasts.wording import WordingFault
from broadcasts.wordings import faults_of, words_of
from consents.models import Channel
from notifications.gateways import gateways_of
from notifications.models import Route
from notifications.sms_text import SmsSize, sms_size, transliterate
from notifications.spending import part_price


@dataclass(frozen=True)
class Preview:
    """The warning as it would go now. A rehearsal reaches `people` of the staff's list and has no `rows`."""

    sms: str
    size: SmsSize
    people: int
    rows: list[Estimate]
    labels: dict[str, str]
    cost_pln: Decimal
    minutes: int
    faults: list[WordingFault]

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
    )


def pace_of(channel: str) -> int:
    """Messages a second of all gateways of *channel* together, as the town limits them; else the usual pace."""
    names = [gateway.name for gateway in gateways_of(channel)] if channel in settings.MESSAGE_GATEWAYS else []
    limited = Route.objects.filter(gateway__in=names, is_on=True, per_second__isnull=False)
    total = limited.aggregate(total=Sum("per_second"))["total"]
    return int(total or USUAL_PER_SECOND)
