"""The first texts of reminders. The SMS names no amount and no kind of due: a locked screen may show it."""

from django.db import migrations

TEXTS = [
    (
        "due_approaching",
        "sms",
        "",
        "((town)): zbliża się termin płatności, ((payable_on)). Szczegóły po zalogowaniu: ((link))",
    ),
    (
        "due_approaching",
        "email",
        "Przypomnienie: termin płatności ((payable_on))",
        "Dzień dobry,\n\nprzypominamy o zbliżającym się terminie płatności.\n\n"
        "Należność: ((title)), rok ((year)), rata ((instalment))\nKwota: ((amount_pln))\nTermin: ((payable_on))\n\n"
        "Zapłacisz online lub sprawdzisz numer rachunku po zalogowaniu: ((link))\n\n"
        "Jeśli wpłata jest już w drodze, dziękujemy – ta wiadomość nie wymaga odpowiedzi.\n\n"
        "Wiadomość wysłano, bo na wniosku wyrażono zgodę na powiadomienia. Zgodę można w każdej chwili wycofać.",
    ),
    (
        "due_passed",
        "sms",
        "",
        "((town)): minął termin płatności, ((payable_on)). Prosimy o sprawdzenie konta: ((link))",
    ),
    (
        "due_passed",
        "email",
        "Minął termin płatności ((payable_on))",
        "Dzień dobry,\n\nna koncie widnieje należność, której termin już minął.\n\n"
        "Należność: ((title)), rok ((year)), rata ((instalment))\nPozostało do zapłaty: ((amount_pln)) bez odsetek\n"
        "Termin: ((payable_on))\n\nKwotę z odsetkami na dziś i sposób ich wyliczenia pokażemy po zalogowaniu: ((link))\n\n"
        "Jeśli zapłacono w ostatnich dniach, prosimy potraktować tę wiadomość jako nieaktualną.\n\n"
        "Wiadomość wysłano, bo na wniosku wyrażono zgodę na powiadomienia. Zgodę można w każdej chwili wycofać.",
    ),
]


def seed(apps, schema_editor):
    template = apps.get_model("notifications", "TextTemplate")
    version = apps.get_model("notifications", "TextVersion")
    for kind, channel, subject, body in TEXTS:
        made = template.objects.create(kind=kind, channel=channel, language="pl")
        version.objects.create(template=made, number=1, subject=subject, body=body)


class Migration(migrations.Migration):
    dependencies = [
        ("liabilities", "0002_kinds_rates_fees_rules"),
        ("notifications", "0001_initial"),
    ]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
