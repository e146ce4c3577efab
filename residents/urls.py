"""Routes of the residents floor."""

from django.urls import path

from residents import views

app_name = "residents"
urlpatterns = [
    path("moje-dane/", views.profile, name="profile"),
    path("moje-dane/potwierdz/", views.confirm, name="confirm"),
    path("moje-dane/zgloszenia/", views.claims, name="claims"),
    path("moje-dane/umocowania/<int:pk>/", views.mandate, name="mandate"),
    path("moje-dane/umocowania/<int:pk>/skan/", views.mandate_scan, name="mandate_scan"),
    path("moje-dane/dzialam-jako/", views.switch, name="switch"),
    path("moje-dane/kto-przegladal/", views.looks, name="looks"),
]
