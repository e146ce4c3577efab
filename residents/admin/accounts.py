"""Sign-ins, and who may act for whom."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.admin import ReadOnlyAdmin
from residents.access import actor_of
from residents.actions import revoke_mandate
from residents.models import Account, Mandate

admin.site.unregister(Group)
# An address marked as confirmed by hand hands an account over, and a second factor's row shows its secret.
admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)


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
