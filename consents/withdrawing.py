"""Taking a consent back, by any way: as easily as it was given (art. 7 ust. 3 RODO)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from consents.evidence import add_link
from consents.in_force import end_withdrawn
from consents.models import Channel, Consent, ConsentApplication, Topic, Withdrawal
from core import audit
from core.actor import Actor
from core.encryption import fingerprints
from core.errors import Refused
from residents.models import Contact, Payer
from residents.models.payer import ContactKind


def withdraw_consent(
    payer_id: int,
    *,
    topic: str,
    channel: str,
    way: str,
    evidence: Mapping[str, str],
    by: Actor,
    at: datetime,
) -> int:
    """Take back the consent to *topic* by *channel* ('' means every one); returns how many consents ended.

    It counts also against applications signed before *at* that a clerk accepts later. The same again, with nothing to
    take back, writes nothing. Raises Refused `topic_unknown`, `channel_unknown`.
    """
    if channel and channel not in Channel.values:
        raise Refused("channel_unknown", "Nieznana droga powiadomień.", where="channel")
    kind = Topic.objects.filter(code=topic).first() if topic else None
    if topic and kind is None:
        raise Refused("topic_unknown", "Nieznany rodzaj powiadomień.", where="topic")
    with transaction.atomic():
        Payer.objects.select_for_update(of=("self",)).get(pk=payer_id)
        if _is_repeated(payer_id, kind, channel, at=at):
            return 0
        withdrawal = Withdrawal.objects.create(
            payer_id=payer_id,
            topic=kind,
            channel=channel,
            at=at,
            way=way,
            by_name=by.name,
            evidence=dict(evidence),
        )
        ended = end_withdrawn(withdrawal)
        link = add_link(withdrawal)
        audit.record(
            "withdraw_consent", f"withdrawal:{withdrawal.pk}", by=by, way=way, link=link.number, hash=link.hash
        )
    return ended


def _is_repeated(payer_id: int, topic: Topic | None, channel: str, *, at: datetime) -> bool:
    """Whether the same was taken back before, and neither a consent nor an application has come since."""
    same = Withdrawal.objects.filter(payer_id=payer_id, topic=topic, channel=channel).order_by("-at", "-pk").first()
    if same is None:
        return False
    if same.at >= at:
        return True
    meant = {**({"topic": topic} if topic else {}), **({"channel": channel} if channel else {})}
    holds = Consent.objects.filter(payer_id=payer_id, during__endswith__isnull=True, **meant)
    newer = ConsentApplication.objects.filter(payer_id=payer_id, registered_at__gte=same.at)
    return not holds.exists() and not newer.exists()


def withdraw_by_phone(phone: str, *, evidence: Mapping[str, str], by: Actor, at: datetime) -> int:
    """Take back every consent by SMS of everybody whose messages go to *phone* (E.164); returns for how many people.

    Who answered is not known, only that whoever holds this phone wants no more: so it counts for all of them.
    """
    holders = Contact.objects.filter(kind=ContactKind.PHONE, address_fingerprint__in=fingerprints(phone))
    holders = holders.filter(payer__merged_into__isnull=True)
    payers = list(holders.order_by("payer_id").values_list("payer_id", flat=True))
    for payer_id in payers:
        withdraw_consent(payer_id, topic="", channel=Channel.SMS, way="sms", evidence=evidence, by=by, at=at)
    return len(payers)
