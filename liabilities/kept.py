"""What this floor keeps of people, for the register of processing. Registered as the app starts."""

from core.processing import Category, Period, Unit, register

DUES = Category(
    code="dues",
    name="Należności, raty i księga",
    purpose="Pobór podatków, opłat i czynszów; pokazanie płatnikowi stanu konta",
    people="podatnicy i inni płatnicy, osoby i firmy",
    data="imię i nazwisko lub nazwa, PESEL, NIP lub REGON, adres, należności, terminy, wpłaty, odsetki, "
    "upomnienia i ich doręczenia",
    recipients="system finansowy urzędu: księgowania z numerem płatnika w portalu, bez nazwisk i numerów PESEL",
    lawful_basis="art. 6 ust. 1 lit. c i e RODO w związku z Ordynacją podatkową i ustawą o finansach publicznych",
    kept_basis="art. 70 § 1 Ordynacji podatkowej, art. 74 ust. 2 ustawy o rachunkowości",
    since="ostatni termin płatności",
    keep=Period(5, Unit.CALENDAR_YEARS),
    least=Period(5, Unit.CALENDAR_YEARS),
    overdue="liabilities.retention.count_dues",
    why_kept="akta brakuje archiwista, za zgodą archiwum państwowego (ustawa o narodowym zasobie archiwalnym, art. 5)",
)
PROBLEMS = Category(
    code="import_problems",
    name="Odrzucone wiersze plików z należnościami",
    purpose="Poprawienie pliku w systemie źródłowym",
    people="płatnicy z błędnych wierszy",
    data="odrzucone wiersze, jak stały w pliku (zaszyfrowane), i wartość błędnej kolumny; PESEL jest tam zasłonięty",
    recipients="brak",
    lawful_basis="art. 6 ust. 1 lit. e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: tyle, ile trwa wyjaśnianie importu",
    since="wczytanie pliku",
    keep=Period(12, Unit.MONTHS),
    forget="liabilities.retention.forget_problems",
    overdue="liabilities.retention.count_problems",
)
API_ANSWERS = Category(
    code="api_answers",
    name="Odpowiedzi dla systemów, które przysyłają należności",
    purpose="To samo żądanie wysłane drugi raz dostaje tę samą odpowiedź i niczego nie księguje po raz drugi",
    people="płatnicy z odrzuconych wierszy",
    data="klucze rat, wynik każdego wiersza, wartość błędnej kolumny; PESEL jest zasłonięty",
    recipients="system finansowy urzędu, który przysłał wiersze",
    lawful_basis="art. 6 ust. 1 lit. e RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: tyle, ile system może ponawiać żądanie",
    since="odpowiedź",
    keep=Period(1, Unit.MONTHS),
    forget="liabilities.retention.forget_answers",
    overdue="liabilities.retention.count_answers",
)

register(DUES, PROBLEMS, API_ANSWERS)
