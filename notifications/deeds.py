"""What this floor writes into the journal of events, in words (core/audit_words.py)."""

VERBS = {
    "set_route": "zmiana drogi wysyłania",
    "lift_suppression": "ponowne dopuszczenie adresu",
    "edit_text": "zmiana tekstu wiadomości",
}
SUBJECTS = {
    "gateway": "bramka:",
    "suppressed_address": "wstrzymany adres",
    "template": "tekst",
}
