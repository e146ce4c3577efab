"""Routes of the residents floor."""

from django.urls import path

from residents import rodo_views, session_views, views

app_name = "residents"
urlpatterns = [
    path("konto/sesje/", session_views.sessions, name="sessions"),
    path("konto/sesja/", session_views.session_left, name="session_left"),
    path("konto/sesja/zostaje/", session_views.stay, name="stay"),
    path("konto/bezczynnosc/", session_views.idle, name="idle"),
    path("moje-dane/", views.profile, name="profile"),
    path("moje-dane/potwierdz/", views.confirm, name="confirm"),
    path("moje-dane/zgloszenia/", views.claims, name="claims"),
    path("moje-dane/umocowania/<int:pk>/", views.mandate, name="mandate"),
    path("moje-dane/umocowania/<int:pk>/skan/", views.mandate_scan, name="mandate_scan"),
    path("moje-dane/dzialam-jako/", views.switch, name="switch"),
    path("moje-dane/kto-przegladal/", views.looks, name="looks"),
    path("moje-dane/prawa/", rodo_views.rights, name="rights"),
    path("moje-dane/prawa/pobierz/", rodo_views.download, name="download"),
    path("moje-dane/prawa/sprostowanie/", rodo_views.correction, name="correction"),
    path("moje-dane/prawa/usuniecie/", rodo_views.erasure, name="erasure"),
]
