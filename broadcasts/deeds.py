"""What this floor writes into the journal of events, in words (core/audit_words.py)."""

VERBS = {
    "take_warnings": "przyjęcie ostrzeżeń ze źródła",
    "take_cap_file": "wczytanie komunikatu CAP",
    "set_officer": "zmiana listy dyżurnych",
}
SUBJECTS = {"officer": "dyżurny", "source": "źródło ostrzeżeń", "inbound": "zdarzenie z zewnątrz"}
