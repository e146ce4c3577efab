"""Names and places of the demo town. Dolina does not exist; nobody here does."""

WOMEN = (
    "Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Joanna Zofia Teresa Magdalena Monika "
    "Danuta "
    "Aleksandra Natalia Julia Karolina Zuzanna Marta Beata Dorota Halina Jadwiga Janina Grażyna Irena Paulina Justyna "
    "Bożena Urszula Renata Sylwia Patrycja Iwona Wiesława Marianna Stanisława Helena Łucja Róża Żaneta"
).split()
MEN = (
    "Jan Andrzej Piotr Krzysztof Stanisław Tomasz Paweł Józef Marcin Marek Michał Grzegorz Jerzy Tadeusz Adam Łukasz "
    "Zbigniew Ryszard Dariusz Henryk Mariusz Kazimierz Wojciech Robert Mateusz Marian Rafał Jacek Janusz Mirosław "
    "Maciej Sławomir Jarosław Kamil Wiesław Roman Władysław Jakub Artur Zdzisław Edward Mieczysław Damian Żegota"
).split()
# Surnames in -ski, -cki, -ny change with sex; the others do not.
CHANGING = (
    "Zieliński Wiśniewski Kamiński Lewandowski Szymański Dąbrowski Kozłowski Jankowski Wojciechowski Kwiatkowski "
    "Kaczmarski Piotrowski Grabowski Pawłowski Michalski Nowicki Adamski Jabłoński Wróblewski Majewski Olszewski "
    "Jaworski Malinowski Górski Rutkowski Sikorski Ostrowski Baranowski Zawadzki Sadowski Chmielewski Borkowski "
    "Czarnecki Sokołowski Urbański Kubicki Szczepański Zakrzewski Śliwiński Źródlański Żurawski Ćwikliński"
).split()
UNCHANGING = (
    "Nowak Kowalczyk Woźniak Mazur Krawczyk Kaczmarek Zając Król Wieczorek Jabłonka Wróbel Pawlak Walczak Stępień Rak "
    "Michalak Duda Szewczyk Tomczak Baran Pietrzak Marciniak Wójcik Bąk Włodarczyk Sikora Bielak Lis Mróz Kubiak "
    "Kołodziej Szulc Cieślak Gajda Kania Żak Ślusarz Gołąb Łoś Pająk Wilk Kruk"
).split()
STREETS = (
    "Rynek;Kościelna;Szkolna;Leśna;Polna;Ogrodowa;Lipowa;Słoneczna;Krótka;Długa;Zielona;Łąkowa;Brzozowa;Kwiatowa;"
    "Kolejowa;Młyńska;Nad Potokiem;Górska;Wodna;Spacerowa;Źródlana;Świerkowa;Dębowa;Strażacka;Sportowa"
).split(";")
COMPANIES = (
    "Stolarnia;Piekarnia;Warsztat samochodowy;Zakład budowlany;Sklep spożywczy;Hurtownia;Pensjonat;Gospoda;Tartak;"
    "Transport;Usługi komunalne;Drukarnia;Przychodnia;Apteka;Kwiaciarnia;Zakład stolarski;Cegielnia;Mleczarnia"
).split(";")
COMPANY_TAILS = ("sp. z o.o.", "s.c.", "sp.k.", "S.A.", "Spółdzielnia")


def feminine(surname: str) -> str:
    """«Zieliński» as a woman bears it: «Zielińska»."""
    return f"{surname[:-1]}a" if surname.endswith(("ski", "cki", "dzki")) else surname
