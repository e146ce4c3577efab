"""What this floor keeps of people, for the register of processing; registered as the app starts."""

from core.processing import Category, Period, Unit, register

OFFICERS = Category(
    code="duty_officers",
    name="Dyżurni zarządzania kryzysowego",
    purpose="Powiadomienie dyżurnych o ostrzeżeniach i ćwiczenia",
    people="pracownicy urzędu i osoby pełniące dyżury",
    data="imię i nazwisko, telefon i e-mail służbowy",
    recipients="operator bramki SMS, operator poczty elektronicznej",
    lawful_basis="art. 6 ust. 1 lit. e RODO w zw. z ustawą z 5 grudnia 2024 r. o ochronie ludności i obronie cywilnej",
    kept_basis="art. 5 ust. 1 lit. e RODO: dopóki ktoś pełni dyżury",
    since="zejście z listy dyżurów i ćwiczeń",
    keep=Period(30, Unit.DAYS),
    forget="broadcasts.officers.forget_officers",
    overdue="broadcasts.officers.count_left_officers",
)

BROADCASTS = Category(
    code="broadcasts",
    name="Ostrzeżenia kryzysowe gminy",
    purpose="Wykazanie, kto, kiedy i kogo ostrzegł",
    people="pracownicy urzędu, którzy pisali, zatwierdzali i nadawali ostrzeżenia",
    data="imię i nazwisko, co i kiedy zrobili; liczby wiadomości bez danych odbiorców",
    recipients="brak",
    lawful_basis="art. 6 ust. 1 lit. c i e RODO w zw. z ustawą z 5.12.2024 o ochronie ludności i obronie cywilnej",
    kept_basis="dowód wykonania zadania publicznego",
    since="nadanie ostrzeżenia",
    keep=Period(5, Unit.CALENDAR_YEARS),
    overdue="broadcasts.publishing.count_old",
    why_kept="o przekazaniu do archiwum decyduje archiwista urzędu",
)

ASSISTED = Category(
    code="assisted_residents",
    name="Lista wsparcia w zagrożeniu",
    purpose="Telefon i odwiedziny u osób, które w zagrożeniu potrzebują pomocy",
    people="mieszkańcy, którzy o to poprosili",
    data="kto zajrzy, jak pomóc, dzień zgody; sam wpis może mówić o stanie zdrowia",
    recipients="wskazani opiekunowie i sołtysi",
    lawful_basis="zgoda: art. 6 ust. 1 lit. a i art. 9 ust. 2 lit. a RODO",
    kept_basis="art. 5 ust. 1 lit. e RODO: dopóki trwa zgoda",
    since="skreślenie z listy",
    keep=Period(30, Unit.DAYS),
    forget="broadcasts.assisted.forget_assisted",
    overdue="broadcasts.assisted.count_struck_off",
)

register(OFFICERS, BROADCASTS, ASSISTED)
