"""The pages on which a clerk makes two records one, and two of one again."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from core.admin import OfficeAdmin, ReadOnlyAdmin
from core.dates import format_date_short
from core.errors import Refused
from residents.access import actor_of, staff_looked
from residents.identity import mask_number
from residents.merge_forms import MergeForm, OtherRecordForm
from residents.merging import merge_in_force, merge_payers, preview_merge, undo_merge, undoable_until
from residents.models import Mandate, Payer, PayerMerge

NUMBERS = (("pesel", "PESEL"), ("nip", "NIP"), ("regon", "REGON"), ("krs", "KRS"), ("town_number", "Numer gminy"))


def warnings_about(kept: Payer, duplicate: Payer) -> list[str]:
    """What a clerk should think about before merging the two."""
    told = [
        f"{label} w obu wpisach jest inny. To prawie zawsze znaczy: dwie różne osoby."
        for field, label in NUMBERS
        if getattr(kept, field) and getattr(duplicate, field) and getattr(kept, field) != getattr(duplicate, field)
    ]
    if kept.kind != duplicate.kind:
        told.append("Jeden wpis to osoba, drugi firma. Łącz tylko wtedy, gdy to firma jednoosobowa tej osoby.")
    return told


class MergePages(OfficeAdmin):
    """Mixed into the payers' list."""

    @action(description="Połącz z innym wpisem", permissions=["merge"])  # type: ignore[untyped-decorator]
    def join_other(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A page that asks for the other record."""
        return redirect("admin:residents_payer_merge", self.row_or_404(request, object_id).pk)

    @action(description="Cofnij połączenie", permissions=["merge"])  # type: ignore[untyped-decorator]
    def part_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A page that asks once more."""
        return redirect("admin:residents_payer_part", self.row_or_404(request, object_id).pk)

    def has_merge_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may add merges."""
        return bool(request.user.has_perm("residents.add_payermerge"))

    def get_urls(self) -> list[URLPattern]:
        """The two pages beside the payer's."""
        own = [
            path("<int:pk>/polacz/", self.admin_site.admin_view(self.merge_view), name="residents_payer_merge"),
            path("<int:pk>/rozlacz/", self.admin_site.admin_view(self.part_view), name="residents_payer_part"),
        ]
        return [*own, *super().get_urls()]

    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the other record; show what would move, and ask why; merge."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        kept = get_object_or_404(Payer, pk=pk)
        if request.method == "POST" and "confirm" in request.POST:
            return self._merged(request, kept)
        asked = OtherRecordForm(request.POST or None)
        if request.method == "GET":
            staff_looked(request, kept, what="łączenie wpisów")
        elif asked.is_valid():
            duplicate: Payer = asked.cleaned_data["duplicate"]
            try:
                return self._previewed(request, kept, duplicate, MergeForm(initial={"duplicate": duplicate.pk}))
            except Refused as refusal:
                asked.add_error("duplicate", str(refusal))
        return self._shown(request, kept, "payer_merge", title="Połącz z innym wpisem", form=asked)

    def _previewed(self, request: HttpRequest, kept: Payer, duplicate: Payer, form: MergeForm) -> HttpResponse:
        now = timezone.now()
        carried = preview_merge(kept=kept, duplicate=duplicate, by=actor_of(request), at=now)
        staff_looked(request, duplicate, what="łączenie wpisów")
        accounts = Mandate.objects.in_force(now).filter(payer__in=[kept, duplicate]).select_related("account")
        return self._shown(
            request,
            kept,
            "payer_merge_preview",
            title="Połącz dwa wpisy",
            form=form,
            duplicate=duplicate,
            numbers=[mask_number(one.identity_number) or "bez numeru" for one in (kept, duplicate)],
            warnings=warnings_about(kept, duplicate),
            carried=carried,
            accounts=sorted({mandate.account.get_full_name() for mandate in accounts}),
        )

    def _merged(self, request: HttpRequest, kept: Payer) -> HttpResponse:
        form = MergeForm(request.POST)
        key = request.POST.get("duplicate", "")
        duplicate = get_object_or_404(Payer, pk=int(key) if key.isdecimal() and len(key) < 19 else 0)
        if form.is_valid():
            try:
                merge_payers(
                    kept=kept,
                    duplicate=duplicate,
                    reason=form.cleaned_data["reason"],
                    by=actor_of(request),
                    at=timezone.now(),
                )
            except Refused as refusal:
                form.add_error("reason" if refusal.where == "reason" else None, str(refusal))
            else:
                messages.success(
                    request, f"Wpisy połączone. Można to cofnąć przez 30 dni, na karcie {duplicate.number}."
                )
                return redirect("admin:residents_payer_change", kept.pk)
        try:
            return self._previewed(request, kept, duplicate, form)
        except Refused as refusal:  # somebody merged one of them meanwhile
            messages.error(request, str(refusal))
            return redirect("admin:residents_payer_change", kept.pk)

    def part_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the merge and undo it."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        duplicate = get_object_or_404(Payer.objects.select_related("merged_into"), pk=pk)
        merge = merge_in_force(duplicate)
        if merge is None:
            messages.warning(request, "Ten wpis nie jest z niczym połączony.")
            return redirect("admin:residents_payer_change", pk)
        if request.method == "POST":
            try:
                undo_merge(merge, by=actor_of(request), at=timezone.now())
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, "Połączenie cofnięte: są znowu dwa wpisy.")
            return redirect("admin:residents_payer_change", pk)
        staff_looked(request, duplicate, what="cofanie połączenia wpisów")
        return self._shown(
            request, duplicate, "payer_part", title="Cofnij połączenie", merge=merge, until=undoable_until(merge)
        )

    def _shown(
        self, request: HttpRequest, payer: Payer, template: str, *, title: str, **context: object
    ) -> HttpResponse:
        frame = {
            **self.admin_site.each_context(request),
            "title": title,
            "payer": payer,
            "back": reverse("admin:residents_payer_change", args=[payer.pk]),
        }
        return render(request, f"admin/residents/{template}.html", {**frame, **context})


@admin.register(PayerMerge)
class PayerMergeAdmin(ReadOnlyAdmin):
    """Which records were made one, by whom, why; and which of these were undone."""

    list_display = ("at", "kept", "duplicate", "by_name", "reason", "undone")
    list_select_related = ("kept", "duplicate", "undo")
    fields = ("at", "kept", "duplicate", "by_name", "reason", "undone")
    search_fields = ("kept__name", "duplicate__name", "by_name")
    date_hierarchy = "at"
    ordering = ("-at",)

    @admin.display(description="cofnięto")
    def undone(self, merge: PayerMerge) -> str:
        """When and by whom it was undone."""
        undo = getattr(merge, "undo", None)
        return "–" if undo is None else f"{format_date_short(timezone.localdate(undo.at))}, {undo.by_name}"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PayerMerge]":
        """With what is shown of the two."""
        found: QuerySet[PayerMerge] = super().get_queryset(request)
        return found.select_related(*self.list_select_related)
