"""Routes of the liabilities floor."""

from django.urls import URLPattern

app_name = "liabilities"
urlpatterns: list[URLPattern] = []
