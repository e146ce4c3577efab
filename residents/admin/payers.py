"""Clerks' pages on payers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from core.admin import ReadOnlyInline
from residents.access import actor_of, staff_looked
from residents.actions import correct_payer, record_death, register_foreigner, register_payer
from residents.admin.identity_pages import IdentityPages
from residents.admin.merge_pages import MergePages
from residents.identity import mask_number
from residents.models import Contact, Mandate, Payer
from residents.models.payer import Kind
from residents.number_search import NumberSearch
from residents.payer_forms import PayerForm


class ContactInline(ReadOnlyInline):
    """How the payer is reached, as the newest application says."""

    model = Contact
    fields = ("kind", "address", "source", "since")


class MandateInline(ReadOnlyInline):
    """Who acts for the payer."""

    model = Mandate
    fields = ("account", "basis", "scope", "valid_from", "valid_until", "revoked_at")


@admin.register(Payer)
class PayerAdmin(MergePages, IdentityPages, NumberSearch):
    """Register a payer, find one by number or name; pages of their own are mixed in."""

    form = PayerForm
    inlines = (ContactInline, MandateInline)
    list_display = ("name", "kind", "masked_number", "street", "city", "deceased_on", "merged_into")
    list_filter = ("kind", ("deceased_on", admin.EmptyFieldListFilter), ("merged_into", admin.EmptyFieldListFilter))
    list_select_related = ("merged_into",)
    search_fields = ("name",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("name",)
    actions_detail = ("hand_out_code", "see_document", "let_act", "join_other", "part_again")

    @admin.display(description="numer")
    def masked_number(self, payer: Payer) -> str:
        """The number, all but its last three digits hidden."""
        return mask_number(payer.identity_number)

    @admin.display(description="połączony z")
    def merged_with(self, payer: Payer) -> str:
        """A link to the record that was kept."""
        kept = payer.merged_into
        if kept is None:
            return "–"
        address = reverse("admin:residents_payer_change", args=[kept.pk])
        return format_html('<a href="{}">{}, {}</a>', address, kept.name, kept.number)

    def get_fields(self, request: HttpRequest, obj: Payer | None = None) -> tuple[str, ...]:
        """The number is typed once, when the payer is registered; later only its last digits are shown."""
        if obj is None:
            return ("kind", "name", "number", "birth_date", "street", "postal_code", "city")
        born = () if obj.kind == Kind.COMPANY else ("birth_date",)
        died = () if obj.kind == Kind.COMPANY else ("deceased_on",)
        merged = () if obj.merged_into_id is None else ("merged_with",)
        return (*merged, "kind", "name", "masked_number", *born, "street", "postal_code", "city", *died)

    def get_readonly_fields(self, request: HttpRequest, obj: Payer | None = None) -> tuple[str, ...]:
        """What a clerk cannot mend."""
        return () if obj is None else ("kind", "masked_number", "birth_date", "merged_with")

    def get_form(self, request: HttpRequest, obj: Payer | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """The same form for both; `number` is no column, so Django must not look for one."""
        return super().get_form(request, obj, change, **{**kwargs, "fields": PayerForm.Meta.fields})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Opening a payer is recorded."""
        payer = self.get_object(request, object_id)
        if payer is not None and request.method == "GET" and self.has_view_permission(request, payer):
            if self.must_say_why(request, payer):
                return redirect("admin:residents_payer_reason", payer.pk)
            staff_looked(request, payer, what="karta płatnika w urzędzie")
        page: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return page

    def save_model(self, request: HttpRequest, obj: Payer, form: Any, change: bool) -> None:  # noqa: FBT001
        """Register or correct through the actions."""
        data = form.cleaned_data
        address = {name: data.get(name, "") for name in ("street", "postal_code", "city")}
        who, today = actor_of(request), timezone.localdate()
        if change:
            payer = correct_payer(Payer.objects.get(pk=obj.pk), name=data["name"], by=who, **address)
            if "deceased_on" in data and data["deceased_on"] != payer.deceased_on:
                record_death(payer, deceased_on=data["deceased_on"], on=today, by=who)
            return
        number = data.get("number")
        if data["kind"] == Kind.FOREIGNER:
            made = register_foreigner(
                name=data["name"], birth_date=data["birth_date"], number=number, on=today, by=who, **address
            )
        else:
            made = register_payer(kind=data["kind"], name=data["name"], number=number, by=who, **address)
        obj.pk = made.pk

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A payer is never deleted."""
        return False
