"""Requests about one's own data: the clerks' queue, and the page on which one is decided."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from core.admin import ReadOnlyAdmin
from core.errors import Refused
from residents.access import actor_of, staff_looked
from residents.disclosure import erased_on_request, kept_by_law
from residents.models import DataRequest
from residents.models.rodo import RequestKind, RequestState
from residents.rodo import accept_request, refuse_request
from residents.rodo_forms import DecisionForm


@admin.register(DataRequest)
class DataRequestAdmin(ReadOnlyAdmin):
    """The queue, the most urgent first; one page decides one."""

    list_display = ("payer", "kind", "asked_at", "answer_by", "state", "decided_by_name")
    list_filter = ("state", "kind")
    search_fields = ("payer__name",)
    list_select_related = ("payer",)
    ordering = ("-state", "answer_by")  # «waiting» first

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Who may change requests."""
        return bool(request.user.has_perm("residents.change_datarequest"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What is asked, what an erasure would erase and what stays by law, and the two decisions."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = self.row_or_404(request, object_id)
        form = DecisionForm(request.POST if request.method == "POST" else None)
        if request.method == "POST":
            if not self.has_decide_permission(request):
                raise PermissionDenied
            if form.is_valid() and (done := self._decide(request, asked, form)):
                return done
        else:
            staff_looked(request, asked.payer, what="wniosek o dane")
        is_erasure = asked.kind == RequestKind.ERASURE
        context = {
            **self.admin_site.each_context(request),
            "title": "Wniosek o usunięcie danych" if is_erasure else "Wniosek o sprostowanie danych",
            "asked": asked,
            "is_erasure": is_erasure,
            "kept": kept_by_law(asked.payer_id, on=timezone.localdate()) if is_erasure else [],
            "erased": erased_on_request() if is_erasure else [],
            "form": form,
            "is_open": asked.state == RequestState.WAITING and self.has_decide_permission(request),
            "payer_page": reverse("admin:residents_payer_change", args=[asked.payer_id]),
            "back": reverse("admin:residents_datarequest_changelist"),
        }
        return render(request, "admin/residents/data_request.html", context)

    def _decide(self, request: HttpRequest, asked: DataRequest, form: DecisionForm) -> HttpResponse | None:
        decision = accept_request if "accept" in request.POST else refuse_request if "refuse" in request.POST else None
        if decision is None:
            return None
        try:
            decision(asked, answer=form.cleaned_data["answer"], by=actor_of(request), at=timezone.now())
        except Refused as refusal:
            if refusal.where:
                form.add_error(refusal.where, str(refusal))
                return None
            messages.warning(request, str(refusal))
            return redirect("admin:residents_datarequest_change", asked.pk)
        messages.success(request, "Rozpatrzone. Mieszkaniec dostanie wiadomość.")
        return redirect("admin:residents_datarequest_changelist")
