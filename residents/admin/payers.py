"""Clerks' pages on payers."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from core.admin import ReadOnlyInline
from core.errors import Refused
from residents.access import actor_of, staff_looked
from residents.actions import correct_payer, grant_mandate, issue_code, register_payer
from residents.code_letter import code_letter
from residents.forms import MandateForm, PayerForm
from residents.identity import mask_number
from residents.models import Contact, Mandate, Payer
from residents.number_search import NumberSearch


class ContactInline(ReadOnlyInline):
    """How the payer is reached, as the newest application says."""

    model = Contact
    fields = ("kind", "address", "source", "since")


class MandateInline(ReadOnlyInline):
    """Who acts for the payer."""

    model = Mandate
    fields = ("account", "basis", "scope", "valid_from", "valid_until", "revoked_at")


@admin.register(Payer)
class PayerAdmin(NumberSearch):
    """Register a payer, find one by number or name, hand out a code, let an account act for them."""

    form = PayerForm
    inlines = (ContactInline, MandateInline)
    list_display = ("name", "kind", "masked_number", "street", "city")
    list_filter = ("kind",)
    search_fields = ("name",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("name",)
    actions_detail = ("hand_out_code", "let_act")

    @admin.display(description="numer")
    def masked_number(self, payer: Payer) -> str:
        """The number, all but its last three digits hidden."""
        return mask_number(payer.pesel or payer.nip or payer.regon)

    def get_fields(self, request: HttpRequest, obj: Payer | None = None) -> tuple[str, ...]:
        """The number is typed once, when the payer is registered; later only its last digits are shown."""
        return ("kind", "name", "number" if obj is None else "masked_number", "street", "postal_code", "city")

    def get_readonly_fields(self, request: HttpRequest, obj: Payer | None = None) -> tuple[str, ...]:
        """What a clerk cannot mend."""
        return () if obj is None else ("kind", "masked_number")

    def get_form(self, request: HttpRequest, obj: Payer | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """The same form for both; `number` is no column, so Django must not look for one."""
        return super().get_form(request, obj, change, **{**kwargs, "fields": PayerForm.Meta.fields})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Opening a payer is recorded."""
        payer = self.get_object(request, object_id)
        if payer is not None and request.method == "GET" and self.has_view_permission(request, payer):
            staff_looked(request, payer, what="karta płatnika w urzędzie")
        page: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return page

    def save_model(self, request: HttpRequest, obj: Payer, form: Any, change: bool) -> None:  # noqa: FBT001
        """Register or correct through the actions."""
        data = form.cleaned_data
        address = {name: data.get(name, "") for name in ("street", "postal_code", "city")}
        if change:
            correct_payer(Payer.objects.get(pk=obj.pk), name=data["name"], by=actor_of(request), **address)
            return
        made = register_payer(
            kind=data["kind"], name=data["name"], number=data.get("number"), by=actor_of(request), **address
        )
        obj.pk = made.pk

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A payer is never deleted."""
        return False

    @action(description="Wydaj kod potwierdzający", permissions=["hand_out_code"])  # type: ignore[untyped-decorator]
    def hand_out_code(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A page that asks once more, then shows the code once."""
        return redirect("admin:residents_payer_code", self._named(request, object_id).pk)

    def has_hand_out_code_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may add confirmation codes."""
        return bool(request.user.has_perm("residents.add_confirmationcode"))

    @action(description="Dodaj umocowanie", permissions=["let_act"])  # type: ignore[untyped-decorator]
    def let_act(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A form by which an account may act for the payer."""
        return redirect("admin:residents_payer_mandate", self._named(request, object_id).pk)

    def has_let_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may add mandates."""
        return bool(request.user.has_perm("residents.add_mandate"))

    def _named(self, request: HttpRequest, object_id: object) -> Payer:
        payer: Payer | None = self.get_object(request, str(object_id))
        if payer is None:
            raise Http404
        return payer

    def get_urls(self) -> list[URLPattern]:
        """The two pages beside the payer's."""
        own = [
            path("<int:pk>/kod/", self.admin_site.admin_view(self.code_view), name="residents_payer_code"),
            path("<int:pk>/umocowanie/", self.admin_site.admin_view(self.mandate_view), name="residents_payer_mandate"),
        ]
        return [*own, *super().get_urls()]

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
        context = {
            **self.admin_site.each_context(request),
            "title": "Kod potwierdzający",
            "payer": payer,
            "code": code,
            "back": reverse("admin:residents_payer_change", args=[pk]),
        }
        return render(request, "admin/residents/payer_code.html", context)

    def mandate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let an account act for the payer."""
        if not self.has_let_act_permission(request):
            raise PermissionDenied
        payer = get_object_or_404(Payer, pk=pk)
        form = MandateForm(request.POST or None)
        back = reverse("admin:residents_payer_change", args=[pk])
        if request.method == "GET":
            staff_looked(request, payer, what="umocowanie do działania")
        elif form.is_valid():
            try:
                grant_mandate(payer=payer, by=actor_of(request), at=timezone.now(), **form.cleaned_data)
            except Refused as refusal:
                form.add_error(refusal.where or None, str(refusal))
            else:
                messages.success(request, "Umocowanie dodane.")
                return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": "Dodaj umocowanie",
            "payer": payer,
            "form": form,
            "back": back,
        }
        return render(request, "admin/residents/payer_mandate.html", context)
