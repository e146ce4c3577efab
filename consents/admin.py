"""The clerks' registration of applications, and the consents that follow."""

import mimetypes
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from consents.actions import accept_application, change_draft, register_application, reject_application
from consents.forms import ApplicationForm, RejectForm
from consents.models import ApplicationState, Consent, ConsentApplication, Topic
from core.admin import ReadOnlyAdmin
from core.encryption import fingerprint
from core.errors import Refused
from residents.access import actor_of, staff_looked
from residents.identity import mask_number, read_identity

SAFE_TYPES = {"application/pdf", "image/jpeg", "image/png"}


@admin.register(ConsentApplication)
class ConsentApplicationAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold carries no types
    """The queue of applications; one page registers, accepts or rejects one."""

    list_display = ("pk", "name", "masked_number", "signed_on", "received_on", "arrived_by", "state")
    list_display_links = ("pk", "name")
    list_filter = ("state", "arrived_by")
    search_fields = ("name",)
    search_help_text = "Nazwisko albo cały PESEL, NIP lub REGON"
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-received_on", "-pk")

    @admin.display(description="numer")
    def masked_number(self, application: ConsentApplication) -> str:
        """The number, all but its last three digits hidden."""
        return mask_number(application.identity_number)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[ConsentApplication]", search_term: str
    ) -> tuple["QuerySet[ConsentApplication]", bool]:
        """A whole number is looked up in the keyed index, anything else in the names."""
        try:
            number = read_identity(search_term, on=timezone.localdate())
        except Refused:
            found: tuple[QuerySet[ConsentApplication], bool] = super().get_search_results(
                request, queryset, search_term
            )
            return found
        return queryset.filter(identity_fingerprint=fingerprint(number.value)), False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Evidence is never deleted."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """The scan, served by hand."""
        scan = path("<int:pk>/skan/", self.admin_site.admin_view(self.scan_view), name="consents_application_scan")
        return [scan, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Register a paper."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._page(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Check a draft, or look at a decided application."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        application = ConsentApplication.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        if application is None:
            raise Http404
        if request.method == "GET":
            staff_looked(request, application.payer, what="wniosek o powiadomienia")
        return self._page(request, application)

    def _page(self, request: HttpRequest, application: ConsentApplication | None) -> HttpResponse:
        form = ApplicationForm(request.POST or None, request.FILES or None, instance=application)
        reject = RejectForm(request.POST if "reject" in request.POST else None)
        is_open = application is None or application.state == ApplicationState.DRAFT
        if request.method == "POST" and is_open:
            if not self.has_change_permission(request):
                raise PermissionDenied
            done = self._post(request, form, reject)
            if done is not None:
                return done
        context = {
            **self.admin_site.each_context(request),
            "title": "Nowy wniosek" if application is None else f"Wniosek nr {application.pk}",
            "application": application,
            "form": form,
            "reject_form": reject,
            "is_open": is_open,
            "back": reverse("admin:consents_consentapplication_changelist"),
        }
        return render(request, "admin/consents/application.html", context)

    def _post(self, request: HttpRequest, form: ApplicationForm, reject: RejectForm) -> HttpResponse | None:
        """Do what the pressed button says; None to show the form again with its errors."""
        if "reject" in request.POST:
            if form.instance.pk and reject.is_valid():
                fresh = ConsentApplication.objects.get(pk=form.instance.pk)
                reject_application(fresh, reason=reject.cleaned_data["reason"], by=actor_of(request), at=timezone.now())
                messages.success(request, f"Wniosek nr {fresh.pk} odrzucony.")
                return redirect("admin:consents_consentapplication_changelist")
            return None
        if not form.is_valid():
            return None
        try:
            application = self._saved(request, form)
            if "accept" in request.POST:
                accept_application(application, by=actor_of(request), at=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.where if refusal.where in form.fields else None, str(refusal))
            return None
        verb = "przyjęty, zgody obowiązują" if "accept" in request.POST else "zapisany do sprawdzenia"
        messages.success(request, f"Wniosek nr {application.pk} {verb}.")
        if "next" in request.POST:
            return redirect("admin:consents_consentapplication_add")
        return redirect("admin:consents_consentapplication_change", application.pk)

    def _saved(self, request: HttpRequest, form: ApplicationForm) -> ConsentApplication:
        data = form.cleaned_data
        said = {name: data[name] for name in ("name", "phone", "email", "signed_on", "arrived_by", "received_on")}
        if form.instance.pk:
            fresh = ConsentApplication.objects.get(pk=form.instance.pk)
            return change_draft(fresh, choices=form.ticked(), by=actor_of(request), **said)
        return register_application(
            number=data["number"],
            choices=form.ticked(),
            scan=data.get("scan") or None,
            by=actor_of(request),
            at=timezone.now(),
            **said,
        )

    def scan_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The scan, to staff who may see applications, under a safe type and name."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        application = ConsentApplication.objects.filter(pk=pk).select_related("payer").first()
        if application is None or not application.scan:
            raise Http404
        staff_looked(request, application.payer, what="skan wniosku")
        kind = mimetypes.guess_type(str(application.scan.name))[0]
        safe = kind if kind in SAFE_TYPES else "application/octet-stream"
        name = f"wniosek-{application.pk}{mimetypes.guess_extension(safe) or ''}"
        response = FileResponse(application.scan.open("rb"), content_type=safe, filename=name)
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    """The consents, past and in force."""

    list_display = ("payer", "topic", "channel", "during", "application")
    list_filter = ("channel", "topic")
    search_fields = ("payer__name",)
    list_select_related = ("payer", "topic", "application")
    ordering = ("-pk",)


@admin.register(Topic)
class TopicAdmin(ReadOnlyAdmin):
    """The kinds of notification."""

    list_display = ("name", "group", "basis", "is_active")
    list_filter = ("group", "basis")
