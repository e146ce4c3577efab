"""The clerks' registration of applications, and the consents that follow."""

from copy import copy
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from consents.actions import (
    accept_application,
    already_decided,
    change_draft,
    register_application,
    reject_application,
)
from consents.confirmation_pdf import confirmation_pdf
from consents.forms import ApplicationForm, RejectForm
from consents.import_admin import ImportedPaperAdmin
from consents.models import ApplicationState, Consent, ConsentApplication, Topic
from consents.queries import rules
from consents.signed_admin import SignedFileAdmin
from core.admin import ReadOnlyAdmin
from core.dates import format_date
from core.errors import Refused
from core.uploads import scan_response
from residents.access import actor_of, staff_looked
from residents.identity import mask_number
from residents.models import Payer
from residents.number_search import NumberSearch

__all__ = ["ConsentAdmin", "ConsentApplicationAdmin", "ImportedPaperAdmin", "SignedFileAdmin", "TopicAdmin"]


def _day(moment: datetime | None) -> str:
    return format_date(timezone.localdate(moment)) if moment else "–"


def _what_happened(application: ConsentApplication, *, accepted: bool) -> str:
    """What the clerk's button led to, in words."""
    named = f"Wniosek nr {application.pk}"
    if not accepted:
        return f"{named} zapisany do sprawdzenia."
    if not rules(application):
        return f"{named} przyjęty jako dowód. Zgody się nie zmieniły: obowiązuje wniosek podpisany później."
    if not application.choices.exists():
        return f"{named} przyjęty. To rezygnacja: żadna zgoda już nie obowiązuje."
    return f"{named} przyjęty, zgody obowiązują."


