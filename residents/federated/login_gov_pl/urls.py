"""Routes that allauth takes up for its SAML provider; the names are allauth's."""

from django.urls import path

from residents.federated.login_gov_pl import views

urlpatterns = [
    path("saml/<slug:organization_slug>/login/", views.start, name="saml_login"),
    path("saml/<slug:organization_slug>/acs/", views.take_answer, name="saml_acs"),
    path("saml/<slug:organization_slug>/acs/finish/", views.finish, name="saml_finish_acs"),
    path("saml/<slug:organization_slug>/metadata/", views.metadata, name="saml_metadata"),
]
