"""Two accounts that say they are one person: the clerk decides whose the payer is."""

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
from residents.actions import grant_claim, refuse_claim
from residents.claims import own_account_of
from residents.identity_forms import DecisionForm
from residents.models import Claim
from residents.models.claim import ClaimState


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """The queue; one page decides one."""

    list_display = ("payer", "account", "first_owner", "how", "claimed_at", "state", "decided_by")
    list_filter = ("state",)
    search_fields = ("payer__name", "=account__email", "=first_owner__email")
    list_select_related = ("payer", "account", "first_owner")
    ordering = ("-state", "claimed_at")  # «waiting» first

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Who may change claims."""
        return bool(request.user.has_perm("residents.change_claim"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Both accounts side by side, and the two decisions."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        claim = self.row_or_404(request, object_id)
        form = DecisionForm(request.POST or None)
        if request.method == "POST":
            if not self.has_decide_permission(request):
                raise PermissionDenied
            if form.is_valid() and (done := self._decide(request, claim, form)):
                return done
        else:
            staff_looked(request, claim.payer, what="sporna tożsamość")
        context = {
            **self.admin_site.each_context(request),
            "title": "Sporna tożsamość",
            "claim": claim,
            "owner": own_account_of(claim.payer),
            "form": form,
            "is_open": claim.state == ClaimState.WAITING and self.has_decide_permission(request),
            "back": reverse("admin:residents_claim_changelist"),
        }
        return render(request, "admin/residents/claim.html", context)

    def _decide(self, request: HttpRequest, claim: Claim, form: DecisionForm) -> HttpResponse | None:
        decision = grant_claim if "grant" in request.POST else refuse_claim if "refuse" in request.POST else None
        if decision is None:
            return None
        try:
            decision(claim, reason=form.cleaned_data["reason"], by=actor_of(request), at=timezone.now())
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("admin:residents_claim_change", claim.pk)
        messages.success(request, "Rozstrzygnięte. Obie osoby dostaną wiadomość.")
        return redirect("admin:residents_claim_changelist")
