"""What this floor keeps of people, for the register of processing. Registered as the app starts (consents/apps.py)."""

from core.processing import Category, Period, Unit, register

EVIDENCE = Category(
    code="consents",
    name="Wnioski o powiadomienia i historia zgód",
    purpose="Wysyłanie powiadomień za zgodą i wykazanie, że zgoda była udzielona",
    people="osoby i firmy, które złożyły wniosek",
    data="imię i nazwisko lub nazwa, PESEL, NIP lub REGON, telefon, e-mail, zaznaczone rodzaje, podpis (skan)",
    recipients="operatorzy wysyłki SMS i e-mail: numer lub adres i treść wiadomości",
    lawful_basis="art. 6 ust. 1 lit. a RODO; dowód: art. 7 ust. 1 i art. 6 ust. 1 lit. c RODO",
    kept_basis="art. 17 ust. 3 lit. e RODO, art. 118 Kodeksu cywilnego: przedawnienie roszczeń",
    since="wycofanie zgody lub zastąpienie wniosku nowszym",
    keep=Period(6, Unit.CALENDAR_YEARS),
    overdue="consents.retention.count_papers",
    why_kept="dowód zgody: usuwa go pracownik po sprawdzeniu, że nie toczy się spór",
)
REFUSED = Category(
    code="refused_applications",
    name="Skany i kontakty z odrzuconych wniosków",
    purpose="Wyjaśnienie, dlaczego wniosek odrzucono",
    people="osoby i firmy, których wniosek odrzucono",
    data="skan wniosku, telefon, e-mail",
    recipients="brak",
    lawful_basis="art. 6 ust. 1 lit. e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: tyle, ile można pytać o odrzucony wniosek",
    since="odrzucenie wniosku",
    keep=Period(12, Unit.MONTHS),
    forget="consents.retention.forget_refused",
    overdue="consents.retention.count_refused",
)

CODES = Category(
    code="address_codes",
    name="Kody potwierdzające telefon i e-mail",
    purpose="Sprawdzenie, że numer lub adres należy do mieszkańca, zanim cokolwiek tam wyślemy",
    people="osoby, które ustawiają zgody w portalu",
    data="telefon lub e-mail, skrót kodu, czas potwierdzenia",
    recipients="operatorzy wysyłki SMS i e-mail",
    lawful_basis="art. 6 ust. 1 lit. c RODO w związku z art. 5 ust. 1 lit. d",
    kept_basis="art. 5 ust. 1 lit. e RODO: potwierdzenie jest ważne 30 dni",
    since="wysłanie kodu",
    keep=Period(31, Unit.DAYS),
    forget="consents.address_codes.forget_codes",
    overdue="consents.address_codes.count_codes",
)

SIGNED_FILES = Category(
    code="signed_files",
    name="Odłożone pliki podpisane elektronicznie",
    purpose="Przyjęcie wniosku podpisanego elektronicznie i wyjaśnienie, dlaczego pliku nie przyjęto",
    people="osoby, które przysłały podpisany plik",
    data="plik z podpisem i danymi wniosku, imię i nazwisko podpisującego, wynik sprawdzenia podpisu",
    recipients="brak",
    lawful_basis="art. 6 ust. 1 lit. e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: tyle, ile można pytać o odłożony plik",
    since="odłożenie pliku; plik przyjętego wniosku zostaje z wnioskiem",
    keep=Period(12, Unit.MONTHS),
    forget="consents.retention.forget_signed_files",
    overdue="consents.retention.count_signed_files",
)

FORMS = Category(
    code="printed_forms",
    name="Wydrukowane formularze wniosku",
    purpose="Odnalezienie wniosku, który wraca na papierze, po numerze z jego kodu",
    people="osoby i firmy, dla których wydrukowano wniosek z ich danymi",
    data="numer formularza, komu i kiedy go wydrukowano, wersja klauzuli, rodzaje do wyboru",
    recipients="brak",
    lawful_basis="art. 6 ust. 1 lit. e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: wydrukowany wniosek wraca zwykle w ciągu roku; zwrócony jest dowodem",
    since="wydrukowanie formularza, który nie wrócił",
    keep=Period(24, Unit.MONTHS),
    forget="consents.retention.forget_forms",
    overdue="consents.retention.count_forms",
)

SCANS = Category(
    code="incoming_scans",
    name="Skany odłożone jako niebędące wnioskami",
    purpose="Wyjaśnienie, dlaczego skanu nie zarejestrowano",
    people="osoby, których pismo zeskanowano",
    data="skan pisma, powód odłożenia",
    recipients="brak",
    lawful_basis="art. 6 ust. 1 lit. e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: tyle, ile można pytać o odłożone pismo",
    since="odłożenie skanu",
    keep=Period(12, Unit.MONTHS),
    forget="consents.retention.forget_scans",
    overdue="consents.retention.count_scans",
)

register(EVIDENCE, REFUSED, CODES, SIGNED_FILES, FORMS, SCANS)
