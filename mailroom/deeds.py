"""What this floor writes into the journal of events, in words (core/audit_words.py)."""

VERBS = {
    "store_mail": "zapisanie wiadomości ze skrzynki",
    "read_mail": "odczytanie wiadomości",
    "give_up_mail": "wiadomość, której nie udało się odczytać",
    "look_at_mail": "otwarcie wiadomości",
    "decide_mail": "rozpatrzenie wiadomości",
    "reopen_mail": "ponowne otwarcie sprawy wiadomości",
    "move_mail": "przełożenie wiadomości do innej grupy",
}
SUBJECTS = {"mail": "wiadomość"}
