"""How long each category of data is kept at first, and who in the office works with requests about data."""

from django.db import migrations

from spm import migration_steps as steps


class Migration(migrations.Migration):
    dependencies = [
        ("spm", "0002_roles_identity"),
        ("core", "0002_retention_rules"),
        ("residents", "0003_data_requests"),
    ]

    operations = [
        steps.keep(
            ("inbound_events", 90, "days", "odebranie zdarzenia", "art. 5 ust. 1 lit. e RODO: tyle, ile trwają reklamacje"),
            ("audit", 60, "months", "wpis do dziennika", "rozporządzenie w sprawie Krajowych Ram Interoperacyjności: dzienniki systemów przez dwa lata"),
            ("payers", 5, "calendar_years", "zarejestrowanie płatnika", "tak długo, jak należności i zgody, które wskazują płatnika"),
            ("accounts", 36, "months", "ostatnie logowanie", "dopóki konto jest potrzebne: usuwa się je na wniosek"),
            ("closed_accounts", 1, "days", "usunięcie danych", "art. 12 ust. 3 RODO: do wysłania odpowiedzi"),
            ("mandates", 6, "calendar_years", "koniec umocowania", "art. 118 Kodeksu cywilnego: przedawnienie roszczeń"),
            ("looks", 24, "months", "podgląd", "rozporządzenie w sprawie Krajowych Ram Interoperacyjności: dzienniki systemów przez dwa lata"),
            ("codes", 90, "days", "koniec ważności kodu", "art. 5 ust. 1 lit. e RODO: kwartał na wyjaśnienia"),
            ("sessions", 1, "days", "koniec sesji", "art. 5 ust. 1 lit. e RODO"),
            ("notices", 12, "months", "napisanie zawiadomienia", "art. 5 ust. 1 lit. e RODO: rok na pytania"),
            ("data_requests", 6, "calendar_years", "odpowiedź na wniosek", "art. 5 ust. 2 RODO (rozliczalność), art. 118 Kodeksu cywilnego"),
            ("consents", 6, "calendar_years", "wycofanie zgody lub zastąpienie wniosku nowszym", "art. 17 ust. 3 lit. e RODO, art. 118 Kodeksu cywilnego: przedawnienie roszczeń"),
            ("refused_applications", 12, "months", "odrzucenie wniosku", "art. 5 ust. 1 lit. e RODO: tyle, ile można pytać o odrzucony wniosek"),
            ("messages", 12, "months", "dodanie wiadomości do kolejki", "art. 5 ust. 1 lit. e RODO: rok na pytania; sam fakt wysłania zostaje jako rozliczenie zgody"),
            ("dues", 5, "calendar_years", "ostatni termin płatności", "art. 70 § 1 Ordynacji podatkowej, art. 74 ust. 2 ustawy o rachunkowości"),
            ("import_problems", 12, "months", "wczytanie pliku", "art. 5 ust. 1 lit. e RODO: tyle, ile trwa wyjaśnianie importu"),
            ("payments", 5, "calendar_years", "rozpoczęcie płatności", "art. 74 ust. 2 i 3 ustawy o rachunkowości"),
        ),
        steps.grant("residents", {
            "Referent": ["view_datarequest", "change_datarequest"],
            "Inspektor ochrony danych": ["view_datarequest"],
        }),
        # The officer watches and advises, and decides nothing (art. 38 ust. 6 RODO).
        steps.grant("core", {
            "Inspektor ochrony danych": ["view_retentionrule"],
        }),
    ]
