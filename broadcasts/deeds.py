"""What this floor writes into the journal of events, in words (core/audit_words.py)."""

VERBS = {
    "take_warnings": "przyjęcie ostrzeżeń ze źródła",
    "take_cap_file": "wczytanie komunikatu CAP",
    "set_officer": "zmiana listy dyżurnych",
    "set_hazard": "zmiana gotowych tekstów ostrzeżeń",
    "set_district": "zmiana dzielnicy lub sołectwa",
    "broadcast_made": "ostrzeżenie: szkic",
    "broadcast_written": "ostrzeżenie: zmiana treści",
    "broadcast_submitted": "ostrzeżenie: przekazanie do zatwierdzenia",
    "broadcast_returned": "ostrzeżenie: zwrot do poprawy",
    "broadcast_approved": "ostrzeżenie: zatwierdzenie",
    "broadcast_broke_glass": "ostrzeżenie: NADANIE BEZ ZATWIERDZENIA",
    "broadcast_started": "ostrzeżenie: nadanie",
    "broadcast_paused": "ostrzeżenie: wstrzymanie",
    "broadcast_resumed": "ostrzeżenie: wznowienie",
    "broadcast_finished": "ostrzeżenie: koniec nadawania",
    "broadcast_called_off": "ostrzeżenie: przestało obowiązywać",
    "broadcast_dropped": "ostrzeżenie: porzucenie szkicu",
}
SUBJECTS = {
    "source": "źródło ostrzeżeń",
    "inbound": "zdarzenie z zewnątrz",
    "officer": "dyżurny",
    "hazard": "gotowe teksty",
    "district": "dzielnica",
    "broadcast": "ostrzeżenie gminy",
}
