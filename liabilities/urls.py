"""Routes of the liabilities floor."""

from django.urls import path

from liabilities import views

app_name = "liabilities"
urlpatterns = [
    path("naleznosci/", views.my_dues, name="my_dues"),
    path("naleznosci/zaplacone/", views.paid_dues, name="paid_dues"),
    path("naleznosci/<int:instalment_id>/", views.due_detail, name="due"),
]
