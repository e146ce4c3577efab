"""Routes that allauth takes up for its OpenID Connect provider; the names are allauth's."""

from django.urls import path

from residents.federated.openid import views

urlpatterns = [
    path("oidc/<slug:provider_id>/login/", views.start, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", views.come_back, name="openid_connect_callback"),
]
