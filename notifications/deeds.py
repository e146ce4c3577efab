"""What this floor writes into the journal of events, in words (core/audit_words.py)."""

VERBS = {
    "set_route": "zmiana drogi wysyłania",
    "lift_suppression": "ponowne dopuszczenie adresu",
    "set_wishes": "wybór drogi, godziny i języka wiadomości",
    "edit_text": "zmiana tekstu wiadomości",
    "add_text": "nowy tekst wiadomości",
    "send_test_text": "próbna wysyłka tekstu",
}
SUBJECTS = {
    "gateway": "bramka:",
    "suppressed_address": "wstrzymany adres",
    "template": "tekst",
}
