"""The site map."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from spm import views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("residents.urls")),
    path("", include("consents.urls")),
    path("", include("notifications.urls")),
    path("", include("broadcasts.urls")),
    path("", include("liabilities.urls")),
    path("", include("payments.urls")),
    # A refused sign-in by another service has a page of its own; allauth's bare one is led away from.
    path("konto/3rdparty/login/error/", RedirectView.as_view(pattern_name="account_login")),
    path("konto/", include("allauth.urls")),
    # Admin's own sign-in knows neither throttles nor second factors: staff sign in where everybody does.
    path("urzad/login/", secure_admin_login(admin.site.login)),
    path("urzad/", admin.site.urls),
    path("deklaracja-dostepnosci/", views.page, {"name": "declaration"}, name="declaration"),
    path("prywatnosc/", views.page, {"name": "privacy"}, name="privacy"),
    path("kontakt/", views.page, {"name": "contact"}, name="contact"),
    path("latwy-tekst/", views.page, {"name": "easy_read"}, name="easy_read"),
    path("zglos-usterke/", views.report_fault, name="report_fault"),
    path("wzornik/", views.wzornik, name="wzornik"),
    path("health/", views.health, name="health"),
]

handler400 = "spm.views.bad_request"
handler403 = "spm.views.forbidden"
handler404 = "spm.views.not_found"
handler429 = "spm.views.too_many_tries"  # allauth looks for it
handler500 = "spm.views.broken"
