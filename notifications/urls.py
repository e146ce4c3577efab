"""Routes of the notifications floor."""

from django.urls import path

from notifications import address_views, hooks, views

app_name = "notifications"
urlpatterns = [
    path("wiadomosci/", views.my_messages, name="inbox"),
    path("wiadomosci/<int:message_id>/", views.message_detail, name="message"),
    path("zgody/adres/<str:kind>/wyslij-kod/", address_views.send_code, name="send_address_code"),
    path("hooks/sms/<str:secret>/", hooks.sms_report, name="sms_report"),
]
