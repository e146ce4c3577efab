"""The clerks' registration of applications, and the consents that follow."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from consents.confirmation_pdf import confirmation_pdf
from consents.desk_views import (
    application_page,
    check_fields,
    print_forms,
    scan_file_view,
    scan_page,
    set_aside_view,
    take_scans,
)
from consents.import_admin import ImportedPaperAdmin
from consents.models import Consent, ConsentApplication, IncomingScan, PrintedForm
from consents.registration import RegistrationPages, desk_address
from consents.signed_admin import SignedFileAdmin
from consents.topic_admin import TopicAdmin
from core.admin import ReadOnlyAdmin
from core.dates import format_date
from core.uploads import scan_response
from residents.access import account_of, staff_looked
from residents.identity import mask_number
from residents.models import Payer

__all__ = [
    "ConsentAdmin",
    "ConsentApplicationAdmin",
    "ImportedPaperAdmin",
    "IncomingScanAdmin",
    "PrintedFormAdmin",
    "SignedFileAdmin",
    "TopicAdmin",
]


def _day(moment: datetime | None) -> str:
    return format_date(timezone.localdate(moment)) if moment else "–"


@admin.register(ConsentApplication)
class ConsentApplicationAdmin(RegistrationPages):
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
        return [
            scan,
            confirmation,
            path("<int:pk>/skan/<int:page>/", view(application_page), name="consents_application_scan_page"),
            path("sprawdz/", view(check_fields), name="consents_registration_check"),
            *super().get_urls(),
        ]

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


@admin.register(PrintedForm)
class PrintedFormAdmin(ReadOnlyAdmin):
    """The printed forms, and the applications that came back on them."""

    list_display = ("number_in_groups", "payer", "printed_at", "printed_by", "clause_version", "came_back")
    search_fields = ("number",)
    search_help_text = "Numer formularza: 10 cyfr spod kodu"
    list_select_related = ("payer", "printed_by")
    ordering = ("-pk",)
    fields = ("number_in_groups", "payer", "is_shared", "printed_at", "printed_by", "layout", "clause_version", "boxes")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PrintedForm]":
        """With the applications, in one query for the page."""
        return PrintedForm.objects.prefetch_related("applications")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[PrintedForm]", search_term: str
    ) -> tuple["QuerySet[PrintedForm]", bool]:
        """The number as it is printed, in groups."""
        found: tuple[QuerySet[PrintedForm], bool] = super().get_search_results(
            request, queryset, "".join(search_term.split())
        )
        return found

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever registers applications prints them."""
        return bool(account_of(request).has_perm("consents.add_consentapplication"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Print forms."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return print_forms(request, frame=self.admin_site.each_context(request))

    @admin.display(description="nr", ordering="number")
    def number_in_groups(self, form: PrintedForm) -> str:
        """The number as it is printed."""
        return form.spaced

    @admin.display(description="wrócił jako")
    def came_back(self, form: PrintedForm) -> str:
        """The applications registered from it."""
        return ", ".join(f"wniosek nr {one.pk}" for one in form.applications.all()) or "–"


@admin.register(IncomingScan)
class IncomingScanAdmin(ReadOnlyAdmin):
    """Scans that wait to be registered, and what became of the others."""

    list_display = ("number", "received_on", "arrived_by", "printed_form", "stored_by_name", "became")
    list_display_links = None
    list_filter = (
        "arrived_by",
        ("set_aside_at", admin.EmptyFieldListFilter),
        ("application", admin.EmptyFieldListFilter),
    )
    list_select_related = ("printed_form", "application")
    ordering = ("-pk",)

    def get_urls(self) -> list[URLPattern]:
        """What the desk does with scans."""
        view = self.admin_site.admin_view
        return [
            path("wczytaj/", view(take_scans), name="consents_scans_take"),
            path("<int:pk>/plik/", view(scan_file_view), name="consents_scan_file"),
            path("<int:pk>/odloz/", view(set_aside_view), name="consents_scan_set_aside"),
            path("<int:pk>/strona/<int:page>/", view(scan_page), name="consents_scan_page"),
            *super().get_urls(),
        ]

    @admin.display(description="nr", ordering="pk")
    def number(self, scan: IncomingScan) -> str:
        """The scan's number, which opens it while it waits."""
        if scan.document_id is None or scan.set_aside_at:
            return f"skan nr {scan.pk}"
        return format_html('<a href="{}">skan nr {}</a>', desk_address(scan), scan.pk)

    @admin.display(description="co dalej")
    def became(self, scan: IncomingScan) -> str:
        """What became of it."""
        if scan.application_id:
            return f"wniosek nr {scan.application_id}"
        return f"odłożony: {scan.set_aside_why}" if scan.set_aside_at else "czeka"
