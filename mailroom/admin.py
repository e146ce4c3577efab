"""«Poczta»: the clerks' queue of e-mails, and the page on which one is dealt with."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from core.admin import NamedLists, ReadOnlyAdmin
from core.documents.serving import document_response, original_response, page_response, saved_file
from core.errors import Refused
from mailroom.actions import (
    answer_mail,
    close_registered,
    mark_no_application,
    move_to_list,
    put_mail_aside,
    record_mail_look,
    reopen_mail,
)
from mailroom.deciding import hand_to_desk, note_registered, shown_attachments
from mailroom.forms import AnswerForm, AsideForm
from mailroom.models import DECIDED, IncomingMail, MailAttachment, MailState, Sort
from mailroom.queries import mailbox_trouble, waiting_in_lists
from mailroom.ready_answers import ANSWERS, answer_subject, ready_body
from residents.access import actor_of

LISTS: dict[str | None, str] = {
    None: "do załatwienia",
    "spam": "spam",
    "automatyczne": "odpowiedzi automatyczne",
    "zalatwione": "załatwione",
    "wszystkie": "wszystkie",
}
Page = HttpResponse | None


class ListFilter(NamedLists):
    """The queue unless another list is asked for."""

    lists = LISTS

    def queryset(self, request: HttpRequest, queryset: "QuerySet[IncomingMail]") -> "QuerySet[IncomingMail]":
        """The messages of the list."""
        if self.value() == "wszystkie":
            return queryset
        if self.value() == "zalatwione":
            return queryset.filter(state__in=DECIDED)
        undone = queryset.exclude(state__in=DECIDED)
        sort = {"spam": Sort.SPAM, "automatyczne": Sort.AUTOMATIC}.get(self.value() or "", Sort.LETTER)
        return undone.filter(sort=sort)


@admin.register(IncomingMail)
class IncomingMailAdmin(ReadOnlyAdmin):
    """The lists; one page deals with one message."""

    list_display = ("told_subject", "told_sender", "received_at", "files", "told_state", "problem")
    list_display_links = ("told_subject",)
    list_filter = (ListFilter,)
    ordering = ("received_at", "pk")
    list_before_template = "admin/mailroom/lists.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[IncomingMail]":
        """With the number of attachments."""
        found: QuerySet[IncomingMail] = super().get_queryset(request)
        return found.defer("text").annotate(attached=Count("attachments"))

    @admin.display(description="temat")
    def told_subject(self, mail: IncomingMail) -> str:
        """The subject, or that there is none."""
        return mail.subject or "(bez tematu)"

    @admin.display(description="nadawca")
    def told_sender(self, mail: IncomingMail) -> str:
        """The name, else the address."""
        return mail.sender_name or mail.sender or "–"

    @admin.display(description="stan", ordering="state")
    def told_state(self, mail: IncomingMail) -> str:
        """The state; of what was set apart also where."""
        state = mail.get_state_display()
        return state if mail.sort == Sort.LETTER else f"{state} ({mail.get_sort_display()})"

    @admin.display(description="załączniki", ordering="attached")
    def files(self, mail: Any) -> int:
        """How many."""
        return int(mail.attached)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, told when the mailbox cannot be read; what was registered meanwhile is gone from the queue."""
        note_registered(at=timezone.now())
        if request.method == "GET" and (trouble := mailbox_trouble(timezone.now())):
            since = timezone.localtime(trouble[0])
            messages.warning(request, f"Skrzynki nie można odczytać od {since:%d.%m.%Y, %H:%M}: {trouble[1]}.")
        lists = {**(extra_context or {}), "mail_lists": _lists(request.GET.get("lista"))}
        answer: HttpResponse = super().changelist_view(request, lists)
        return answer

    def get_urls(self) -> list[URLPattern]:
        """Attachments and the original, served by hand."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/oryginal/", view(self.raw_view), name="mailroom_mail_raw"),
            path("<int:pk>/<int:place>/", view(self.document_view), name="mailroom_mail_document"),
            path("<int:pk>/<int:place>/oryginal/", view(self.original_view), name="mailroom_mail_original"),
            path("<int:pk>/<int:place>/strona/<int:page>/", view(self.page_view), name="mailroom_mail_page"),
            *super().get_urls(),
        ]

    def _mail(self, request: HttpRequest, pk: object, *, what: str) -> IncomingMail:
        """The message, the look at it recorded. Raises Http404, PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        mail: IncomingMail = self.row_or_404(request, pk)
        if request.method == "GET":
            record_mail_look(mail, what=what, by=actor_of(request))
        return mail

    def _attachment(self, request: HttpRequest, pk: int, place: int, *, what: str) -> MailAttachment:
        mail = self._mail(request, pk, what=what)
        found = mail.attachments.filter(position=place).select_related("document").first()
        if found is None:
            raise Http404
        return found

    def document_view(self, request: HttpRequest, pk: int, place: int) -> HttpResponseBase:
        """An attachment as it is safe to show."""
        found = self._attachment(request, pk, place, what=f"załącznik {place}")
        return document_response(found.document, name=f"poczta-{pk}-{place}")

    def original_view(self, request: HttpRequest, pk: int, place: int) -> HttpResponseBase:
        """A signed attachment byte for byte, to be saved."""
        found = self._attachment(request, pk, place, what=f"oryginał załącznika {place}")
        return original_response(found.document, name=f"poczta-{pk}-{place}")

    def page_view(self, request: HttpRequest, pk: int, place: int, page: int) -> HttpResponseBase:
        """One page of an attachment as a picture: a part of the message's page, which is recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = MailAttachment.objects.filter(mail_id=pk, position=place).select_related("document").first()
        if found is None:
            raise Http404
        return page_response(found.document, page, name=f"poczta-{pk}-{place}")

    def raw_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The message byte for byte, to be saved: for what could not be read, and as evidence."""
        mail = self._mail(request, pk, what="oryginał wiadomości")
        return saved_file(mail.raw.content, file_name=f"poczta-{pk}.eml")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What came, and what may be done about it."""
        note_registered(at=timezone.now())
        mail = self._mail(request, object_id, what="wiadomość")
        may_decide = bool(request.user.has_perm("mailroom.change_incomingmail"))
        pressed = request.POST if request.method == "POST" else None
        answer = AnswerForm(pressed if pressed and "answer" in pressed else None, initial=_offered(request, mail))
        aside = AsideForm(pressed if pressed and "aside" in pressed else None)
        if pressed is not None:
            if not may_decide:
                raise PermissionDenied
            if done := self._post(request, mail, answer, aside):
                return done
        attachments = shown_attachments(mail)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Wiadomość nr {mail.pk}",
            "mail": mail,
            "attachments": attachments,
            "has_application": any(one.application_id for one in attachments),
            "answers": mail.answers.all(),
            "answer_form": answer,
            "aside_form": aside,
            "ready": ANSWERS,
            "chosen": request.GET.get("tekst", ""),
            "is_open": may_decide and mail.state in {MailState.WAITING, MailState.UNREADABLE},
            "is_decided": mail.state in DECIDED,
            "may_reopen": may_decide and mail.state in DECIDED and mail.state != MailState.REGISTERED,
            "may_register": may_decide and request.user.has_perm("consents.add_consentapplication"),
            "may_answer": bool(mail.sender) and mail.sort != Sort.AUTOMATIC,
            "back": reverse("admin:mailroom_incomingmail_changelist"),
        }
        return render(request, "admin/mailroom/mail.html", context)

    def _post(self, request: HttpRequest, mail: IncomingMail, answer: AnswerForm, aside: AsideForm) -> Page:
        """Do what the pressed button says; None to show the page again with its errors."""
        if place := request.POST.get("register"):
            return self._register(request, mail, place)
        form = answer if "answer" in request.POST else aside if "aside" in request.POST else None
        if form is not None and not form.is_valid():
            return None
        try:
            done = _done(request, mail, {} if form is None else form.cleaned_data)
        except Refused as refusal:
            if form is not None and refusal.where in form.fields:
                form.add_error(refusal.where, str(refusal))
                return None
            messages.warning(request, str(refusal))
            return redirect("admin:mailroom_incomingmail_change", mail.pk)
        messages.success(request, f"Wiadomość nr {mail.pk}. {done}")
        if {"reopen", "sort"} & set(request.POST):
            return redirect("admin:mailroom_incomingmail_change", mail.pk)
        return redirect("admin:mailroom_incomingmail_changelist")

    def _register(self, request: HttpRequest, mail: IncomingMail, place: str) -> HttpResponse:
        """Open the registration of an application with an attachment beside it."""
        attachment = mail.attachments.filter(position=int(place)).first() if place.isdecimal() else None
        if attachment is None:
            raise Http404
        try:
            scan = hand_to_desk(attachment, by=actor_of(request), at=timezone.now())
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("admin:mailroom_incomingmail_change", mail.pk)
        return redirect(f"{reverse('admin:consents_consentapplication_add')}?scan={scan.pk}")


def _lists(asked: str | None) -> list[dict[str, object]]:
    """The lists as links; how many wait in the three that somebody should look through."""
    page = reverse("admin:mailroom_incomingmail_changelist")
    waiting = {None: Sort.LETTER, "spam": Sort.SPAM, "automatyczne": Sort.AUTOMATIC}
    counts = waiting_in_lists()
    return [
        {
            "label": label,
            "url": f"{page}?lista={key}" if key else page,
            "is_shown": key == (asked if asked in LISTS else None),
            "waiting": counts[waiting[key]] if key in waiting else None,
        }
        for key, label in LISTS.items()
    ]


def _done(request: HttpRequest, mail: IncomingMail, said: dict[str, Any]) -> str:
    """Do it; what was done, in words. Raises Refused."""
    by, at = actor_of(request), timezone.now()
    if "answer" in request.POST:
        answer_mail(mail, subject=said["subject"], body=said["body"], by=by, at=at)
        return "Odpowiedź zostanie wysłana za chwilę."
    if "aside" in request.POST:
        put_mail_aside(mail, reason=said["reason"], by=by, at=at)
        return "Odłożona."
    if "registered" in request.POST:
        close_registered(mail, by=by, at=at)
        return "Załatwiona: wnioski są zarejestrowane."
    if "no_application" in request.POST:
        mark_no_application(mail, by=by, at=at)
        return "Oznaczona: to nie wniosek."
    if "reopen" in request.POST:
        reopen_mail(mail, by=by, at=at)
        return "Wróciła do kolejki."
    sort = Sort.SPAM if request.POST.get("sort") == Sort.SPAM else Sort.LETTER
    move_to_list(mail, sort=sort, by=by)
    return "Jest teraz na liście spamu." if sort == Sort.SPAM else "Jest teraz w kolejce."


def _offered(request: HttpRequest, mail: IncomingMail) -> dict[str, str]:
    """The ready text that the clerk chose, as the form is offered."""
    chosen = next((one for one in ANSWERS if one.code == request.GET.get("tekst")), None)
    body = ready_body(chosen, town=settings.TOWN["name"], portal=settings.BASE_URL) if chosen else ""
    return {"subject": answer_subject(mail.subject)[:150], "body": body}
