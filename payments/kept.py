"""What this floor keeps of people, for the register of processing. Registered as the app starts."""

from core.processing import Category, Period, Unit, register

PAYMENTS = Category(
    code="payments",
    name="Płatności i potwierdzenia",
    purpose="Przyjęcie wpłaty i zaliczenie jej na należność",
    people="płatnicy i osoby, które za nich płacą",
    data="kwota, należności, numer u operatora, konto, z którego zapłacono w portalu, czas; zwroty z rachunkiem",
    recipients="operator płatności (PayU): kwota, opis, e-mail i adres IP płacącego",
    lawful_basis="art. 6 ust. 1 lit. c i e RODO",
    kept_basis="art. 74 ust. 2 i 3 ustawy o rachunkowości",
    since="rozpoczęcie płatności",
    keep=Period(5, Unit.CALENDAR_YEARS),
    least=Period(5, Unit.CALENDAR_YEARS),
    overdue="payments.retention.count_payments",
    why_kept="dowody księgowe brakuje archiwista, za zgodą archiwum państwowego",
)

STATEMENTS = Category(
    code="statements",
    name="Wyciągi bankowe i wpłaty przelewem",
    purpose="Odnalezienie wpłaty i zaliczenie jej na należność",
    people="płatnicy, osoby, które za nich płacą, i każdy, kto coś wpłacił na rachunek gminy",
    data="plik z banku, nazwa i rachunek wpłacającego, tytuł, kwota, dni; tytuł, nazwa i plik są zaszyfrowane",
    recipients="nikt poza urzędem; dane pochodzą z banku gminy",
    lawful_basis="art. 6 ust. 1 lit. c i e RODO",
    kept_basis="art. 74 ust. 2 i 3 ustawy o rachunkowości",
    since="dzień wyciągu",
    keep=Period(5, Unit.CALENDAR_YEARS),
    least=Period(5, Unit.CALENDAR_YEARS),
    overdue="payments.retention.count_statements",
    why_kept="dowody księgowe brakuje archiwista, za zgodą archiwum państwowego",
)

register(PAYMENTS, STATEMENTS)
