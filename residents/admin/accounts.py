"""Sign-ins, and who may act for whom."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import action

from core.admin import ReadOnlyAdmin
from core.errors import Refused
from core.uploads import scan_response
from residents.access import actor_of, staff_looked
from residents.actions import revoke_mandate
from residents.admin.account_safety import AccountSafety
from residents.identity_forms import RolesForm
from residents.models import Account, Mandate
from residents.roles import set_roles

admin.site.unregister(Group)
# An address marked as confirmed by hand hands an account over, and a second factor's row shows its secret.
admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)
# Who is tied to an account by login.gov.pl is no business of the office; providers are set in the environment.
admin.site.unregister([SocialAccount, SocialApp, SocialToken])


@admin.register(Account)
class AccountAdmin(AccountSafety):
    """Sign-ins."""

    list_display = ("email", "full_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("=email", "full_name")
    search_help_text = "Nazwisko albo cały adres e-mail"
    fields = ("email", "full_name", "is_staff", "is_active", "groups", "date_joined", "last_login")
    ordering = ("full_name", "pk")
    actions_detail = ("give_role", *AccountSafety.actions_detail)

    @action(description="Role w urzędzie", permissions=["give_role"])  # type: ignore[untyped-decorator]
    def give_role(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A form with the office's roles."""
        return redirect("admin:residents_account_role", self.row_or_404(request, object_id).pk)

    def has_give_role_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may change accounts."""
        return bool(request.user.has_perm("residents.change_account"))

    def get_urls(self) -> list[URLPattern]:
        """The page of roles."""
        own = path("<int:pk>/rola/", self.admin_site.admin_view(self.role_view), name="residents_account_role")
        return [own, *super().get_urls()]

    def role_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the account's owner is at the office."""
        if not self.has_give_role_permission(request):
            raise PermissionDenied
        account = get_object_or_404(Account, pk=pk)
        typed = request.POST if request.method == "POST" else None
        form = RolesForm(typed, initial={"roles": account.groups.all()})
        back = reverse("admin:residents_account_change", args=[pk])
        if form.is_valid():
            try:
                set_roles(account, form.cleaned_data["roles"], by=actor_of(request))
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "Role zapisane. Działają od następnej strony.")
                return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": "Role w urzędzie",
            "account": account,
            "form": form,
            "back": back,
        }
        return render(request, "admin/residents/account_role.html", context)


@admin.register(Mandate)
class MandateAdmin(ReadOnlyAdmin):
    """Who may act for whom; may be revoked."""

    list_display = ("account", "payer", "basis", "scope", "valid_from", "valid_until", "revoked_at")
    list_filter = ("basis", "scope")
    search_fields = ("=account__email", "payer__name")
    list_select_related = ("account", "payer")
    fields = (
        *("account", "payer", "basis", "scope", "valid_from", "valid_until", "confirmed_how", "paper"),
        *("revoked_at", "revoked_by"),
    )
    readonly_fields = ("paper",)
    actions = ("revoke",)
    ordering = ("-valid_from",)

    @admin.display(description="skan pełnomocnictwa")
    def paper(self, mandate: Mandate) -> str:
        """A link to the scan, which only our view shows."""
        if not mandate.scan:
            return "brak"
        return format_html('<a href="{}">otwórz</a>', reverse("admin:residents_mandate_scan", args=[mandate.pk]))

    def get_urls(self) -> list[URLPattern]:
        """The scan, served by hand."""
        scan = path("<int:pk>/skan/", self.admin_site.admin_view(self.scan_view), name="residents_mandate_scan")
        return [scan, *super().get_urls()]

    def scan_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The scan, to staff who may see mandates, under a safe type and name."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        mandate = Mandate.objects.filter(pk=pk).select_related("payer").first()
        if mandate is None or not mandate.scan:
            raise Http404
        staff_looked(request, mandate.payer, what="skan pełnomocnictwa")
        return scan_response(mandate.scan, name=f"pelnomocnictwo-{mandate.pk}")

    @admin.action(description="Odwołaj umocowania", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: "QuerySet[Mandate]") -> None:
        """End the chosen mandates now."""
        for mandate in queryset:
            revoke_mandate(mandate, by=actor_of(request), at=timezone.now())
        messages.success(request, "Umocowania odwołane.")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Who may change mandates."""
        return bool(request.user.has_perm("residents.change_mandate"))
