"""Addresses of this floor."""

from django.urls import path

from broadcasts import views

app_name = "broadcasts"
urlpatterns = [
    path("ostrzezenia/", views.warnings_page, name="warnings"),
    path("ostrzezenia/rss.xml", views.rss, name="rss"),
    path("ostrzezenia/atom.xml", views.atom, name="atom"),
    path("ostrzezenia/<uuid:number>/", views.warning_page, name="warning"),
    path("ostrzezenia/<uuid:number>/cap.xml", views.cap, name="cap"),
]
