"""Clerks' and the data protection officer's pages on people."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from core.errors import Refused
from residents.access import actor_of, staff_looked
from residents.actions import correct_payer, grant_mandate, issue_code, register_payer, revoke_mandate
from residents.forms import MandateForm, PayerForm
from residents.identity import mask_number, read_identity
from residents.models import AccessRecord, Account, Contact, Mandate, Payer

admin.site.unregister(Group)


class ContactInline(ReadOnlyInline):
    """How the payer is reached, as the newest application says."""

    model = Contact
    fields = ("kind", "address", "source", "since")


class MandateInline(ReadOnlyInline):
    """Who acts for the payer."""

    model = Mandate
    fields = ("account", "basis", "scope", "valid_from", "valid_until", "revoked_at")


@admin.register(Payer)
class PayerAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold carries no types
    """Register a payer, find one by number or name, hand out a code, let an account act for them."""

    form = PayerForm
    inlines = (ContactInline, MandateInline)
    list_display = ("name", "kind", "masked_number", "street", "city")
    list_filter = ("kind",)
    search_fields = ("name",)
    search_help_text = "Nazwisko albo cały PESEL, NIP lub REGON"
    list_per_page = 50
    show_full_result_count = False
    ordering = ("name",)
    actions_detail = ("hand_out_code", "let_act")

    @admin.display(description="numer")
    def masked_number(self, payer: Payer) -> str:
        """The number, all but its last three digits hidden."""
        return mask_number(payer.pesel or payer.nip or payer.regon)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Payer]", search_term: str
    ) -> tuple["QuerySet[Payer]", bool]:
        """A whole number is looked up in the keyed index, anything else in the names."""
        try:
            number = read_identity(search_term, on=timezone.localdate())
        except Refused:
            found: tuple[QuerySet[Payer], bool] = super().get_search_results(request, queryset, search_term)
            return found
        return Payer.objects.with_number(number) & queryset, False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Opening a payer is recorded."""
        payer = self.get_object(request, object_id)
        if payer is not None and request.method == "GET":
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

    @action(description="Wydaj kod potwierdzający", permissions=["hand_out_code"])
    def hand_out_code(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A page that asks once more, then shows the code once."""
        return redirect("admin:residents_payer_code", object_id)

    def has_hand_out_code_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may add confirmation codes."""
        return bool(request.user.has_perm("residents.add_confirmationcode"))

    @action(description="Dodaj umocowanie", permissions=["let_act"])
    def let_act(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A form by which an account may act for the payer."""
        return redirect("admin:residents_payer_mandate", object_id)

    def has_let_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may add mandates."""
        return bool(request.user.has_perm("residents.add_mandate"))

    def get_urls(self) -> list[URLPattern]:
        """The two pages beside the payer's."""
        own = [
            path("<int:pk>/kod/", self.admin_site.admin_view(self.code_view), name="residents_payer_code"),
            path("<int:pk>/umocowanie/", self.admin_site.admin_view(self.mandate_view), name="residents_payer_mandate"),
        ]
        return [*own, *super().get_urls()]

    def code_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then make the code and show it this once, ready to print."""
        if not self.has_hand_out_code_permission(request):
            raise PermissionDenied
        payer = Payer.objects.get(pk=pk)
        code = ""
        if request.method == "POST":
            code = issue_code(payer, by=actor_of(request), at=timezone.now())
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
        payer = Payer.objects.get(pk=pk)
        form = MandateForm(request.POST or None)
        back = reverse("admin:residents_payer_change", args=[pk])
        if request.method == "POST" and form.is_valid():
            account = Account.objects.filter(email=form.cleaned_data.pop("account").lower()).first()
            if account is None:
                form.add_error("account", "Nie ma konta z tym adresem. Niech ta osoba najpierw założy konto.")
            else:
                try:
                    grant_mandate(
                        account=account, payer=payer, by=actor_of(request), at=timezone.now(), **form.cleaned_data
                    )
                except Refused as refusal:
                    form.add_error(None, str(refusal))
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


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """Sign-ins."""

    list_display = ("email", "full_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "full_name")
    fields = ("email", "full_name", "is_staff", "is_active", "groups", "date_joined", "last_login")
    ordering = ("email",)


@admin.register(Mandate)
class MandateAdmin(ReadOnlyAdmin):
    """Who may act for whom; may be revoked."""

    list_display = ("account", "payer", "basis", "scope", "valid_from", "valid_until", "revoked_at")
    list_filter = ("basis", "scope")
    search_fields = ("account__email", "payer__name")
    list_select_related = ("account", "payer")
    actions = ("revoke",)
    ordering = ("-valid_from",)

    @admin.action(description="Odwołaj umocowania", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: "QuerySet[Mandate]") -> None:
        """End the chosen mandates now."""
        for mandate in queryset:
            revoke_mandate(mandate, by=actor_of(request), at=timezone.now())
        messages.success(request, "Umocowania odwołane.")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Who may change mandates."""
        return bool(request.user.has_perm("residents.change_mandate"))


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    """Who looked at whose data."""

    list_display = ("at", "account_name", "payer", "what", "basis", "address")
    search_fields = ("payer__name", "account_name")
    list_select_related = ("payer",)
    date_hierarchy = "at"
    ordering = ("-at",)
