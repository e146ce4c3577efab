"""Routes of the consents floor."""

from django.urls import path

from consents import views

app_name = "consents"
urlpatterns = [
    path("zgody/", views.my_consents, name="my"),
    path("zgody/wniosek.pdf", views.paper, name="paper"),
]
