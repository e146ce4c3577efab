"""The town's warnings for everybody: pages, RSS, Atom, CAP."""

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed
from django.views.decorators.http import require_safe

from broadcasts.cap_writing import write_cap
from broadcasts.composed import LANGUAGES, OWN_NAMES, long_text, title
from broadcasts.models import Broadcast
from broadcasts.publishing import address_of_warning, cap_of, in_force, public, recent
from broadcasts.wordings import area_words, words_of


@require_safe
def warnings_page(request: HttpRequest) -> HttpResponse:
    """What holds now, and what was told in the last thirty days."""
    at = timezone.now()
    current = list(in_force(at=at))
    known = {one.pk for one in current}
    context = {
        "current": [(one, title(words_of(one), "pl")) for one in current],
        "earlier": [(one, title(words_of(one), "pl")) for one in recent(at=at) if one.pk not in known],
    }
    return render(request, "broadcasts/warnings.html", context)


@require_safe
def warning_page(request: HttpRequest, number: str) -> HttpResponse:
    """One warning, in every language that it was written in."""
    broadcast = get_object_or_404(public(), number=number)
    words = words_of(broadcast)
    written = [one for one in LANGUAGES if one == "pl" or words.sms[one].strip()]
    context = {
        "warning": broadcast,
        "heading": title(words, "pl"),
        "texts": [(one, OWN_NAMES[one], long_text(words, one)) for one in written],
        "area": area_words(broadcast),
        "holds": broadcast.ended_at is None and broadcast.until > timezone.now(),
    }
    return render(request, "broadcasts/warning.html", context)


@require_safe
def cap(request: HttpRequest, number: str) -> HttpResponse:
    """One warning as a CAP 1.2 message."""
    broadcast = get_object_or_404(public(), number=number)
    return HttpResponse(write_cap(cap_of(broadcast)), content_type="application/cap+xml; charset=utf-8")


@require_safe
def rss(request: HttpRequest) -> HttpResponse:
    """The warnings as RSS 2.0."""
    return _fed(Rss201rev2Feed, "broadcasts:rss")


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """The warnings as Atom, each with its CAP message."""
    return _fed(Atom1Feed, "broadcasts:atom")


def _fed(kind: type[Atom1Feed] | type[Rss201rev2Feed], name: str) -> HttpResponse:
    feed = kind(
        title=f"Ostrzeżenia: {settings.TOWN['name']}",
        link=f"{settings.BASE_URL}{reverse('broadcasts:warnings')}",
        description=f"Ostrzeżenia kryzysowe: {settings.TOWN['name']}.",
        language="pl",
        feed_url=f"{settings.BASE_URL}{reverse(name)}",
    )
    for broadcast in _told(recent(at=timezone.now())):
        words = words_of(broadcast)
        document = f"{settings.BASE_URL}{reverse('broadcasts:cap', args=[broadcast.number])}"
        size = str(len(write_cap(cap_of(broadcast))))
        feed.add_item(
            title=title(words, "pl"),
            link=address_of_warning(broadcast),
            description=long_text(words, "pl"),
            unique_id=f"urn:uuid:{broadcast.number}",
            pubdate=broadcast.started_at,
            updateddate=broadcast.ended_at or broadcast.started_at,
            enclosures=[Enclosure(document, size, "application/cap+xml")],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=kind.content_type)


def _told(broadcasts: Iterable[Broadcast]) -> list[Broadcast]:
    return list(broadcasts)[:100]
