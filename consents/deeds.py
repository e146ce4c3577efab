"""What this floor writes into the journal of events, in words (core/audit_words.py)."""

VERBS = {
    "print_form": "wydruk wniosku dla płatnika",
    "print_blanks": "wydruk pustych wniosków",
    "queue_scan": "skan do sprawdzenia",
    "set_aside_scan": "odłożenie skanu",
    "register_application": "zarejestrowanie wniosku",
    "change_draft": "poprawienie wniosku",
    "accept_application": "przyjęcie wniosku",
    "reject_application": "odrzucenie wniosku",
    "import_applications": "wczytanie wniosków",
    "withdraw_consent": "wycofanie zgody",
    "ask_address_code": "wysłanie kodu na telefon lub e-mail",
    "confirm_address": "potwierdzenie telefonu lub e-maila",
    "receive_signed_file": "przyjęcie podpisanego pliku",
    "decide_signed_file": "rozpatrzenie podpisanego pliku",
    "change_topic": "zmiana rodzaju powiadomień",
}
SUBJECTS = {
    "forms": "wnioski",
    "scan": "skan",
    "application": "wniosek",
    "withdrawal": "wycofanie",
    "papers": "wnioski:",
    "signed_file": "podpisany plik",
    "topic": "rodzaj powiadomień",
}
