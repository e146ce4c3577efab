"""What a paper must say to be registered: its dates, contacts and ticks, checked against each other.

Each check gives every fault at once, so that a clerk mends a paper in one go; the action raises the first.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from consents.models import Channel, Topic
from consents.replacement import Choice
from core.errors import Refused
from core.phones import parse_mobile, parse_phone

WAYS = (("phone", "telefonu", (Channel.SMS, Channel.VOICE)), ("email", "adresu e-mail", (Channel.EMAIL,)))


def read_phone(phone: str, choices: Collection[Choice]) -> str:
    """The number as E.164, '' for none; where SMS is ticked it must be a mobile one.

    Raises Refused `phone_unreadable`, `phone_unknown`, `not_mobile` with the field in `where`.
    """
    if not phone.strip():
        return ""
    wants_sms = any(choice.channel == Channel.SMS for choice in choices)
    try:
        return parse_mobile(phone) if wants_sms else parse_phone(phone)
    except Refused as refusal:
        raise Refused(refusal.code, refusal.message, where="phone", mend=refusal.mend) from refusal


def date_faults(*, signed_on: date, received_on: date, on: date) -> Iterator[Refused]:
    """What is wrong with the dates, as seen *on* a day: `in_future`, `signed_after_received`."""
    mend = "Sprawdź rok, miesiąc i dzień."
    if signed_on > on:
        yield Refused("in_future", "Data podpisu jest w przyszłości.", where="signed_on", mend=mend)
    if received_on > on:
        yield Refused("in_future", "Data wpływu jest w przyszłości.", where="received_on", mend=mend)
    elif on >= signed_on > received_on:
        yield Refused(
            "signed_after_received",
            "Data podpisu jest późniejsza niż data wpływu.",
            where="signed_on",
            mend="Sprawdź obie daty.",
        )


def tick_faults(choices: Collection[Choice], *, topics: Mapping[str, Topic]) -> Iterator[Refused]:
    """What is wrong with the ticks, *topics* being those in use by code.

    `topic_unknown`, `channel_unknown`, `channel_not_offered`.
    """
    if unknown := {choice.topic for choice in choices} - set(topics):
        yield Refused("topic_unknown", f"Nieznany rodzaj powiadomień: {', '.join(sorted(unknown))}.", where="choices")
    if {choice.channel for choice in choices} - set(Channel.values):
        yield Refused("channel_unknown", "Nieznana droga powiadomień.", where="choices")
    for choice in sorted(choices):
        topic = topics.get(choice.topic)
        if topic and choice.channel in Channel.values and choice.channel not in topic.channels:
            yield Refused(
                "channel_not_offered",
                f"Tego rodzaju nie wysyłamy drogą: {Channel(choice.channel).label} ({topic.name}).",
                where="choices",
            )


def address_faults(choices: Collection[Choice], *, phone: str, email: str) -> Iterator[Refused]:
    """The ways that are ticked without an address to go to: `address_missing`, once a field."""
    ticked = {choice.channel for choice in choices}
    for field, needs, ways in WAYS:
        blind = [str(way.label) for way in ways if way in ticked]
        if blind and not (email if field == "email" else phone).strip():
            yield Refused(
                "address_missing",
                f"Zaznaczono {' i '.join(blind)}, a na wniosku nie ma {needs}.",
                where=field,
                mend="Uzupełnij dane albo odznacz tę drogę.",
            )
