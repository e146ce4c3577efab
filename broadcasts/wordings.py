"""A warning's words out of its row: what each channel tells, and what is wrong with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from broadcasts.composed import LANGUAGES, Words, every_language, long_text, sms_text, spoken, title
from broadcasts.models import AreaKind, Broadcast, District
from broadcasts.models.broadcast import Kind
from broadcasts.wording import WordingFault, area_faults, wording_faults
from consents.models import Channel
from core.dates import WARSAW

MOST_NAMED = 8
USUALLY_OVER = timedelta(days=30)


def words_of(broadcast: Broadcast) -> Words:
    """What was written."""
    hazard = broadcast.hazard
    until = f"{broadcast.until.astimezone(WARSAW):%d.%m.%Y, %H:%M}"
    return Words(
        kind=broadcast.kind,
        is_rehearsal=broadcast.is_rehearsal,
        hazard={"pl": hazard.name.lower(), "en": hazard.name_en.lower(), "uk": hazard.name_uk.lower()},
        sms={"pl": broadcast.sms, "en": broadcast.sms_en, "uk": broadcast.sms_uk},
        advice={"pl": broadcast.advice, "en": broadcast.advice_en, "uk": broadcast.advice_uk},
        until={"pl": f"Do: {until}.", "en": f"Until: {until}.", "uk": f"До: {until}."},
        town=settings.TOWN["short_name"],
    )


def facts_of(broadcast: Broadcast) -> dict[str, dict[str, str]]:
    """The facts of its messages by channel, '' for those that are not named."""
    words = words_of(broadcast)
    suffixes = {"pl": "", "en": "_en", "uk": "_uk"}

    def told(of: "object") -> dict[str, str]:
        texts = {f"text{suffixes[one]}": of(words, one) for one in LANGUAGES}  # type: ignore[operator]
        return texts | {f"title{suffixes[one]}": title(words, one) for one in LANGUAGES}

    mail = told(long_text)
    mail["text"] = every_language(words)
    return {"": told(sms_text), Channel.EMAIL.value: mail, Channel.VOICE.value: told(spoken)}


def places_of(broadcast: Broadcast) -> list[str]:
    """Names of which one must stand in the text: the town, and the parts that are warned."""
    return [settings.TOWN["short_name"], *broadcast.districts, *broadcast.streets, *broadcast.drawn_streets]


def area_words(broadcast: Broadcast) -> str:
    """The area for pages, feeds and CAP."""
    if broadcast.area_kind == AreaKind.WHOLE:
        return str(settings.TOWN["name"])
    codes = ", ".join(broadcast.postal_codes)
    drawn = [f"obszar na mapie ({named_streets(broadcast.drawn_streets)})"] if broadcast.shape else []
    named = [*broadcast.districts, *broadcast.streets, *([f"kody {codes}"] if codes else []), *drawn]
    return f"{settings.TOWN['name']}: {', '.join(named)}"


def named_streets(streets: Sequence[str]) -> str:
    """The *streets* in a shape, in words: the first few, and how many more."""
    more = f" i jeszcze {len(streets) - MOST_NAMED}" if len(streets) > MOST_NAMED else ""
    return f"ulice: {', '.join(streets[:MOST_NAMED])}{more}" if streets else "bez ulic"


def faults_of(broadcast: Broadcast, *, at: datetime) -> list[WordingFault]:
    """What is wrong with the warning as it stands; grave faults stop it."""
    text = sms_text(words_of(broadcast), "pl") if broadcast.sms.strip() else ""
    found = wording_faults(text, places=places_of(broadcast), sender=str(settings.SMSAPI["sender"]))
    if broadcast.until <= at:
        found.append(WordingFault("over", "Czas „obowiązuje do” już minął. Podaj późniejszy.", is_grave=True))
    elif broadcast.until - at > USUALLY_OVER:
        words = f"Ostrzeżenie ma obowiązywać dłużej niż {USUALLY_OVER.days} dni. Sprawdź datę „obowiązuje do”."
        found.append(WordingFault("lasts_long", words))
    if broadcast.area_kind == AreaKind.PARTS:
        if text and broadcast.kind in {Kind.WARNING, Kind.CORRECTION}:
            told = [text, broadcast.sms_en, broadcast.sms_uk]
            found += area_faults(told, parts=[*broadcast.districts, *broadcast.streets])
        if not (broadcast.districts or broadcast.streets or broadcast.postal_codes or broadcast.shape):
            words = "Wskaż dzielnicę, ulicę, kod pocztowy albo kształt na mapie."
            found.append(WordingFault("no_area", words, is_grave=True))
        if broadcast.shape and not broadcast.drawn_streets:
            words = "W kształcie na mapie nie ma żadnego adresu. Sprawdź jego punkty."
            found.append(WordingFault("empty_shape", words, is_grave=True))
        unknown = set(broadcast.districts) - set(
            District.objects.filter(name__in=broadcast.districts).values_list("name", flat=True)
        )
        if unknown:
            words = f"Nie ma już dzielnicy: {', '.join(sorted(unknown))}."
            found.append(WordingFault("unknown_district", words, is_grave=True))
    return found
