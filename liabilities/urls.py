"""Routes of the liabilities floor."""

from django.urls import path

from liabilities import api, calendar_views, card_views, postings_views, views

app_name = "liabilities"
urlpatterns = [
    path("naleznosci/", views.my_dues, name="my_dues"),
    path("naleznosci/zaplacone/", views.paid_dues, name="paid_dues"),
    path("naleznosci/karta/", card_views.card, name="card"),
    path("naleznosci/karta/karta.pdf", card_views.card_as_pdf, name="card_pdf"),
    path("naleznosci/karta/karta.csv", card_views.card_as_csv, name="card_csv"),
    path("naleznosci/kalendarz/", calendar_views.calendar, name="calendar"),
    path("naleznosci/<int:instalment_id>/", views.due_detail, name="due"),
    path("naleznosci/<int:instalment_id>/wyjasnienie.pdf", views.due_explained, name="due_pdf"),
    path("api/v1/dues/", api.dues, name="api_dues"),
    path("api/v1/postings/", postings_views.exports, name="api_postings"),
    path("api/v1/postings/<int:export>/", postings_views.export_file, name="api_posting_file"),
    path("api/v1/postings/<int:export>/ack/", postings_views.answers, name="api_posting_ack"),
    path("api/v1/openapi.json", api.description, name="api_description"),
    path("kalendarz/<str:secret>.ics", calendar_views.feed, name="calendar_feed"),
]
