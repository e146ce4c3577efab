"""«Lista wsparcia»: people who need help in danger, and the list of visits that wardens take along."""

from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from broadcasts.assisted import change, enter, payer_to_list, strike_off, visits
from broadcasts.composed import title
from broadcasts.models import AssistedResident, Broadcast
from broadcasts.wordings import words_of
from core.admin import OfficeAdmin
from core.errors import Refused
from core.pdf import render_pdf
from core.reason_field import ReasonField
from residents.access import actor_of, staff_looked, staff_looked_at_many
from residents.forms import IdentityNumberField
from residents.identity import IdentityNumber

WHAT = "lista wsparcia w zagrożeniu"


class AssistedForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Somebody on the list."""

    number = IdentityNumberField(label="PESEL", help_text="Z oświadczenia, które ta osoba podpisała.")
    help = ReasonField(
        label="Jak pomóc",
        required=False,
        max_length=300,
        help_text="Co zrobić, na przykład: zapukać do okna, pomóc zejść po schodach. Bez nazw chorób.",
    )

    leaves = forms.BooleanField(
        label="Skreśl z listy", required=False, help_text="Zgodę cofnięto albo pomoc nie jest już potrzebna."
    )

    class Meta:
        model = AssistedResident
        fields = ("number", "warden", "help", "agreed_on", "leaves")
        help_texts = {
            "warden": "Sołtys, sąsiad, opiekunka: imię i nazwisko, telefon.",
            "agreed_on": "Dzień podpisania oświadczenia. Bez podpisu nikogo się tu nie wpisuje.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("number", "agreed_on") if self.instance.pk else ("leaves",):
            self.fields.pop(name, None)

    def clean_number(self) -> IdentityNumber:
        """Of somebody whom we know and who is not on the list."""
        number: IdentityNumber = self.cleaned_data["number"]
        try:
            payer_to_list(number)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return number

    def clean_agreed_on(self) -> Any:
        """No day to come."""
        day = self.cleaned_data["agreed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Ten dzień jeszcze nie nadszedł.")
        return day


@admin.register(AssistedResident)
class AssistedResidentAdmin(OfficeAdmin):
    """Who is called first and visited; nobody is deleted by hand, who left is forgotten by itself."""

    form = AssistedForm
    list_display = ("told_name", "told_address", "warden", "agreed_on", "ended_at")
    list_filter = ("warden",)
    list_select_related = ("payer",)
    ordering = ("ended_at", "warden", "pk")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Number and day belong to the paper; later somebody else may knock, or nobody must any more."""
        return ("warden", "help", "leaves") if obj else ("number", "warden", "help", "agreed_on")

    @admin.display(description="kto")
    def told_name(self, entry: AssistedResident) -> str:
        """By name."""
        return entry.payer.name

    @admin.display(description="adres")
    def told_address(self, entry: AssistedResident) -> str:
        """Where."""
        return entry.address or "nie znamy"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """See the class."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; everybody on it was looked at."""
        answer: HttpResponse = super().changelist_view(request, extra_context)
        if answer.status_code == 200 and hasattr(answer, "context_data"):
            shown = answer.context_data["cl"].result_list
            staff_looked_at_many(request, [entry.payer_id for entry in shown], what=WHAT)
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One of them, the look recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        entry: AssistedResident = self.row_or_404(request, object_id)
        staff_looked(request, entry.payer, what=WHAT)
        told = {**(extra_context or {}), "title": f"Lista wsparcia: {entry.payer.name}"}
        answer: HttpResponse = super().change_view(request, object_id, form_url, told)
        return answer

    def save_model(self, request: HttpRequest, obj: AssistedResident, form: Any, change_it: bool) -> None:  # noqa: FBT001
        """Through the actions."""
        said, by = form.cleaned_data, actor_of(request)
        if change_it:
            change(obj, by=by)
            if said["leaves"]:
                strike_off(obj, by=by, at=timezone.now())
            return
        made = enter(
            number=said["number"],
            warden=said["warden"],
            help_words=said["help"],
            agreed_on=said["agreed_on"],
            by=by,
        )
        obj.pk, obj.payer = made.pk, made.payer


def visits_pdf(request: HttpRequest, broadcast: Broadcast, *, at: datetime) -> bytes:
    """The list of visits on paper, a page for each warden; everybody on it was looked at."""
    found = visits(broadcast)
    staff_looked_at_many(request, [visit.entry.payer_id for visit in found], what=f"{WHAT}: obchód")
    by_warden = [(warden, list(rows)) for warden, rows in groupby(found, key=lambda visit: visit.entry.warden)]
    told = {"broadcast": broadcast, "heading": title(words_of(broadcast), "pl"), "wardens": by_warden, "at": at}
    return render_pdf("pdf/visits.html", told)
