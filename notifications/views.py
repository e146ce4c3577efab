"""The inbox: every message that was sent to the payer."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from notifications.kinds import KINDS
from notifications.queries import inbox
from residents.access import for_payer
from residents.models import Payer

PAGE = 20


@require_GET
@for_payer(what="skrzynka wiadomości")
def my_messages(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Every message to the payer, the newest first, with its state."""
    page = Paginator(inbox(payer.pk), PAGE).get_page(request.GET.get("strona"))
    titles = {code: kind.name for code, kind in KINDS.items()}
    rows = [(message, titles.get(message.kind, "Wiadomość")) for message in page.object_list]
    return render(request, "notifications/inbox.html", {"page": page, "rows": rows})


@require_GET
@for_payer(what="wiadomość")
def message_detail(request: HttpRequest, payer: Payer, message_id: int) -> HttpResponse:
    """One message as it was sent."""
    message = inbox(payer.pk).filter(pk=message_id).first()
    if message is None:
        raise Http404
    title = KINDS[message.kind].name if message.kind in KINDS else "Wiadomość"
    return render(request, "notifications/message.html", {"message": message, "title": title})
