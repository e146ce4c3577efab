"""The resident's page of browsers: which show notices, and of what. Adding one needs script, all else does not."""

import json
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Refused
from notifications.models import PushSubscription
from notifications.push import (
    choose_topics,
    is_offered,
    public_key,
    push_topics,
    subscribe_browser,
    topics_on_offer,
    unsubscribe_browser,
)
from residents.access import actor_of, for_payer
from residents.models import Payer

LOOK = "powiadomienia w przeglądarce"
LONGEST = 10_000
COOKIE_LIVES = timedelta(days=400)  # browsers keep none for longer
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


@require_http_methods(["GET", "POST"])
@for_payer(what=LOOK, to_decide=True)
def my_browsers(request: HttpRequest, payer: Payer) -> HttpResponse:
    """The browsers and the boxes; POST stores the boxes."""
    if request.method == "POST":
        try:
            choose_topics(payer.pk, topics=request.POST.getlist("topics"), by=actor_of(request), at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Zapisane.")
        return redirect("notifications:browsers")
    chosen = push_topics(payer.pk)
    context = {
        "is_offered": is_offered(),
        "key": public_key() if is_offered() else "",
        "browsers": PushSubscription.objects.filter(payer=payer).order_by("pk"),
        "topics": [(topic, topic.code in chosen) for topic in topics_on_offer()],
    }
    return render(request, "notifications/browsers.html", context)


@require_POST
@for_payer(what=LOOK, to_decide=True)
def add_browser(request: HttpRequest, payer: Payer) -> HttpResponse:
    """What the script sends: the subscription as the browser tells it, and the boxes. Answers JSON."""
    try:
        said = json.loads(request.body[:LONGEST])
        given, keys = said["subscription"], said["subscription"]["keys"]
        told = {"endpoint": str(given["endpoint"]), "p256dh": str(keys["p256dh"]), "auth": str(keys["auth"])}
        topics = [str(one) for one in said["topics"]]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"message": "Nie udało się odczytać danych przeglądarki."}, status=400)
    if not is_offered():
        return JsonResponse({"message": "Urząd nie wysyła powiadomień do przeglądarek."}, status=400)
    if not topics:
        return JsonResponse({"message": "Zaznacz najpierw, o czym mamy powiadamiać."}, status=400)
    browser = browser_name(request.headers.get("User-Agent", ""))
    try:
        subscribe_browser(payer.pk, **told, browser=browser, topics=topics, by=actor_of(request), at=timezone.now())
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=400)
    messages.success(request, "Gotowe. Ta przeglądarka pokaże powiadomienia.")
    answer = JsonResponse({}, status=201)
    # By it signing out spares what shows notices (spm/headers.py); it says nothing of anybody.
    answer.set_cookie(
        settings.PUSH_COOKIE_NAME,
        "1",
        max_age=COOKIE_LIVES,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


@require_POST
@for_payer(what=LOOK, to_decide=True)
def remove_browser(request: HttpRequest, payer: Payer, subscription_id: int) -> HttpResponse:
    """Take a browser away; one that is not there needs nothing more."""
    if unsubscribe_browser(payer.pk, subscription_id, by=actor_of(request)):
        messages.success(request, "Ta przeglądarka nie pokaże już powiadomień.")
    return redirect("notifications:browsers")


@require_GET
@cache_control(max_age=0)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows notices while no page is open; at the root, so that it may serve every page."""
    return render(request, "notifications/service_worker.js", content_type="text/javascript; charset=utf-8")


def browser_name(agent: str) -> str:
    """«Firefox, Android»: enough to tell one's own browsers apart."""
    program = next((name for mark, name in BROWSERS.items() if mark in agent), "przeglądarka")
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    return f"{program}, {system}" if system else program
