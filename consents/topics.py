"""The kinds of notification: what a town may change about them, each change dated."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from consents.models import Channel, Topic, TopicVersion
from core import audit
from core.actor import Actor
from core.errors import Refused

VERSIONED = ("name", "group", "basis", "ground", "channels", "is_active")


def change_topic(
    topic: Topic,
    *,
    name: str,
    group: str,
    basis: str,
    ground: str,
    channels: Collection[str],
    position: int,
    is_active: bool,
    department: str,
    by: Actor,
    at: datetime,
) -> Topic:
    """Change a kind of notification from *at* on; its code stays, consents in force stay.

    *position* and *department* are the town's own matter and make no new version. With a statutory *basis* it goes to
    everybody whose address is known, so the *ground* (act and article) is part of it. Raises Refused with the field in
    `where`: `name_missing`, `channel_missing`, `channel_unknown`, `ground_missing`.
    """
    said = {
        "name": name.strip(),
        "group": group.strip(),
        "basis": basis,
        "ground": ground.strip() if basis == Topic.Basis.STATUTE else "",
        "channels": [channel.value for channel in Channel if channel.value in channels],
        "is_active": is_active,
    }
    _check(said, channels)
    with transaction.atomic():
        locked = Topic.objects.select_for_update(of=("self",)).get(pk=topic.pk)
        changed = sorted(one for one, value in said.items() if getattr(locked, one) != value)
        own = {"position": position, "department": department.strip()}
        if not changed and all(getattr(locked, one) == value for one, value in own.items()):
            return locked
        for one, value in {**said, **own}.items():
            setattr(locked, one, value)
        locked.save()
        if changed:
            TopicVersion.objects.create(topic=locked, since=at, **said)
        told = {one: said[one] for one in changed}
        audit.record("change_topic", f"topic:{locked.code}", by=by, **own, **told)
    return locked


def _check(said: dict[str, object], channels: Collection[str]) -> None:
    for one, words in (("name", "Podaj nazwę."), ("group", "Podaj grupę, pod którą rodzaj stoi na wniosku.")):
        if not said[one]:
            raise Refused("name_missing", words, where=one)
    if strange := set(channels) - set(Channel.values):
        raise Refused("channel_unknown", f"Nie ma takiej drogi: {', '.join(sorted(strange))}.", where="channels")
    if not channels:
        raise Refused(
            "channel_missing",
            "Zaznacz choć jedną drogę.",
            where="channels",
            mend="Rodzaj, którego już nie ma, wycofaj z użycia.",
        )
    if said["basis"] == Topic.Basis.STATUTE and not said["ground"]:
        raise Refused(
            "ground_missing",
            "Bez zgody wolno wysyłać tylko to, co nakazuje przepis.",
            where="ground",
            mend="Podaj ustawę i artykuł.",
        )
