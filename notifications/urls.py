"""Routes of the notifications floor."""

from django.urls import path

from notifications import address_views, hooks, mail_hooks, push_views, unsubscribe_views, views, wish_views

app_name = "notifications"
urlpatterns = [
    path("wiadomosci/", views.my_messages, name="inbox"),
    path("wiadomosci/<int:message_id>/", views.message_detail, name="message"),
    path("wiadomosci/ustawienia/", wish_views.my_wishes, name="wishes"),
    path("wiadomosci/przegladarki/", push_views.my_browsers, name="browsers"),
    path("wiadomosci/przegladarki/dodaj/", push_views.add_browser, name="add_browser"),
    path("wiadomosci/przegladarki/<int:subscription_id>/usun/", push_views.remove_browser, name="remove_browser"),
    path("powiadomienia.js", push_views.service_worker, name="service_worker"),
    path("zgody/adres/<str:kind>/wyslij-kod/", address_views.send_code, name="send_address_code"),
    path("zgody/wypisz/<str:token>/", unsubscribe_views.unsubscribe_view, name="unsubscribe"),
    path("hooks/sms/<str:secret>/odpowiedzi/", hooks.sms_answer, name="sms_answer"),
    path("hooks/sms/<str:secret>/", hooks.sms_report, name="sms_report"),
    path("hooks/mail/mailjet/", mail_hooks.mailjet_events, name="mailjet_events"),
    path("hooks/serwersms/<str:secret>/", hooks.serwersms_report, name="serwersms_report"),
]
