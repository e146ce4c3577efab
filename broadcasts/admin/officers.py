"""«Dyżurni i lista ćwiczeń»."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from broadcasts.models import DutyOfficer
from broadcasts.officers import set_officer
from core.admin import OfficeAdmin
from core.errors import Refused
from core.phones import format_phone, parse_mobile
from residents.access import actor_of


class OfficerForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """One of the staff's list."""

    phone = forms.CharField(label="Telefon", help_text="Komórkowy; tu przychodzą SMS-y o ostrzeżeniach i ćwiczenia.")
    email = forms.EmailField(label="E-mail", required=False)

    class Meta:
        model = DutyOfficer
        fields = ("name", "phone", "email", "is_on_duty", "joins_rehearsals")

    def clean_phone(self) -> str:
        """A mobile number."""
        try:
            return parse_mobile(self.cleaned_data["phone"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


@admin.register(DutyOfficer)
class DutyOfficerAdmin(OfficeAdmin):
    """Who is woken, and to whom rehearsals go."""

    form = OfficerForm
    list_display = ("name", "told_phone", "is_on_duty", "joins_rehearsals")

    @admin.display(description="telefon")
    def told_phone(self, officer: DutyOfficer) -> str:
        """The number with its spaces."""
        return format_phone(officer.phone)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who serves no more is unticked, and forgotten by itself."""
        return False

    def save_model(self, request: HttpRequest, obj: DutyOfficer, form: Any, change: bool) -> None:  # noqa: FBT001
        """Through the action."""
        set_officer(obj, by=actor_of(request), at=timezone.now())
