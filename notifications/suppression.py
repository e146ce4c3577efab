"""Addresses that take nothing: noted when a gateway says so, asked before each sending, lifted by staff."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from core import audit
from core.actor import Actor
from core.encryption import SealBroken, fingerprint, fingerprints, unseal
from notifications.models import SuppressedAddress


def suppress(channel: str, addresses: Iterable[tuple[str, str]], *, at: datetime) -> int:
    """Note that these (address, reason) of *channel* take nothing; returns how many were new."""
    rows = {
        fingerprint(address): SuppressedAddress(
            channel=channel, address=address, address_fingerprint=fingerprint(address), reason=reason[:80], since=at
        )
        for address, reason in addresses
        if address
    }
    known = SuppressedAddress.objects.filter(channel=channel, address_fingerprint__in=rows)
    known_prints = set(known.values_list("address_fingerprint", flat=True))
    fresh = [row for key, row in rows.items() if key not in known_prints]
    SuppressedAddress.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def suppressed(channel: str, sealed: Mapping[int, str]) -> dict[int, str]:
    """Of messages and their sealed addresses, those that are not to be sent, with the reason. Costs nothing when
    nobody's address is suppressed.
    """
    noted = SuppressedAddress.objects.filter(channel=channel)
    if not sealed or not noted.exists():
        return {}
    prints: dict[str, list[int]] = {}
    for message_id, address in sealed.items():
        try:
            plain = unseal(address)
        except SealBroken:
            continue
        for one in fingerprints(plain):
            prints.setdefault(one, []).append(message_id)
    found = noted.filter(address_fingerprint__in=prints).values_list("address_fingerprint", "reason")
    return {message_id: reason for one, reason in found for message_id in prints[one]}


def lift(address: SuppressedAddress, *, by: Actor) -> None:
    """Send to *address* again: its owner asked for it, or the mistake was mended."""
    audit.record("lift_suppression", f"suppressed_address:{address.pk}", by=by, channel=address.channel)
    address.delete()


def forget_suppressed(before: datetime, most: int) -> int:
    """Delete at most *most* addresses that were noted before *before*; returns how many."""
    some = SuppressedAddress.objects.filter(since__lt=before).order_by("pk").values_list("pk", flat=True)[:most]
    return SuppressedAddress.objects.filter(pk__in=list(some)).delete()[0]


def count_suppressed(before: datetime) -> int:
    """How many addresses are past their term."""
    return SuppressedAddress.objects.filter(since__lt=before).count()
