"""Unsubscribing from e-mails of one kind: a button for people, a POST for their mail programs (RFC 8058)."""

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from consents.models import Topic
from core.actor import Actor
from notifications.tasks import send_letters
from notifications.unsubscribe import read_token
from notifications.withdrawals import unsubscribe
from residents.access import address_of

logger = logging.getLogger("spm.unsubscribe")


@csrf_exempt  # a mail program posts here with neither cookie nor form; the token is the proof
@require_http_methods(["GET", "POST"])
def unsubscribe_view(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and changes nothing: mail scanners follow links. POST takes the consent back, at once."""
    said = read_token(token)
    topic = Topic.objects.filter(code=said[1]).first() if said else None
    if said is None or topic is None:
        raise Http404
    if request.method == "POST":
        by = Actor(name="odnośnik z e-maila", payer_id=said[0], address=address_of(request))
        unsubscribe(said[0], topic, by=by, at=timezone.now())
        try:
            send_letters.delay()
        except OperationalError:
            logger.warning("Redis is away: the answer waits for the timetable")
    context = {"topic": topic, "is_done": request.method == "POST"}
    return render(request, "notifications/unsubscribe.html", context)
