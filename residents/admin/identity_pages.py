"""The pages beside a payer's card: why it is opened, who the person is, who acts for them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from core.admin import OfficeAdmin
from core.errors import Refused
from residents.access import actor_of, give_reason, reason_given, staff_looked
from residents.actions import confirm_at_window, grant_mandate, issue_code
from residents.code_letter import code_letter
from residents.identity_forms import DocumentForm, MandateForm, ReasonForm
from residents.models import Claim, Payer


class IdentityPages(OfficeAdmin):
    """Mixed into the payers' list."""

    @action(description="Wydaj kod potwierdzający", permissions=["hand_out_code"])  # type: ignore[untyped-decorator]
    def hand_out_code(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A page that asks once more, then shows the code once."""
        return redirect("admin:residents_payer_code", self.row_or_404(request, object_id).pk)

    def has_hand_out_code_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may add confirmation codes."""
        return bool(request.user.has_perm("residents.add_confirmationcode"))

    @action(description="Potwierdź dokumentem", permissions=["let_act"])  # type: ignore[untyped-decorator]
    def see_document(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A form by which a clerk says what document they saw."""
        return redirect("admin:residents_payer_document", self.row_or_404(request, object_id).pk)

    @action(description="Dodaj umocowanie", permissions=["let_act"])  # type: ignore[untyped-decorator]
    def let_act(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A form by which an account may act for the payer."""
        return redirect("admin:residents_payer_mandate", self.row_or_404(request, object_id).pk)

    def has_let_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may add mandates."""
        return bool(request.user.has_perm("residents.add_mandate"))

    def must_say_why(self, request: HttpRequest, payer: Payer) -> bool:
        """Whether this town asks for a reason and none was given for this payer a short while ago."""
        return bool(settings.LOOK_REASON_ASKED) and not reason_given(request, payer)

    def get_urls(self) -> list[URLPattern]:
        """The pages beside the payer's."""
        pages = {
            "kod": ("code", self.code_view),
            "dokument": ("document", self.document_view),
            "umocowanie": ("mandate", self.mandate_view),
            "powod": ("reason", self.reason_view),
        }
        own = [
            path(f"<int:pk>/{part}/", self.admin_site.admin_view(view), name=f"residents_payer_{name}")
            for part, (name, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def _page(
        self, request: HttpRequest, payer: Payer, template: str, *, title: str, **context: object
    ) -> HttpResponse:
        frame = {
            **self.admin_site.each_context(request),
            "title": title,
            "payer": payer,
            "back": reverse("admin:residents_payer_change", args=[payer.pk]),
        }
        return render(request, f"admin/residents/{template}.html", {**frame, **context})

    def code_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then make the code and show it this once: on the page, or in a letter to print."""
        if not self.has_hand_out_code_permission(request):
            raise PermissionDenied
        payer = get_object_or_404(Payer, pk=pk)
        code = ""
        if request.method == "POST":
            now = timezone.now()
            code = issue_code(payer, by=actor_of(request), at=now)
            if "letter" in request.POST:
                return HttpResponse(
                    code_letter(payer, code, at=now),
                    content_type="application/pdf",
                    headers={"Content-Disposition": f'attachment; filename="kod-{payer.number}.pdf"'},
                )
        else:
            staff_looked(request, payer, what="wydanie kodu potwierdzającego")
        return self._page(request, payer, "payer_code", title="Kod potwierdzający", code=code)

    def document_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A clerk saw an identity document: the account is this payer's."""
        if not self.has_let_act_permission(request):
            raise PermissionDenied
        payer = get_object_or_404(Payer, pk=pk)
        form = DocumentForm(request.POST or None)
        if request.method == "GET":
            staff_looked(request, payer, what="potwierdzenie tożsamości dokumentem")
        elif form.is_valid():
            try:
                outcome = confirm_at_window(
                    form.cleaned_data["account"],
                    payer,
                    document=form.cleaned_data["document"],
                    by=actor_of(request),
                    at=timezone.now(),
                )
            except Refused as refusal:
                form.add_error(refusal.where or None, str(refusal))
            else:
                return self._confirmed(request, payer, is_claim=isinstance(outcome, Claim), key=outcome.pk)
        return self._page(request, payer, "payer_document", title="Potwierdzenie dokumentem", form=form)

    def _confirmed(self, request: HttpRequest, payer: Payer, *, is_claim: bool, key: int) -> HttpResponse:
        if is_claim:
            messages.warning(
                request, f"{payer.name} ma już konto. Nikogo nie wpuściliśmy: rozstrzygnij, czyje to dane."
            )
            return redirect("admin:residents_claim_change", key)
        messages.success(request, "Tożsamość potwierdzona, konto jest połączone z płatnikiem.")
        return redirect("admin:residents_payer_change", payer.pk)

    def mandate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let an account act for the payer."""
        if not self.has_let_act_permission(request):
            raise PermissionDenied
        payer = get_object_or_404(Payer, pk=pk)
        form = MandateForm(request.POST or None, request.FILES or None)
        if request.method == "GET":
            staff_looked(request, payer, what="umocowanie do działania")
        elif form.is_valid():
            try:
                grant_mandate(payer=payer, by=actor_of(request), at=timezone.now(), **form.cleaned_data)
            except Refused as refusal:
                form.add_error(refusal.where or None, str(refusal))
            else:
                messages.success(request, "Umocowanie dodane.")
                return redirect("admin:residents_payer_change", pk)
        return self._page(request, payer, "payer_mandate", title="Dodaj umocowanie", form=form)

    def reason_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Why the card is opened; asked before anything of the payer is shown, their name included."""
        payer = get_object_or_404(Payer, pk=pk)
        if not self.has_view_permission(request, payer):
            raise PermissionDenied
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            give_reason(request, payer, form.cleaned_data["reason"])
            return redirect("admin:residents_payer_change", pk)
        return self._page(
            request,
            payer,
            "payer_reason",
            title="Po co otwierasz tę kartę?",
            form=form,
            back=reverse("admin:residents_payer_changelist"),
        )
