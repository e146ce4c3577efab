"""What this floor keeps of people, for the register of processing. Registered as the app starts (mailroom/apps.py)."""

from core.processing import Category, Period, Unit, register

SETTLED = Category(
    code="mail",
    name="Poczta elektroniczna w sprawie powiadomień",
    purpose="Rejestracja wniosków przysłanych e-mailem i odpowiedzi na nie",
    people="osoby, które napisały na adres do składania wniosków",
    data="adres e-mail, temat, treść i załączniki wiadomości: imię i nazwisko, PESEL, NIP lub REGON, telefon, podpis",
    recipients="operator poczty elektronicznej",
    lawful_basis="art. 6 ust. 1 lit. c i e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: przyjęty wniosek ma własny skan",
    since="załatwienie wiadomości",
    keep=Period(12, Unit.MONTHS),
    forget="mailroom.retention.forget_settled",
    overdue="mailroom.retention.count_settled",
)
APART = Category(
    code="mail_apart",
    name="Spam i odpowiedzi automatyczne",
    purpose="Sprawdzenie, czy nie ma wśród nich wniosku",
    people="osoby, które napisały na adres do składania wniosków",
    data="adres e-mail, temat, treść i załączniki wiadomości",
    recipients="operator poczty elektronicznej",
    lawful_basis="art. 6 ust. 1 lit. e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: tyle, ile ktoś może pytać o zagubioną wiadomość",
    since="odebranie wiadomości",
    keep=Period(60, Unit.DAYS),
    forget="mailroom.retention.forget_apart",
    overdue="mailroom.retention.count_apart",
)

register(SETTLED, APART)
