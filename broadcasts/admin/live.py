"""The live view of a warning: what it shows, and the same told again as it changes by server-sent events.

A stream is a thread of the web server, so each ends after a while and the browser comes again by itself (the format and
the coming again: HTML Living Standard, chapter «Server-sent events»). Without JavaScript the page fetches itself anew.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.http import StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from broadcasts.chart import chart_of
from broadcasts.following import cost_of, curves_of, estimated_end, progress_of
from broadcasts.models import Broadcast
from broadcasts.states import State
from notifications.routes import health

LOOKS, SECONDS_BETWEEN = 15, 2.0
FRAGMENT = "admin/broadcasts/progress.html"


def live_facts(broadcast: Broadcast, *, at: datetime) -> dict[str, object]:
    """Counts, curves, the end to be expected, gateways and cost, *at* a moment."""
    progress = progress_of(broadcast)
    end = estimated_end(broadcast, progress, at=at) if broadcast.life == State.SENDING else None
    return {
        "broadcast": broadcast,
        "progress": progress,
        "charts": [chart_of(channel, minutes) for channel, minutes in curves_of(broadcast).items()],
        "end": end,
        "minutes_left": max(1, -((at - end) // timedelta(minutes=1))) if end else None,
        "gateways": health(settings.MESSAGE_GATEWAYS, at=at),
        "cost": cost_of(broadcast),
    }


def stream(broadcast: Broadcast) -> StreamingHttpResponse:
    """The live view as a stream of events."""
    answer = StreamingHttpResponse(events_of(broadcast.pk), content_type="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"  # nginx would keep events back until its buffer is full
    return answer


def events_of(
    pk: int, *, clock: Callable[[], datetime] = timezone.now, pause: Callable[[float], None] = time.sleep
) -> Iterator[str]:
    """«progress» with the page's part as HTML whenever it has changed, «over» when the warning goes no more."""
    yield "retry: 1000\n\n"
    told = ""
    for look in range(LOOKS):
        if look:
            pause(SECONDS_BETWEEN)
        broadcast = Broadcast.objects.select_related("hazard").get(pk=pk)
        if broadcast.life != State.SENDING:
            yield "event: over\ndata: 1\n\n"
            return
        now = render_to_string(FRAGMENT, live_facts(broadcast, at=clock()))
        yield _event("progress", now) if now != told else ": nothing new\n\n"
        told = now


def _event(name: str, text: str) -> str:
    lines = "".join(f"data: {line}\n" for line in text.splitlines() if line.strip())
    return f"event: {name}\n{lines}\n"
