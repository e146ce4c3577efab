"""Routes of the residents floor."""

from django.urls import path

from residents import account_views, attorney_views, rodo_views, session_views, views

app_name = "residents"
urlpatterns = [
    path("konto/dane/", account_views.account_data, name="account_data"),
    path("konto/dane/pobierz/", account_views.account_download, name="account_download"),
    path("konto/dane/zamknij/", account_views.account_closing, name="account_closing"),
    path("konto/sesje/", session_views.sessions, name="sessions"),
    path("konto/sesja/", session_views.session_left, name="session_left"),
    path("konto/sesja/zostaje/", session_views.stay, name="stay"),
    path("konto/bezczynnosc/", session_views.idle, name="idle"),
    path("moje-dane/", views.profile, name="profile"),
    path("moje-dane/potwierdz/", views.confirm, name="confirm"),
    path("moje-dane/zgloszenia/", views.claims, name="claims"),
    path("moje-dane/umocowania/<int:pk>/", views.mandate, name="mandate"),
    path("moje-dane/umocowania/<int:pk>/skan/", views.mandate_scan, name="mandate_scan"),
    path("moje-dane/pelnomocnictwa/", attorney_views.attorney, name="attorney"),
    path("moje-dane/pelnomocnictwa/<int:pk>/wycofaj/", attorney_views.withdraw, name="attorney_withdraw"),
    path("moje-dane/pelnomocnictwa/<int:pk>/skan/", attorney_views.attorney_scan, name="attorney_scan"),
    path("moje-dane/dzialam-jako/", views.switch, name="switch"),
    path("moje-dane/kto-przegladal/", views.looks, name="looks"),
    path("moje-dane/prawa/", rodo_views.rights, name="rights"),
    path("moje-dane/prawa/pobierz/", rodo_views.download, name="download"),
    path("moje-dane/prawa/sprostowanie/", rodo_views.correction, name="correction"),
    path("moje-dane/prawa/usuniecie/", rodo_views.erasure, name="erasure"),
]
