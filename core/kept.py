"""What the ground floor keeps of people, for the register of processing; registered as the app starts."""

from core.processing import Category, Period, Unit, register

KRI = "rozporządzenie w sprawie Krajowych Ram Interoperacyjności: dzienniki systemów przez dwa lata"

EVENTS = Category(
    code="inbound_events",
    name="Zdarzenia od operatorów płatności i wysyłki",
    purpose="Rozliczenie wpłat i doręczeń, wyjaśnianie reklamacji",
    people="płatnicy, którzy zapłacili lub dostali wiadomość",
    data="treść powiadomienia operatora: numer i kwota płatności, numer i stan wiadomości",
    recipients="brak",
    lawful_basis="art. 6 ust. 1 lit. c i e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: tyle, ile trwają reklamacje",
    since="odebranie zdarzenia",
    keep=Period(90, Unit.DAYS),
    forget="core.inbound.forget_handled",
    overdue="core.inbound.count_forgettable",
)
AUDIT = Category(
    code="audit",
    name="Dziennik zdarzeń",
    purpose="Rozliczalność: kto co zmienił i w czyim imieniu",
    people="pracownicy urzędu, mieszkańcy z kontem",
    data="nazwa konta, adres IP, czynność, numer sprawy",
    recipients="inspektor ochrony danych",
    lawful_basis="art. 6 ust. 1 lit. c RODO w związku z art. 5 ust. 2 i art. 32 RODO",
    kept_basis=KRI,
    since="wpis do dziennika",
    keep=Period(60, Unit.MONTHS),
    least=Period(24, Unit.MONTHS),
    forget="core.audit.forget_entries",
    overdue="core.audit.count_entries",
)
DOCUMENTS = Category(
    code="documents",
    name="Dokumenty, które czekają na rejestrację",
    purpose="Zarejestrowanie wniosku z przysłanego lub wczytanego skanu",
    people="osoby i firmy, których pismo wpłynęło",
    data="skan lub plik pisma: imię i nazwisko, PESEL, NIP lub REGON, telefon, e-mail, podpis",
    recipients="brak",
    lawful_basis="art. 6 ust. 1 lit. c i e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: zarejestrowany wniosek ma własny skan",
    since="wczytanie dokumentu, do którego nie odwołuje się żadna sprawa",
    keep=Period(30, Unit.DAYS),
    forget="core.documents.forgetting.forget_documents",
    overdue="core.documents.forgetting.count_documents",
)

register(EVENTS, AUDIT, DOCUMENTS)
