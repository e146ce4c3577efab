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
    "ask_refund": "wniosek o zwrot wpłaty",
    "approve_refund": "zatwierdzenie zwrotu",
    "withdraw_refund": "wycofanie zwrotu",
    "note_return": "zwrot odesłany przez bank",
    "record_reversal": "cofnięcie wpłaty przez operatora",
    "settle_payout": "rozliczenie wypłaty operatora",
    "unsettle_payout": "cofnięcie rozliczenia wypłaty",
    "take_report": "pobranie raportu",
    "list_refunds": "lista przelewów zwrotów",
}
SUBJECTS = {
    "bank_entry": "pozycja wyciągu",
    "bank_statement": "wyciąg bankowy",
    "payment": "płatność",
    "refund": "zwrot",
    "refund_list": "lista przelewów ze zwrotami",
    "report": "raport",
    "statement_file": "wyciąg",
}
