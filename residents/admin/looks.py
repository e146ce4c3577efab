"""The data protection officer's page on who looked."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from residents.models import AccessRecord


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    """Who looked at whose data."""

    list_display = ("at", "account_name", "payer", "what", "basis", "address")
    search_fields = ("payer__name", "account_name")
    list_select_related = ("payer",)
    date_hierarchy = "at"
    ordering = ("-at",)
