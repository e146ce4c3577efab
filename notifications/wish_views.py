"""The page on which a resident chooses how to be told."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from consents.models import Topic
from consents.queries import consents_in_force
from notifications.channels import Channel
from notifications.languages import POLISH
from notifications.push import push_topics, topics_on_offer
from notifications.wish_form import WishForm
from notifications.wishes import set_wishes, topic_wishes, wishes_of
from residents.access import actor_of, for_payer
from residents.models import Payer


@require_http_methods(["GET", "POST"])
@for_payer(what="wybór sposobu powiadamiania", to_decide=True)
def my_wishes(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Language and fullness of every message; the way and the hour of each kind that was consented to."""
    wish = wishes_of([payer.pk]).get(payer.pk)
    start = {"language": wish.language if wish else POLISH, "is_fuller": bool(wish and wish.is_fuller)}
    form = WishForm(
        request.POST if request.method == "POST" else None,
        initial=start,
        topics=_topics(payer),
        known=topic_wishes(payer.pk),
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        set_wishes(
            payer.pk,
            language=said["language"],
            is_fuller=said["is_fuller"],
            by_topic=form.by_topic(),
            by=actor_of(request),
            at=timezone.now(),
        )
        messages.success(request, "Zapisane. Tak będziemy powiadamiać.")
        return redirect("notifications:wishes")
    return render(request, "notifications/wishes.html", {"form": form})


def _topics(payer: Payer) -> list[tuple[Topic, list[str]]]:
    """The kinds that the payer consented to, each with its ways, in the order of the application."""
    ways: dict[Topic, list[str]] = {}
    for consent in consents_in_force(payer.pk, at=timezone.now()):
        ways.setdefault(consent.topic, []).append(consent.channel)
    chosen = push_topics(payer.pk)
    for topic in topics_on_offer():
        if topic.code in chosen:
            ways.setdefault(topic, []).append(Channel.PUSH.value)
    return list(ways.items())
