"""Routes of the consents floor."""

from django.urls import URLPattern

app_name = "consents"
urlpatterns: list[URLPattern] = []
