"""What this floor keeps of people, for the register of processing. Registered as the app starts."""

from core.processing import Category, Period, Unit, register

MESSAGES = Category(
    code="messages",
    name="Treść wiadomości oraz numery i adresy, na które poszły",
    purpose="Pokazanie mieszkańcowi jego wiadomości, wyjaśnianie reklamacji",
    people="osoby i firmy, które dostały powiadomienie",
    data="telefon lub e-mail, treść wiadomości; wybrany język, droga i godzina",
    recipients="operatorzy wysyłki SMS i e-mail",
    lawful_basis="art. 6 ust. 1 lit. a RODO; ostrzeżenia: art. 6 ust. 1 lit. d i e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: rok na pytania; sam fakt wysłania zostaje jako rozliczenie zgody",
    since="dodanie wiadomości do kolejki",
    keep=Period(12, Unit.MONTHS),
    forget="notifications.retention.forget_messages",
    overdue="notifications.retention.count_messages",
)

LETTERS = Category(
    code="service_letters",
    name="Kody i odpowiedzi na STOP: numery i adresy, na które poszły",
    purpose="Potwierdzenie numeru lub adresu, potwierdzenie wycofania zgody",
    people="osoby, które ustawiają lub wycofują zgody",
    data="telefon lub e-mail; treść tylko do chwili wysłania",
    recipients="operatorzy wysyłki SMS i e-mail",
    lawful_basis="art. 6 ust. 1 lit. c RODO w związku z art. 7 ust. 3",
    kept_basis="art. 5 ust. 1 lit. e RODO: tyle, ile trwają reklamacje",
    since="dodanie do kolejki",
    keep=Period(31, Unit.DAYS),
    forget="notifications.service_letters.forget_letters",
    overdue="notifications.service_letters.count_letters",
)

SUPPRESSED = Category(
    code="suppressed_addresses",
    name="Numery i adresy, które nie przyjmują wiadomości",
    purpose="Niewysyłanie na adresy, które nie istnieją lub których właściciel odmówił u operatora",
    people="osoby i firmy, których numer lub adres nie przyjął powiadomienia",
    data="telefon lub e-mail, powód odmowy",
    recipients="nikt",
    lawful_basis="art. 6 ust. 1 lit. c RODO w związku z art. 5 ust. 1 lit. d",
    kept_basis="art. 5 ust. 1 lit. e RODO: numery wracają do obiegu po roku",
    since="odmowa bramki",
    keep=Period(12, Unit.MONTHS),
    forget="notifications.suppression.forget_suppressed",
    overdue="notifications.suppression.count_suppressed",
)

BROWSERS = Category(
    code="push_browsers",
    name="Przeglądarki, które pokazują powiadomienia",
    purpose="Wysyłanie powiadomień do przeglądarki mieszkańca",
    people="osoby i firmy, które włączyły powiadomienia w przeglądarce",
    data="adres w usłudze przeglądarki i klucze szyfrujące, nazwa przeglądarki, wybrane rodzaje powiadomień",
    recipients="usługa powiadomień przeglądarki (Google, Mozilla, Microsoft, Apple), która treści nie odczyta",
    lawful_basis="art. 6 ust. 1 lit. a RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: do usunięcia lub wypisania się, potem zgoda wymaga odnowienia",
    since="włączenie przeglądarki",
    keep=Period(36, Unit.MONTHS),
    forget="notifications.push.forget_browsers",
    overdue="notifications.push.count_browsers",
)

register(MESSAGES, LETTERS, SUPPRESSED, BROWSERS)
