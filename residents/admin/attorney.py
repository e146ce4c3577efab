"""Powers of attorney that people filed in the portal: the clerks' queue, and the page on which one is decided."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from core.admin import ReadOnlyAdmin
from core.errors import Refused
from core.uploads import scan_response
from residents.access import actor_of, staff_looked
from residents.attorney import accept_request, principal_of, refuse_request
from residents.identity import mask_number
from residents.identity_forms import AttorneyDecisionForm
from residents.models import AttorneyRequest
from residents.models.attorney import RequestState
from residents.models.mandate import PRINCIPALS

LOOKED = "złożone pełnomocnictwo"


@admin.register(AttorneyRequest)
class AttorneyRequestAdmin(ReadOnlyAdmin):
    """The queue; one page decides one."""

    list_display = ("principal", "account", "scope", "asked_at", "state", "decided_by")
    list_filter = ("state",)
    search_fields = ("principal", "payer__name", "=account__email")
    list_select_related = ("account",)
    ordering = ("-decided_at", "asked_at")  # nothing comes first: what waits stands above, the oldest first

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Who may change them."""
        return bool(request.user.has_perm("residents.change_attorneyrequest"))

    def get_urls(self) -> list[URLPattern]:
        """The scan, served by hand."""
        scan = path("<int:pk>/skan/", self.admin_site.admin_view(self.scan_view), name="residents_attorney_scan")
        return [scan, *super().get_urls()]

    def scan_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The paper, to staff who may see them, under a safe type and name."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = AttorneyRequest.objects.filter(pk=pk).select_related("payer").first()
        if asked is None or not asked.scan:
            raise Http404
        if asked.payer is not None:
            staff_looked(request, asked.payer, what="skan pełnomocnictwa")
        return scan_response(asked.scan, name=f"pelnomocnictwo-{asked.pk}")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the paper is said to say beside what the register says, and the two decisions."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = self.row_or_404(request, object_id)
        form = AttorneyDecisionForm(request.POST if request.method == "POST" else None)
        now = timezone.now()
        payer = principal_of(asked, at=now)
        if request.method == "POST":
            if not self.has_decide_permission(request):
                raise PermissionDenied
            if form.is_valid() and (done := self._decide(request, asked, form)):
                return done
        elif payer is not None:
            staff_looked(request, payer, what=LOOKED)
        context = {
            **self.admin_site.each_context(request),
            "title": "Złożone pełnomocnictwo",
            "asked": asked,
            "payer": payer,
            "number": mask_number(asked.number),
            "names_differ": payer is not None and payer.name.casefold() != asked.principal.casefold(),
            "proofs": asked.account.mandates.in_force(now).filter(basis__in=PRINCIPALS).select_related("payer"),
            "last_day": asked.valid_until - timedelta(microseconds=1) if asked.valid_until else None,
            "form": form,
            "is_open": asked.state == RequestState.WAITING and self.has_decide_permission(request),
            "back": reverse("admin:residents_attorneyrequest_changelist"),
        }
        return render(request, "admin/residents/attorney_request.html", context)

    def _decide(self, request: HttpRequest, asked: AttorneyRequest, form: AttorneyDecisionForm) -> HttpResponse | None:
        by, now = actor_of(request), timezone.now()
        try:
            if "accept" in request.POST:
                accept_request(asked, by=by, at=now)
            elif "refuse" in request.POST:
                refuse_request(asked, reason=form.cleaned_data["reason"], by=by, at=now)
            else:
                return None
        except Refused as refusal:
            if refusal.where == "reason":
                form.add_error("reason", str(refusal))
                return None
            messages.warning(request, str(refusal))
            return redirect("admin:residents_attorneyrequest_change", asked.pk)
        messages.success(request, "Rozstrzygnięte. Obie strony dostaną wiadomość.")
        return redirect("admin:residents_attorneyrequest_changelist")
