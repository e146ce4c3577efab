"""Routes of the payments floor."""

from django.urls import path

from payments import checkout_views, hooks, receipt_views, transfer_views, views

app_name = "payments"
urlpatterns = [
    path("platnosci/", views.payment_history, name="history"),
    path("platnosci/koszyk/", checkout_views.basket, name="basket"),
    path("platnosci/rozpocznij/", checkout_views.start, name="start"),
    path("platnosci/<uuid:number>/przejdz/", checkout_views.go_on, name="go_on"),
    path("platnosci/przelew/", transfer_views.transfer, name="transfer"),
    path("platnosci/przelew/druk.pdf", transfer_views.slip, name="slip"),
    path("platnosci/<uuid:number>/", views.detail, name="detail"),
    path("platnosci/<uuid:number>/powrot/", views.returned, name="returned"),
    path("platnosci/<uuid:number>/potwierdzenie.pdf", views.receipt, name="receipt"),
    path("potwierdzenie/", receipt_views.verify, name="verify"),
    path("hooks/<slug:provider>/", hooks.notice, name="notice"),
    path("hooks/<slug:provider>/konto/<slug:recipient>/", hooks.notice, name="notice_of_recipient"),
]
