"""Routes of the consents floor."""

from django.urls import path

from consents import portal_views, signed_views, views

app_name = "consents"
urlpatterns = [
    path("zgody/", views.my_consents, name="my"),
    path("zgody/ustaw/", portal_views.set_consents, name="set"),
    path("zgody/podpisz/", portal_views.sign, name="sign"),
    path("zgody/adres/<str:kind>/", portal_views.confirm, name="confirm_address"),
    path("zgody/wycofaj/", portal_views.withdraw, name="withdraw"),
    path("zgody/potwierdzenie.pdf", views.confirmation, name="confirmation"),
    path("zgody/podpisany-wniosek/", signed_views.send_signed, name="send_signed"),
    path("zgody/wniosek.pdf", views.paper, name="paper"),
]
