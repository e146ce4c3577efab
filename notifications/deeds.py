"""What this floor writes into the journal of events, in words (core/audit_words.py)."""

VERBS = {
    "make_campaign": "przygotowanie kampanii",
    "campaign_scheduled": "zaplanowanie kampanii",
    "campaign_going": "wznowienie kampanii",
    "campaign_paused": "wstrzymanie kampanii",
    "campaign_stopped": "zatrzymanie kampanii",
    "set_daily_cap": "zmiana dziennego limitu wiadomości",
    "set_route": "zmiana drogi wysyłania",
    "lift_suppression": "ponowne dopuszczenie adresu",
    "set_wishes": "wybór drogi, godziny i języka wiadomości",
    "subscribe_browser": "włączenie powiadomień w przeglądarce",
    "unsubscribe_browser": "usunięcie przeglądarki",
    "choose_push_topics": "wybór powiadomień w przeglądarce",
    "edit_text": "zmiana tekstu wiadomości",
    "add_text": "nowy tekst wiadomości",
    "send_test_text": "próbna wysyłka tekstu",
}
SUBJECTS = {
    "campaign": "kampania",
    "gateway": "bramka:",
    "kind": "rodzaj wiadomości:",
    "suppressed_address": "wstrzymany adres",
    "template": "tekst",
}
