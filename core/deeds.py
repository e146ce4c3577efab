"""What this floor writes into the journal of events, in words (core/audit_words.py)."""

VERBS = {
    "change_retention": "zmiana okresu przechowywania",
    "forget": "usunięcie danych po terminie",
    "refuse_document": "odrzucenie przesłanego dokumentu",
    "rotate_keys": "wymiana kluczy szyfrujących",
    "store_document": "przyjęcie dokumentu",
}
SUBJECTS = {
    "retention": "okres przechowywania:",
    "document": "dokument",
    "keys": "klucze szyfrujące",
}
