"""What this floor keeps of people, for the register of processing. Registered as the app starts (residents/apps.py)."""

from core.processing import Category, Period, Unit, register

KRI = "rozporządzenie w sprawie Krajowych Ram Interoperacyjności: dzienniki systemów przez dwa lata"
TASK = "art. 6 ust. 1 lit. c i e RODO"
NOBODY = "brak"

PAYERS = Category(
    code="payers",
    name="Płatnicy",
    purpose="Rozpoznanie, kto i ile jest winien gminie",
    people="podatnicy i inni płatnicy, osoby i firmy",
    data="imię i nazwisko lub nazwa, PESEL, NIP lub REGON, adres, telefon i e-mail do powiadomień",
    recipients=NOBODY,
    lawful_basis=TASK,
    kept_basis="tak długo, jak należności i zgody, które wskazują płatnika",
    since="zarejestrowanie płatnika",
    keep=Period(5, Unit.CALENDAR_YEARS),
    overdue="residents.retention.count_bare_payers",
    why_kept="płatnik zostaje, dopóki wskazują go należności, wpłaty lub zgody; usuwa się go na wniosek (art. 17 RODO)",
)
ACCOUNTS = Category(
    code="accounts",
    name="Konta w portalu",
    purpose="Zalogowanie i dostęp do własnych danych",
    people="mieszkańcy i pracownicy z kontem",
    data="e-mail, imię i nazwisko, skrót hasła, klucze i drugi składnik, czas logowania",
    recipients="operator poczty: adres e-mail",
    lawful_basis="art. 6 ust. 1 lit. e RODO",
    kept_basis="dopóki konto jest potrzebne: usuwa się je na wniosek",
    since="ostatnie logowanie",
    keep=Period(36, Unit.MONTHS),
    overdue="residents.retention.count_idle_accounts",
    why_kept="nieużywane konto może być jedyną drogą do należności: o zamknięciu decyduje pracownik",
)
CLOSED_ACCOUNTS = Category(
    code="closed_accounts",
    name="Adresy e-mail zamkniętych kont",
    purpose="Wysłanie potwierdzenia, że dane usunięto",
    people="osoby, których dane usunięto na wniosek",
    data="e-mail",
    recipients="operator poczty",
    lawful_basis="art. 12 ust. 3 RODO",
    kept_basis="art. 12 ust. 3 RODO: do wysłania odpowiedzi",
    since="usunięcie danych",
    keep=Period(1, Unit.DAYS),
    forget="residents.identity_erasure.forget_closed",
    overdue="residents.identity_erasure.count_closed",
)
MANDATES = Category(
    code="mandates",
    name="Umocowania, pełnomocnictwa i sporne tożsamości",
    purpose="Sprawdzenie, kto może działać w czyim imieniu",
    people="płatnicy, ich pełnomocnicy, przedstawiciele i opiekunowie",
    data="konto, płatnik, podstawa i zakres, daty, skan pełnomocnictwa",
    recipients=NOBODY,
    lawful_basis=TASK,
    kept_basis="art. 118 Kodeksu cywilnego: przedawnienie roszczeń",
    since="koniec umocowania",
    keep=Period(6, Unit.CALENDAR_YEARS),
    overdue="residents.retention.count_ended_mandates",
    why_kept="dowód, kto działał za płatnika: usuwa go pracownik po sprawdzeniu, że nie toczy się spór",
)
LOOKS = Category(
    code="looks",
    name="Kto przeglądał dane",
    purpose="Rozliczalność dostępu do danych płatników",
    people="płatnicy, pracownicy urzędu, osoby działające za płatnika",
    data="nazwa konta, płatnik, co i po co oglądano, czas, adres IP",
    recipients="płatnik, którego danych dotyczy podgląd (bez adresu IP); inspektor ochrony danych",
    lawful_basis="art. 6 ust. 1 lit. c RODO w związku z art. 5 ust. 2 i art. 32 RODO",
    kept_basis=KRI,
    since="podgląd",
    keep=Period(24, Unit.MONTHS),
    least=Period(24, Unit.MONTHS),
    forget="residents.looks.forget_looks",
    overdue="residents.retention.count_looks",
)
CODES = Category(
    code="codes",
    name="Kody potwierdzające tożsamość",
    purpose="Połączenie konta z płatnikiem",
    people="płatnicy",
    data="skrót kodu, kto wydał i kto użył, czas",
    recipients=NOBODY,
    lawful_basis=TASK,
    kept_basis="art. 5 ust. 1 lit. e RODO: kwartał na wyjaśnienia",
    since="koniec ważności kodu",
    keep=Period(90, Unit.DAYS),
    forget="residents.retention.forget_codes",
    overdue="residents.retention.count_codes",
)
SESSIONS = Category(
    code="sessions",
    name="Sesje",
    purpose="Utrzymanie zalogowania",
    people="mieszkańcy i pracownicy z kontem",
    data="konto, wybrany płatnik, urządzenie, adres IP, czas",
    recipients=NOBODY,
    lawful_basis="art. 6 ust. 1 lit. e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO",
    since="koniec sesji",
    keep=Period(1, Unit.DAYS),
    forget="residents.retention.forget_sessions",
    overdue="residents.retention.count_sessions",
)
DEVICES = Category(
    code="devices",
    name="Znane przeglądarki",
    purpose="Zawiadomienie o logowaniu z nowej przeglądarki",
    people="mieszkańcy i pracownicy z kontem",
    data="skrót losowego ciasteczka, kiedy pierwszy i ostatni raz",
    recipients=NOBODY,
    lawful_basis="art. 6 ust. 1 lit. e RODO w związku z art. 32 RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: tyle, ile żyje ciasteczko",
    since="ostatnie logowanie z przeglądarki",
    keep=Period(400, Unit.DAYS),
    forget="residents.retention.forget_devices",
    overdue="residents.retention.count_devices",
)
NOTICES = Category(
    code="notices",
    name="Zawiadomienia o koncie",
    purpose="Powiadomienie właściciela konta o zmianach",
    people="mieszkańcy i pracownicy z kontem",
    data="konto, rodzaj i treść zawiadomienia, czas",
    recipients="operator poczty",
    lawful_basis="art. 6 ust. 1 lit. c i e RODO w związku z art. 32 RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: rok na pytania",
    since="napisanie zawiadomienia",
    keep=Period(12, Unit.MONTHS),
    forget="residents.retention.forget_notices",
    overdue="residents.retention.count_notices",
)
DATA_REQUESTS = Category(
    code="data_requests",
    name="Wnioski o dane osobowe",
    purpose="Odpowiedź na żądanie i wykazanie, że odpowiedziano",
    people="osoby, które złożyły wniosek",
    data="treść żądania i odpowiedzi, konto, płatnik, daty",
    recipients=NOBODY,
    lawful_basis="art. 6 ust. 1 lit. c RODO w związku z art. 12 i 15–22 RODO",
    kept_basis="art. 5 ust. 2 RODO (rozliczalność), art. 118 Kodeksu cywilnego",
    since="odpowiedź na wniosek",
    keep=Period(6, Unit.CALENDAR_YEARS),
    least=Period(12, Unit.MONTHS),
    forget="residents.retention.forget_requests",
    overdue="residents.retention.count_requests",
)
ALL = (PAYERS, ACCOUNTS, CLOSED_ACCOUNTS, MANDATES, LOOKS, CODES, SESSIONS, DEVICES, NOTICES, DATA_REQUESTS)

register(*ALL)