@admin.register(ConsentApplication)
class ConsentApplicationAdmin(NumberSearch):
    """The queue of applications; one page registers, accepts or rejects one."""

    list_display = ("number", "name", "masked_number", "signed_on", "received_on", "arrived_by", "state")
    list_display_links = ("number", "name")
    list_filter = ("state", "arrived_by")
    search_fields = ("name",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-received_on", "-pk")

    @admin.display(description="nr", ordering="pk")
    def number(self, application: ConsentApplication) -> int:
        """The application's number, as its page and letters name it."""
        return application.pk

    @admin.display(description="PESEL, NIP lub REGON")
    def masked_number(self, application: ConsentApplication) -> str:
        """The number, all but its last three digits hidden."""
        return mask_number(application.identity_number)

    def page_of(self, payer: Payer) -> str:
        """The payer's applications."""
        return f"{reverse('admin:consents_consentapplication_changelist')}?payer__id__exact={payer.pk}"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Evidence is never deleted."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """The scan and the confirmation, served by hand."""
        view = self.admin_site.admin_view
        scan = path("<int:pk>/skan/", view(self.scan_view), name="consents_application_scan")
        confirmation = path(
            "<int:pk>/potwierdzenie.pdf", view(self.confirmation_view), name="consents_application_confirmation"
        )
        return [scan, confirmation, *super().get_urls()]

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
        application = ConsentApplication.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if application is None:
            raise Http404
        if request.method == "GET":
            staff_looked(request, application.payer, what="wniosek o powiadomienia")
        return self._page(request, application)

    def _page(self, request: HttpRequest, application: ConsentApplication | None) -> HttpResponse:
        may_change = self.has_change_permission(request)
        is_rejection = "reject" in request.POST
        typed = (None, None) if is_rejection else (request.POST or None, request.FILES or None)
        # A copy: a bound form writes what was typed into its instance, and the page shows what is kept.
        form = ApplicationForm(*typed, instance=copy(application))
        reject = RejectForm(request.POST if is_rejection else None)
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            if done := self._post(request, application, form, reject):
                return done
        title = "Nowy wniosek" if application is None else f"Wniosek nr {application.pk}"
        context = {
            **self.admin_site.each_context(request),
            "title": f"Błąd: {title}" if form.errors or reject.errors else title,
            "heading": title,
            "application": application,
            "number": mask_number(application.identity_number) if application else "",
            "form": form,
            "reject_form": reject,
            "is_open": may_change and (application is None or application.state == ApplicationState.DRAFT),
            "back": reverse("admin:consents_consentapplication_changelist"),
            "add": reverse("admin:consents_consentapplication_add") if self.has_add_permission(request) else "",
        }
        return render(request, "admin/consents/application.html", context)

    def _post(
        self, request: HttpRequest, application: ConsentApplication | None, form: ApplicationForm, reject: RejectForm
    ) -> HttpResponse | None:
        """Do what the pressed button says; None to show the form again with its errors."""
        try:
            if "reject" in request.POST:
                return self._reject(request, application, reject)
            if application is not None and application.state != ApplicationState.DRAFT:
                raise already_decided()
            if not form.is_valid():
                return None
            with transaction.atomic():
                saved = self._saved(request, application, form)
                if "accept" in request.POST:
                    accept_application(saved, by=actor_of(request), at=timezone.now())
        except Refused as refusal:
            if refusal.code == "already_decided" and application is not None:
                messages.warning(request, f"{refusal} Nic nie zapisano.")
                return redirect("admin:consents_consentapplication_change", application.pk)
            form.add_error(refusal.where if refusal.where in form.fields else None, str(refusal))
            return None
        messages.success(request, _what_happened(saved, accepted="accept" in request.POST))
        return redirect("admin:consents_consentapplication_change", saved.pk)

    def _reject(
        self, request: HttpRequest, application: ConsentApplication | None, reject: RejectForm
    ) -> HttpResponse | None:
        if application is None or not reject.is_valid():
            return None
        reason = reject.cleaned_data["reason"]
        reject_application(application, reason=reason, by=actor_of(request), at=timezone.now())
        messages.success(request, f"Wniosek nr {application.pk} odrzucony.")
        return redirect("admin:consents_consentapplication_changelist")

    def _saved(
        self, request: HttpRequest, application: ConsentApplication | None, form: ApplicationForm
    ) -> ConsentApplication:
        data = form.cleaned_data
        said = {name: data[name] for name in ("name", "phone", "email", "signed_on", "arrived_by", "received_on")}
        said |= {"choices": form.ticked(), "scan": data["scan"] if "scan" in form.files else None}
        by, at = actor_of(request), timezone.now()
        if application is not None:
            return change_draft(application, by=by, at=at, **said)
        return register_application(number=data["number"], by=by, at=at, **said)

    def scan_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The scan, to staff who may see applications, under a safe type and name."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        application = ConsentApplication.objects.filter(pk=pk).select_related("payer").first()
        if application is None or not application.scan:
            raise Http404
        staff_looked(request, application.payer, what="skan wniosku")
        return scan_response(application.scan, name=f"wniosek-{application.pk}")

    def confirmation_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """«Potwierdzenie zgód» of the payer whose application this is."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        application = ConsentApplication.objects.filter(pk=pk).select_related("payer").first()
        if application is None:
            raise Http404
        staff_looked(request, application.payer, what="potwierdzenie zgód")
        return HttpResponse(
            confirmation_pdf(application.payer, at=timezone.now()),
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="potwierdzenie-zgod-{application.payer.number}.pdf"'},
        )


class InForceFilter(admin.SimpleListFilter):
    """In force now, or ended."""

    title = "stan"
    parameter_name = "stan"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """The choices."""
        return [("obowiazuja", "obowiązują"), ("wygasly", "wygasły")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Consent]") -> "QuerySet[Consent]":
        """The chosen ones."""
        if self.value() == "obowiazuja":
            return queryset.filter(during__contains=timezone.now())
        return queryset.exclude(during__contains=timezone.now()) if self.value() == "wygasly" else queryset


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    """The consents, past and in force."""

    list_display = ("payer", "topic", "channel", "since", "until", "application")
    list_filter = (InForceFilter, "channel", "topic")
    search_fields = ("payer__name",)
    list_select_related = ("payer", "topic", "application")
    ordering = ("-pk",)
    fields = ("payer", "topic", "channel", "since", "until", "application")
    readonly_fields = fields

    @admin.display(description="od", ordering="during__startswith")
    def since(self, consent: Consent) -> str:
        """The day from which it is in force."""
        return _day(consent.during.lower)

    @admin.display(description="do", ordering="during__endswith")
    def until(self, consent: Consent) -> str:
        """The day on which it ended; a dash while it is in force."""
        return _day(consent.during.upper)


@admin.register(Topic)
class TopicAdmin(ReadOnlyAdmin):
    """The kinds of notification."""

    list_display = ("name", "group", "basis", "is_active")
    list_filter = ("group", "basis")
