"""What an administrator does for somebody who lost a second factor, or whose account may be in wrong hands."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from unfold.decorators import action

from core.admin import ReadOnlyAdmin
from core.errors import Refused
from residents.access import actor_of
from residents.models import Account
from residents.safety_forms import IdentityCheckedForm
from residents.second_factor import remove_second_factor
from residents.sessions import sign_out_by_office


class AccountSafety(ReadOnlyAdmin):
    """Two deeds on an account's page, each with a page that asks once more."""

    actions_detail: tuple[str, ...] = ("remove_factor", "sign_out")

    @action(description="Usuń drugi składnik", permissions=["remove_factor"])  # type: ignore[untyped-decorator]
    def remove_factor(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A page that asks how identity was checked."""
        return redirect("admin:residents_account_factor", self._asked(object_id).pk)

    def has_remove_factor_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Who may take off another's second factor."""
        return bool(request.user.has_perm("residents.remove_second_factor"))

    @action(description="Wyloguj wszędzie", permissions=["sign_out"])  # type: ignore[untyped-decorator]
    def sign_out(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A page that asks once more."""
        return redirect("admin:residents_account_everywhere_out", self._asked(object_id).pk)

    def has_sign_out_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Who may end another's sessions."""
        return bool(request.user.has_perm("residents.end_sessions"))

    def _asked(self, object_id: object) -> Account:
        text = str(object_id)
        return get_object_or_404(Account, pk=int(text) if text.isdecimal() and len(text) < 19 else 0)

    def get_urls(self) -> list[URLPattern]:
        """The two pages beside the account's."""
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/drugi-skladnik/", view(self.factor_view), name="residents_account_factor"),
            path("<int:pk>/wyloguj/", view(self.sign_out_view), name="residents_account_everywhere_out"),
        ]
        return [*own, *super().get_urls()]

    def factor_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take off the second factors of somebody who lost theirs."""
        if not self.has_remove_factor_permission(request):
            raise PermissionDenied
        account = self._asked(pk)
        form = IdentityCheckedForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                remove_second_factor(account, checked_how=form.cleaned_data["checked_how"], by=actor_of(request))
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "Drugi składnik usunięty. Ta osoba ustawi nowy przy następnym logowaniu.")
                return redirect("admin:residents_account_change", account.pk)
        return self._page(request, account, "Usuń drugi składnik", "account_factor", form=form)

    def sign_out_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End every session of an account."""
        if not self.has_sign_out_permission(request):
            raise PermissionDenied
        account = self._asked(pk)
        if request.method == "POST":
            ended = sign_out_by_office(account, by=actor_of(request))
            messages.success(request, f"Zakończone sesje: {ended}.")
            return redirect("admin:residents_account_change", account.pk)
        return self._page(request, account, "Wyloguj wszędzie", "account_sign_out")

    def _page(self, request: HttpRequest, account: Account, title: str, template: str, **more: object) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "account": account,
            "back": reverse("admin:residents_account_change", args=[account.pk]),
            **more,
        }
        return render(request, f"admin/residents/{template}.html", context)
