"""Exports of postings: made, signed off, taken away; what the finance system answered."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import action

from core.admin import ReadOnlyAdmin
from core.money import format_pln
from liabilities.admin.work import work_page
from liabilities.models import PostingExport, PostingLine
from liabilities.posting_export import make_export, sign_export, waiting_entries
from residents.access import account_of, actor_of


@admin.register(PostingExport)
class PostingExportAdmin(ReadOnlyAdmin):
    """Every export, the newest first; «add» makes the next one."""

    list_display = ("number", "until", "entries", "sum", "signed_at", "signed_by", "refused_lines", "acknowledged_at")
    list_filter = (("signed_at", admin.EmptyFieldListFilter), ("acknowledged_at", admin.EmptyFieldListFilter))
    list_select_related = ("signed_by",)
    fields = (
        *("number", "until", "entries", "sum", "csv_digest", "xml_digest", "made_at", "made_by", "signed_at"),
        *("signed_by", "refused", "acknowledged_at"),
    )
    readonly_fields = fields
    actions_detail = ("sign", "as_csv", "as_xml")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PostingExport]":
        """Without the files, with how many lines were refused."""
        found: QuerySet[PostingExport] = super().get_queryset(request)
        refused = PostingLine.objects.filter(export=OuterRef("pk"), is_accepted=False).order_by()
        counted = refused.values("export").annotate(count=Count("pk")).values("count")
        return found.defer("csv", "xml").annotate(refused_count=Coalesce(Subquery(counted), 0))

    @admin.display(description="suma", ordering="total")
    def sum(self, export: PostingExport) -> str:
        """The sum as people write it."""
        return format_pln(export.total)

    @admin.display(description="SHA-256 pliku CSV")
    def csv_digest(self, export: PostingExport) -> str:
        """It may be broken anywhere: 64 signs are wider than a phone."""
        return format_html('<code class="spm-digest">{}</code>', export.csv_sha256)

    @admin.display(description="SHA-256 pliku XML")
    def xml_digest(self, export: PostingExport) -> str:
        """As of the CSV."""
        return format_html('<code class="spm-digest">{}</code>', export.xml_sha256)

    @admin.display(description="odrzucone wiersze")
    def refused_lines(self, export: PostingExport) -> str:
        """How many lines the finance system did not take."""
        return str(getattr(export, "refused_count", 0) or "–")

    @admin.display(description="odrzucone wiersze")
    def refused(self, export: PostingExport) -> str:
        """What the finance system did not take, and why."""
        lines = export.lines.filter(is_accepted=False).order_by("line")[:20]
        return "; ".join(f"{line.line}: {line.answer}" for line in lines) or "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may make exports."""
        return account_of(request).has_perm("liabilities.add_postingexport")

    def has_sign_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may sign them off, one that is not signed yet."""
        if not request.user.has_perm("liabilities.change_postingexport"):
            return False
        export = object_id and self.get_object(request, str(object_id))
        return not (export and export.signed_at)

    @action(description="Podpisz", permissions=["sign"])  # type: ignore[untyped-decorator]  # as Unfold
    def sign(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """The page on which it is signed off."""
        return redirect("admin:liabilities_postingexport_signing", self.row_or_404(request, object_id).pk)

    @action(description="Pobierz CSV", permissions=["view"])  # type: ignore[untyped-decorator]  # as Unfold
    def as_csv(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """The file."""
        return redirect("admin:liabilities_postingexport_file", self.row_or_404(request, object_id).pk, "csv")

    @action(description="Pobierz XML", permissions=["view"])  # type: ignore[untyped-decorator]  # as Unfold
    def as_xml(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """The file."""
        return redirect("admin:liabilities_postingexport_file", self.row_or_404(request, object_id).pk, "xml")

    def get_urls(self) -> list[URLPattern]:
        """Signing, and the files."""
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/podpisz/", wrap(self.sign_view), name="liabilities_postingexport_signing"),
            path("<int:pk>/plik/<slug:form>/", wrap(self.file_view), name="liabilities_postingexport_file"),
        ]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        """Make the next export of what was booked."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        waiting = waiting_entries()

        def act(_: forms.Form) -> str:
            made = make_export(by=actor_of(request), at=timezone.now())
            return f"Eksport {made.number} jest gotowy, wpisów: {made.entries}. Podpisz go, żeby wydać."

        return work_page(
            request,
            self.admin_site,
            forms.Form(request.POST if request.method == "POST" else None),
            title="Nowy eksport księgowań",
            facts=[
                ("Co wejdzie", "wpisy z portalu, których nie było w żadnym eksporcie (najwyżej 50 000, najstarsze)"),
                ("Wpisów", waiting.entries),
                ("Suma", format_pln(waiting.total)),
            ],
            act=act,
            back=reverse("admin:liabilities_postingexport_changelist"),
            button="Utwórz eksport",
        )

    def sign_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Sign an export off: SHA-256 and who."""
        if not self.has_sign_permission(request):
            raise PermissionDenied
        export: PostingExport = self.row_or_404(request, pk)

        def act(_: forms.Form) -> str:
            sign_export(export.number, by=actor_of(request), at=timezone.now())
            return f"Eksport {export.number} podpisany: system finansowy może go odebrać."

        return work_page(
            request,
            self.admin_site,
            forms.Form(request.POST if request.method == "POST" else None),
            title=f"Podpisz eksport {export.number}",
            facts=[
                ("Wpisów", export.entries),
                ("Suma", format_pln(export.total)),
                ("SHA-256 (CSV)", export.csv_sha256),
                ("SHA-256 (XML)", export.xml_sha256),
            ],
            act=act,
            back=reverse("admin:liabilities_postingexport_change", args=[pk]),
            button="Podpisz",
        )

    def file_view(self, request: HttpRequest, pk: int, form: str) -> HttpResponse:
        """One file, byte for byte as it was made."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        export: PostingExport = self.row_or_404(request, pk)
        if form not in {"csv", "xml"}:
            raise Http404
        media = "text/csv; charset=utf-8" if form == "csv" else "application/xml"
        name = f"ksiegowania-{export.number:05d}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(bytes(getattr(export, form)), content_type=media, headers=headers)
