"""The clerks' queue of signed files: what came, why it was not accepted at once, what to do with it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from consents.models import SignedFile, SignedFileState
from consents.signatures.trust import town_trust
from consents.signed_files import close_file, draft_from_file, receive_signed_file
from consents.signed_form import CloseForm, OfficeSignedFileForm
from core.admin import ReadOnlyAdmin
from core.documents.serving import document_response, original_response
from core.errors import Refused
from residents.access import account_of, actor_of, staff_looked


@admin.register(SignedFile)
class SignedFileAdmin(ReadOnlyAdmin):
    """Every signed file; «add» takes one that came by ePUAP or e-Doręczenia."""

    list_display = ("number", "signer", "arrived_by", "received_on", "state", "why")
    list_display_links = ("number",)
    list_filter = ("state", "arrived_by")
    search_fields = ("document_number", "=sha256")
    list_per_page = 50
    ordering = ("-pk",)

    @admin.display(description="nr", ordering="pk")
    def number(self, stored: SignedFile) -> int:
        """The file's number."""
        return stored.pk

    @admin.display(description="podpisał(a)")
    def signer(self, stored: SignedFile) -> str:
        """Whom the signature names."""
        return str(stored.report.get("signer") or "–")

    @admin.display(description="powód")
    def why(self, stored: SignedFile) -> str:
        """The first reason why it waits."""
        is_waiting = stored.state == SignedFileState.WAITING
        return stored.reasons[0] if is_waiting and stored.reasons else ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who registers applications takes signed ones, too."""
        return account_of(request).has_perm("consents.add_consentapplication")

    def get_urls(self) -> list[URLPattern]:
        """The file as it came, and the rendition that is safe to look at."""
        view = self.admin_site.admin_view
        original = path("<int:pk>/plik/", view(self.original_view), name="consents_signedfile_original")
        shown = path("<int:pk>/podglad/", view(self.shown_view), name="consents_signedfile_shown")
        return [original, shown, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Take a file that came to the office."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = OfficeSignedFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            try:
                stored = receive_signed_file(
                    said["file"].read(),
                    name=str(said["file"].name),
                    arrived_by=said["arrived_by"],
                    document_number=said["document_number"],
                    trust=town_trust(),
                    by=actor_of(request),
                    at=timezone.now(),
                )
            except Refused as refusal:
                form.add_error("file", str(refusal))
            else:
                _tell(request, stored)
                return redirect("admin:consents_signedfile_change", stored.pk)
        context = {"title": "Wczytaj podpisany wniosek", "form": form, "stored": None}
        return self._page(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was found, and what a clerk may do with it."""
        stored = self._stored(request, object_id)
        form = CloseForm(request.POST if "close" in request.POST else None)
        if request.method == "POST":
            if not self.has_add_permission(request):
                raise PermissionDenied
            if done := self._post(request, stored, form):
                return done
        context = {
            "title": f"Plik podpisany nr {stored.pk}",
            "form": form,
            "stored": stored,
            "is_open": stored.state == SignedFileState.WAITING and self.has_add_permission(request),
            "has_picture": bool((stored.beside or stored.document).shown),
        }
        return self._page(request, context)

    def _post(self, request: HttpRequest, stored: SignedFile, form: CloseForm) -> HttpResponse | None:
        by, at = actor_of(request), timezone.now()
        try:
            if "draft" in request.POST:
                draft = draft_from_file(stored, trust=town_trust(), by=by, at=at)
                messages.success(request, f"Wniosek nr {draft.pk} czeka na sprawdzenie. Porównaj go z plikiem.")
                return redirect("admin:consents_consentapplication_change", draft.pk)
            if not form.is_valid():
                return None
            close_file(stored, why=form.cleaned_data["why"], by=by, at=at)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:consents_signedfile_change", stored.pk)
        messages.success(request, f"Plik nr {stored.pk} odłożony.")
        return redirect("admin:consents_signedfile_changelist")

    def _page(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        whole = {
            **self.admin_site.each_context(request),
            "is_open": False,
            "has_picture": False,
            "back": reverse("admin:consents_signedfile_changelist"),
            **context,
        }
        return render(request, "admin/consents/signed_file.html", whole)

    def _stored(self, request: HttpRequest, object_id: object) -> SignedFile:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not str(object_id).isdecimal():
            raise Http404
        stored = (
            SignedFile.objects.select_related("application__payer", "document").filter(pk=int(str(object_id))).first()
        )
        if stored is None:
            raise Http404
        if stored.application is not None:
            staff_looked(request, stored.application.payer, what="plik podpisany elektronicznie")
        return stored

    def original_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The bytes as they came, as a download."""
        return original_response(self._stored(request, pk).document, name=f"plik-podpisany-{pk}")

    def shown_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file drawn anew, without anything that could run."""
        stored = self._stored(request, pk)
        return document_response(stored.beside or stored.document, name=f"podglad-{pk}")


def _tell(request: HttpRequest, stored: SignedFile) -> None:
    if stored.state == SignedFileState.ACCEPTED:
        messages.success(request, f"Wniosek nr {stored.application_id} przyjęty od razu: podpis i numer się zgadzają.")
    elif stored.state == SignedFileState.WAITING:
        messages.warning(request, "Plik zapisany. Nie przyjęto go od razu – powody są poniżej.")
    else:
        messages.info(request, "Ten plik był już wczytany wcześniej.")
