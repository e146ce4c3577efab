"""Browsers that show notices: added and taken away by their owners, told of what these ticked, forgotten when gone."""

import base64
import binascii
import json
from collections.abc import Collection, Iterable
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from consents.models import Topic
from consents.queries import topics_in_use
from core import audit
from core.actor import Actor
from core.encryption import SealBroken, fingerprints
from core.errors import Refused
from notifications.models import PushConsent, PushSubscription
from residents.queries import same_person

WORDING = "1"  # of the page on which boxes are ticked: raise it when its words change their meaning
MOST_BROWSERS = 10
LONGEST = 1000
NOT_A_BROWSER = "Przeglądarka podała adres, którego nie przyjmujemy."


def is_offered() -> bool:
    """Whether the town sends notices to browsers."""
    return bool(settings.WEBPUSH["key"])


def public_key() -> str:
    """The key by which browsers know our notices (RFC 8292), as they want it: base64url of the point."""
    public = load_pem_private_key(settings.WEBPUSH["key"], password=None).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def is_push_service(endpoint: str) -> bool:
    """Whether *endpoint* is at a service to which the town's server may connect: nobody makes it call elsewhere."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if f"{parts.scheme}://{parts.netloc}" in settings.WEBPUSH["origins"]:
        return True
    host = (parts.hostname or "").lower()
    known = any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in settings.WEBPUSH["hosts"])
    return known and parts.scheme == "https" and port in {None, 443} and "@" not in parts.netloc


def subscribe_browser(
    payer_id: int,
    *,
    endpoint: str,
    p256dh: str,
    auth: str,
    browser: str,
    topics: Collection[str],
    by: Actor,
    at: datetime,
) -> PushSubscription:
    """Add a browser, or renew the keys of one that is known, and store of what it may tell.

    Raises Refused `push_unknown_service`, `push_keys`, `push_too_many` and what `choose_topics` raises.
    """
    if len(endpoint) > LONGEST or not is_push_service(endpoint):
        raise Refused("push_unknown_service", NOT_A_BROWSER, where="endpoint")
    if _bytes_of(p256dh)[:1] != b"\x04" or len(_bytes_of(p256dh)) != 65 or len(_bytes_of(auth)) != 16:
        raise Refused("push_keys", "Przeglądarka podała klucz, którego nie da się użyć.", where="keys")
    with transaction.atomic():
        choose_topics(payer_id, topics=topics, by=by, at=at)
        mine = PushSubscription.objects.filter(payer_id=payer_id)
        known = mine.filter(endpoint_fingerprint__in=fingerprints(endpoint)).first()
        if known is None and mine.count() >= MOST_BROWSERS:
            raise Refused(
                "push_too_many", f"Może być najwyżej {MOST_BROWSERS} przeglądarek.", mend="Usuń najpierw nieużywaną."
            )
        subscription = known or PushSubscription(payer_id=payer_id, endpoint=endpoint, since=at)
        subscription.p256dh, subscription.auth, subscription.browser = p256dh, auth, browser[:60]
        subscription.save()
        audit.record("subscribe_browser", f"payer:{payer_id}", by=by, browser=subscription.browser, wording=WORDING)
    return subscription


def choose_topics(payer_id: int, *, topics: Collection[str], by: Actor, at: datetime) -> None:
    """Store of what the payer's browsers may tell. Raises Refused `push_unknown_topic`."""
    if set(topics) - set(topics_in_use()):
        raise Refused("push_unknown_topic", "Nie ma takiego rodzaju powiadomień.", where="topics")
    with transaction.atomic():
        PushConsent.objects.filter(payer_id=payer_id).exclude(topic_code__in=topics).delete()
        PushConsent.objects.bulk_create(
            (PushConsent(payer_id=payer_id, topic_code=code, wording=WORDING, since=at) for code in topics),
            ignore_conflicts=True,
        )
        audit.record("choose_push_topics", f"payer:{payer_id}", by=by, topics=sorted(topics), wording=WORDING)


def unsubscribe_browser(payer_id: int, subscription_id: int, *, by: Actor) -> bool:
    """Take a browser away; returns whether it was the payer's. With the last one the consents end."""
    with transaction.atomic():
        gone, _ = PushSubscription.objects.filter(payer_id=payer_id, pk=subscription_id).delete()
        if gone:
            _end_without_browsers([payer_id])
            audit.record("unsubscribe_browser", f"payer:{payer_id}", by=by)
    return bool(gone)


def forget_endpoints(endpoints: Iterable[str]) -> int:
    """Forget browsers of which their push service says that they are no more; returns how many."""
    prints = [one for endpoint in endpoints for one in fingerprints(endpoint)]
    gone = PushSubscription.objects.filter(endpoint_fingerprint__in=prints)
    payers = list(gone.values_list("payer_id", flat=True))
    count = gone.delete()[0]
    _end_without_browsers(payers)
    return count


def _end_without_browsers(payer_ids: Collection[int]) -> None:
    left = PushSubscription.objects.filter(payer_id__in=payer_ids).values("payer_id")
    PushConsent.objects.filter(payer_id__in=payer_ids).exclude(payer_id__in=left).delete()


def addresses_of(payer_ids: Iterable[int]) -> dict[int, str]:
    """All browsers of each payer as one address for the gateway (JSON); those without any are left out."""
    found: dict[int, list[dict[str, object]]] = {}
    rows = PushSubscription.objects.filter(payer_id__in=set(payer_ids)).order_by("pk")
    try:
        for one in rows:
            keys = {"p256dh": one.p256dh, "auth": one.auth}
            found.setdefault(one.payer_id, []).append({"endpoint": one.endpoint, "keys": keys})
    except SealBroken:
        return {}
    return {payer_id: json.dumps(some) for payer_id, some in found.items()}


def push_topics(payer_id: int) -> set[str]:
    """The kinds of notification of which the payer's browsers may tell."""
    return set(PushConsent.objects.filter(payer_id=payer_id).values_list("topic_code", flat=True))


def topics_on_offer() -> list[Topic]:
    """The kinds in use, in their order."""
    return list(Topic.objects.filter(is_active=True))


def forget_browsers(before: datetime, most: int) -> int:
    """Forget at most *most* browsers that were added before *before*, and the consents of those without any left."""
    some = list(_old(before).values_list("pk", flat=True)[:most])
    payers = list(PushSubscription.objects.filter(pk__in=some).values_list("payer_id", flat=True))
    count = PushSubscription.objects.filter(pk__in=some).delete()[0]
    _end_without_browsers(payers)
    return count


def count_browsers(before: datetime) -> int:
    """How many browsers are past their term."""
    return _old(before).count()


def _old(before: datetime) -> "QuerySet[PushSubscription]":
    return PushSubscription.objects.filter(since__lt=before).order_by("pk")


def forget_browsers_of(payer_id: int) -> int:
    """Forget every browser of the payer; returns how many."""
    mine = same_person(payer_id)
    PushConsent.objects.filter(payer_id__in=mine).delete()
    return PushSubscription.objects.filter(payer_id__in=mine).delete()[0]


def _bytes_of(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
