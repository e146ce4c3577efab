"""The page of the private calendar link, and the feed that calendars read by it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.money import format_pln
from liabilities.calendar_feed import Term, calendar_text
from liabilities.calendar_links import find_link, follow_link, make_link, revoke_link
from liabilities.queries import open_dues
from residents.access import account_of, actor_of, for_payer
from residents.models import Payer


@require_http_methods(["GET", "POST"])
@for_payer(what="odnośnik do kalendarza")
def calendar(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Make a link, see it once, revoke it."""
    account, made = account_of(request), ""
    if request.method == "POST":
        if "revoke" in request.POST:
            if revoke_link(account, payer, by=actor_of(request)):
                messages.success(request, "Odnośnik już nie działa. Kalendarz przestanie pokazywać nowe terminy.")
            return redirect("liabilities:calendar")
        token = make_link(account, payer, by=actor_of(request), at=timezone.now())
        made = f"{settings.BASE_URL}{reverse('liabilities:calendar_feed', args=[token])}"
    context = {"payer": payer, "link": find_link(account, payer), "made": made}
    return render(request, "liabilities/calendar.html", context)


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The terms of open dues, for whoever holds a link that works; 404 for any other."""
    now = timezone.now()
    link = follow_link(secret, at=now)
    if link is None:
        raise Http404
    terms = [
        Term(
            key=f"rata-{due.instalment_id}",
            on=due.payable_by,
            title=f"{settings.TOWN['short_name']}: {due.title}, rata {due.number}",
            details=f"Do zapłaty: {format_pln(due.principal)}. Stan konta i płatność: {settings.BASE_URL}/naleznosci/",
            link=f"{settings.BASE_URL}{reverse('liabilities:due', args=[due.instalment_id])}",
        )
        for due in open_dues(link.payer_id, on=timezone.localdate())
    ]
    host = urlsplit(settings.BASE_URL).hostname or "spm"
    text = calendar_text(terms, name=f"{settings.TOWN['short_name']}: terminy płatności", host=host, at=now)
    headers = {
        "Content-Disposition": 'inline; filename="terminy.ics"',
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
