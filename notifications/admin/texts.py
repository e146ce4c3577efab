"""The texts as staff write them: preview on a phone and as an e-mail, size and price, a test to oneself, versions."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from consents.models import Topic
from core.admin import ReadOnlyAdmin
from core.errors import Refused
from notifications.channels import Channel
from notifications.forms import NewTextForm, TestPhoneForm, TextForm
from notifications.kinds import KINDS, name_of
from notifications.models import TextTemplate, TextVersion
from notifications.text_editing import add_text, edit_text, send_test
from notifications.text_preview import preview
from residents.access import account_of, actor_of

FRAGMENT = "admin/notifications/text_preview.html"
TESTABLE = {Channel.SMS.value, Channel.EMAIL.value}


@admin.register(TextTemplate)
class TextTemplateAdmin(ReadOnlyAdmin):
    """The texts: one page shows the newest version as it will look, and takes the next one."""

    list_display = ("title", "channel", "language", "detail", "topic_name", "newest")
    list_filter = ("channel", "language", "detail")
    ordering = ("kind", "channel", "language", "detail")
    list_per_page = 400  # all of them: one that is beyond a page is looked for in vain
    form = NewTextForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who writes texts may write one for another language or topic."""
        return bool(request.user.has_perm("notifications.change_texttemplate"))

    def save_model(self, request: HttpRequest, obj: TextTemplate, form: "ModelForm[Any]", change: object) -> None:
        """By the action, so that who made it is recorded."""
        add_text(obj, by=actor_of(request))

    def response_add(
        self, request: HttpRequest, obj: TextTemplate, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To its editor: a text without a version is not used yet."""
        return redirect("admin:notifications_texttemplate_change", obj.pk)

    @admin.display(description="wiadomość", ordering="kind")
    def title(self, template: TextTemplate) -> str:
        """The kind's name."""
        return name_of(template.kind)

    @admin.display(description="rodzaj powiadomień", ordering="topic_code")
    def topic_name(self, template: TextTemplate) -> str:
        """The topic in people's words."""
        return vars(template)["topic_name"] or template.topic_code or "–"

    @admin.display(description="wersja")
    def newest(self, template: TextTemplate) -> str:
        """The newest version's number and day."""
        number, at = getattr(template, "newest_number", None), getattr(template, "newest_at", None)
        return f"{number} z {timezone.localtime(at):%d.%m.%Y}" if at else "jeszcze nie napisano"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[TextTemplate]":
        """With the newest version of each."""
        found: QuerySet[TextTemplate] = super().get_queryset(request)
        found = found.annotate(topic_name=Subquery(Topic.objects.filter(code=OuterRef("topic_code")).values("name")))
        return found.annotate(newest_number=Max("versions__number"), newest_at=Max("versions__written_at"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Preview, count, try, and write a new version. `fragment` asks for the preview alone (static/js)."""
        template = TextTemplate.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if template is None or template.kind not in KINDS:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        start = _start(template, request.GET.get("wersja", ""))
        form = TextForm(request.POST or None, initial=start, channel=template.channel)
        phone = TestPhoneForm(request.POST if "test" in request.POST else None)
        is_ready = request.method == "POST" and form.is_valid()
        if is_ready and ("save" in request.POST or "test" in request.POST):
            if not request.user.has_perm("notifications.change_texttemplate"):
                raise PermissionDenied
            try:
                if _written(request, template, form, phone):
                    return redirect("admin:notifications_texttemplate_change", template.pk)
            except Refused as refusal:
                form.add_error("body", str(refusal))
        said = form.said() if form.is_bound and form.is_valid() else {**start, **request.POST.dict()}
        context = {"template": template, "preview": preview(template, said)}
        if "fragment" in request.POST:
            return render(request, FRAGMENT, context)
        return render(request, "admin/notifications/text.html", context | self._frame(request, template, form, phone))

    def _frame(
        self, request: HttpRequest, template: TextTemplate, form: TextForm, phone: TestPhoneForm
    ) -> dict[str, Any]:
        kind = KINDS[template.kind]
        return {
            **self.admin_site.each_context(request),
            "title": self.title(template),
            "topic": Topic.objects.filter(code=template.topic_code).first(),
            "form": form,
            "phone": phone if template.channel == Channel.SMS else None,
            "own_email": account_of(request).email,
            "is_testable": template.channel in TESTABLE,
            "may_write": bool(request.user.has_perm("notifications.change_texttemplate")),
            "facts": [(name, name in kind.private) for name in sorted(kind.facts)],
            "versions": template.versions.select_related("written_by").order_by("-number")[:20],
            "back": reverse("admin:notifications_texttemplate_changelist"),
        }


def _start(template: TextTemplate, number: str) -> dict[str, Any]:
    """The version to begin from: the one of that number, else the newest."""
    versions = template.versions.order_by("-number")
    chosen: TextVersion | None = versions.filter(number=number).first() if number.isdecimal() else None
    chosen = chosen or versions.first()
    if chosen is None:
        return {"is_transliterated": True}
    return {"subject": chosen.subject, "body": chosen.body, "is_transliterated": chosen.is_transliterated}


def _written(request: HttpRequest, template: TextTemplate, form: TextForm, phone: TestPhoneForm) -> bool:
    """Save the text, or send it to its writer; whether the page is done with. A test leaves the form as it is."""
    by = actor_of(request)
    if "save" in request.POST:
        edit_text(template, by=by, **form.said())
        messages.success(request, "Nowa wersja zapisana. Od teraz wysyłamy ją.")
        return True
    if template.channel == Channel.SMS and not phone.is_valid():
        return False
    to = phone.cleaned_data["phone"] if template.channel == Channel.SMS else account_of(request).email
    send_test(template, to=to, by=by, at=timezone.now(), **form.said())
    messages.success(request, "Próba wysłana. Przyjdzie w ciągu minuty.")
    return False
