"""What this floor writes into the journal of events, in words (core/audit_words.py)."""

VERBS = {
    "explain_entry": "wyjaśnienie pozycji wyciągu",
    "reopen_entry": "ponowne otwarcie pozycji wyciągu",
    "pass_reversal": "uznanie zwrotu na wyciągu",
    "accept_statement": "przyjęcie wyciągu",
    "reject_statement": "odrzucenie wyciągu",
    "start_payment": "rozpoczęcie płatności",
    "park_payment": "płatność do wyjaśnienia",
    "settle_by_clerk": "wyjaśnienie płatności",
    "import_statement": "wczytanie wyciągu bankowego",
}
SUBJECTS = {
    "bank_entry": "pozycja wyciągu",
    "bank_statement": "wyciąg bankowy",
    "payment": "płatność",
    "statement_file": "wyciąg",
}
